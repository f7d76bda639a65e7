"""Echo server with selectors, one thread: epoll(7) on Linux.

npm run lab -- run quick --server 'py=python3 examples/python-selectors/server.py {port}' --only py,epoll
"""

import selectors
import socket
import sys


class Connection:
    """A client with the bytes that it has not taken yet."""

    def __init__(self, selector: selectors.BaseSelector, client: socket.socket) -> None:
        self.selector = selector
        self.client = client
        self.pending = b""

    def handle(self) -> None:
        try:
            if not self.pending:
                self.pending = self.client.recv(16384)
                if not self.pending:
                    return self.close()
            self.pending = self.pending[self.client.send(self.pending) :]
        except BlockingIOError:
            pass
        except OSError:
            return self.close()
        wanted = selectors.EVENT_WRITE if self.pending else selectors.EVENT_READ
        if self.selector.get_key(self.client).events != wanted:
            self.selector.modify(self.client, wanted, self.handle)

    def close(self) -> None:
        self.selector.unregister(self.client)
        self.client.close()


def main(port: int) -> None:
    selector = selectors.DefaultSelector()
    listener = socket.create_server(("127.0.0.1", port), backlog=4096)

    def accept() -> None:
        client, _ = listener.accept()
        client.setblocking(False)
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        selector.register(client, selectors.EVENT_READ, Connection(selector, client).handle)

    selector.register(listener, selectors.EVENT_READ, accept)
    while True:
        for key, _ in selector.select():
            key.data()


if __name__ == "__main__":
    main(int(sys.argv[1]))
