import { mainOf, TestProgram, until } from "@c10k-lab/process/testing";

/** Port of the server in a network of its own. */
export const PORT = 7;
/** First of the local ports that the kernel gives to connections there. */
export const FIRST_PORT = 20_000;
/** Echoes; its argument is the length of the accept queue. */
const ECHO_SERVER = `require("node:net").createServer((socket) => {
  socket.on("error", () => {}).pipe(socket);
}).listen({ port: ${PORT}, host: "0.0.0.0", backlog: Number(process.argv[1]) }, () => console.log("listening"))`;

interface NetworkOptions {
  /** Local ports of each address. */
  readonly ports?: number;
  /** Length of the server's accept queue. */
  readonly backlog?: number;
}

/**
 * A network namespace with loopback, an echo server and settings of its own. It has no name, so it ends with the server, and
 * the server ends with this process. Beyond loopback 10.9.0.2 never answers, 10.8.0.0/24 is unreachable, and there is no
 * other route. It takes root and ip(8).
 */
export class OwnNetwork implements AsyncDisposable {
  readonly server: TestProgram;

  private constructor({ ports = 10_000, backlog = 511 }: NetworkOptions) {
    const settings = {
      "net/ipv4/ip_local_port_range": `${FIRST_PORT} ${FIRST_PORT + ports - 1}`,
      // Where it is shorter than the queue that listen(2) asks for, the queue is cut.
      "net/core/somaxconn": String(backlog),
      // A port in TIME_WAIT stays in use for a minute; a full queue is no reason for SYN cookies.
      "net/ipv4/tcp_tw_reuse": "0",
      "net/ipv4/tcp_syncookies": "0",
    };
    const setUp = [
      "ip link set lo up",
      ...Object.entries(settings).map(([name, value]) => `echo '${value}' >/proc/sys/${name}`),
      // Packets to 10.9.0.2 leave by one end of a cable; nobody at the other has the address of the frame.
      "ip link add far type veth peer name lost",
      "ip link set far up && ip link set lost up",
      "ip addr add 10.9.0.1/24 dev far",
      "ip neigh add 10.9.0.2 lladdr 02:00:00:00:00:99 dev far nud permanent",
      "ip route add unreachable 10.8.0.0/24",
      'exec "$@"',
    ].join(" && ");
    this.server = new TestProgram({
      program: "setpriv",
      args: [
        ...["--pdeathsig", "KILL", "unshare", "--net", "sh", "-c", setUp, "sh"],
        ...[process.execPath, "--eval", ECHO_SERVER, `${backlog}`],
      ],
    });
  }

  /** Starts a network, and waits until its server listens. */
  static async start(options: NetworkOptions = {}): Promise<OwnNetwork> {
    const network = new OwnNetwork(options);
    const { server } = network;
    try {
      await until(() => server.stdout !== "" || !server.isRunning, "the server listens", 30_000);
      if (!server.isRunning) throw new Error(`the network cannot be made: ${server.stderr}`);
    } catch (error) {
      await network[Symbol.asyncDispose]();
      throw error;
    }
    return network;
  }

  /** Start of a command line that runs the client there. */
  get client(): string[] {
    return ["nsenter", `--net=/proc/${this.server.pid}/ns/net`, process.execPath, mainOf("client")];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.server.signal("SIGKILL");
    await this.server.exited;
  }
}
