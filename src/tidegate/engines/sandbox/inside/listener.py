"""The init's own HTTP listener: counts who connects, and never waits for anybody."""

import _socket

_AT_ONCE = 64
_ANSWER = (
    b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 2\r\n"
    b"Connection: close\r\n\r\nok"
)


class Listener:
    """A listener on the loopback interface of the sandbox."""

    def __init__(self, port: int) -> None:
        self.connections = 0
        self._open: list[_socket.socket] = []
        self._listener = _socket.socket(_socket.AF_INET, _socket.SOCK_STREAM)
        self._listener.setsockopt(_socket.SOL_SOCKET, _socket.SO_REUSEADDR, 1)
        self._listener.bind(("127.0.0.1", port))
        self._listener.listen(16)
        self._listener.setblocking(False)

    def answer(self) -> None:
        """Take and answer what waits, up to a bound."""
        for _ in range(_AT_ONCE):
            try:
                descriptor, _address = self._listener._accept()  # type: ignore[attr-defined]  # noqa: SLF001
            except OSError:
                return
            self.connections += 1
            connection = _socket.socket(fileno=descriptor)
            connection.setblocking(False)
            try:
                connection.send(_ANSWER)
                connection.shutdown(_socket.SHUT_WR)
            except OSError:
                pass
            # Closing with unread input would reset the connection before the client read this.
            self._open.append(connection)
            del self._open[:-_AT_ONCE]
