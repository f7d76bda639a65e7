/** Interval between two lines of a life, ms. */
const LINE_MS = 60_000;

/** A line on stderr when each life begins, and one a minute while it lasts. */
export class Progress {
  readonly #lives: number;
  #begun = 0;
  #head = "";
  #printedMs = 0;

  constructor(lives: number) {
    this.#lives = lives;
  }

  begin(server: string, lifeMs: number): void {
    this.#begun++;
    this.#head = `[${this.#begun}/${this.#lives}] ${server}`;
    const minutes = (lifeMs / 60_000).toFixed(1);
    this.#print(`${minutes} min of honest, idle, slow, frozen and hostile clients`);
  }

  /** @param connects connections so far */
  look(leftMs: number, connects: number): void {
    if (performance.now() - this.#printedMs < LINE_MS) return;
    this.#print(`${connects} connections so far, ${Math.ceil(leftMs / 60_000)} min left`);
  }

  #print(text: string): void {
    process.stderr.write(`${this.#head}: ${text}\n`);
    this.#printedMs = performance.now();
  }
}
