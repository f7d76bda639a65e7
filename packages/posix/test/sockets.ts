import { addressFamily, check, encodeAddress, posix, SOCKADDR_BYTES } from "../src/index.ts";

/** Descriptors of a test. Disposal closes them. */
export class Descriptors implements Disposable {
  readonly #fds: number[] = [];

  add(fd: number): number {
    this.#fds.push(check(fd, "a descriptor", "of a test"));
    return fd;
  }

  /** Returns a connected pair of TCP sockets on loopback. */
  pair(): [number, number] {
    const { SOCK_STREAM, SOCK_NONBLOCK, SOCK_CLOEXEC } = posix;
    const address = encodeAddress({ host: "127.0.0.1", port: 0 });
    const listener = check(posix.socket(addressFamily(address), SOCK_STREAM | SOCK_CLOEXEC, 0), "socket");
    check(posix.bind(listener, address), "bind");
    check(posix.listen(listener, 8), "listen");
    const bound = new Uint8Array(SOCKADDR_BYTES);
    check(posix.getsockname(listener, bound), "getsockname");
    const client = this.add(posix.socket(addressFamily(address), SOCK_STREAM | SOCK_CLOEXEC, 0));
    check(posix.connect(client, bound.subarray(0, address.length)), "connect");
    const peer = new Uint8Array(SOCKADDR_BYTES);
    const server = this.add(posix.accept4(listener, peer, 0, SOCKADDR_BYTES, SOCK_NONBLOCK | SOCK_CLOEXEC));
    posix.close(listener);
    return [client, server];
  }

  [Symbol.dispose](): void {
    for (const fd of this.#fds) posix.close(fd);
  }
}
