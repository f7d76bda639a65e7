import { judge } from "./grade/judge.ts";
import { Orders } from "./grade-result.ts";

const [stage = "", orders = ""] = process.argv.slice(2);
process.stdout.write(JSON.stringify(await judge(stage, Orders.parse(JSON.parse(orders)))));
process.exit(0);
