/**
 * Moment up to which everything that happened on the sockets of a loop is known. One wait returns a limited number of events, so
 * after a standstill several are needed: until one is not full, or until they together returned more events than there are
 * sockets, because epoll(7) reports ready sockets in turn. Who was silent until then was silent: who sent something while
 * this process was frozen (SIGSTOP, a suspended machine) has been heard.
 */
export class HeardUntil {
  readonly #fullWait: number;
  #events = 0;
  /** Begin of this round of waits, and the moment up to which all is known: an array, so that a wait makes no number object. */
  readonly #us = new Float64Array(2);

  /** @param fullWait events of a wait that may have left some out */
  constructor(fullWait: number) {
    this.#fullWait = fullWait;
  }

  /** CLOCK_MONOTONIC, µs; 0 before the first wait. */
  get asOfUs(): number {
    return this.#us[1];
  }

  /**
   * @param beforeUs begin of a wait
   * @param ready events that it returned; a negative error number tells nothing
   * @param sockets watched
   */
  note(beforeUs: number, ready: number, sockets: number): void {
    if (ready < 0) return;
    if (this.#events === 0) this.#us[0] = beforeUs;
    this.#events += ready;
    if (ready >= this.#fullWait && this.#events <= sockets) return;
    this.#us[1] = this.#us[0];
    this.#events = 0;
  }
}
