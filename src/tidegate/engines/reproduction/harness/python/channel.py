"""The watcher's side of the private channel: messages with an authentication code.

Written without anything that the proof could exchange afterwards: no module is looked up when a
message is made, only names that were bound before the proof was loaded.
"""

TYPE_CHECKING = False
if TYPE_CHECKING:  # importing it would cost every run a few milliseconds
    from collections.abc import Callable, Mapping
    from types import ModuleType


def open_channel(key: bytes) -> "Callable[[Mapping[str, object]], None]":
    """Return a function that sends one message: a dictionary of texts, numbers and lists."""
    import posix
    from _json import encode_basestring_ascii

    # Built in under one name or the other; hashlib would load OpenSSL.
    sha256 = _built_in("_sha2", "_sha256").sha256

    quote = encode_basestring_ascii
    write, fstat, leave = posix.write, posix.fstat, posix._exit
    inner = sha256(bytes(byte ^ 0x36 for byte in key.ljust(64, b"\0")))
    outer = sha256(bytes(byte ^ 0x5C for byte in key.ljust(64, b"\0")))
    socket = fstat(3)
    identity = (socket.st_dev, socket.st_ino)

    def encode(value: "object") -> str:
        if type(value) is str:
            return quote(value)
        if type(value) is int:
            return int.__repr__(value)
        if type(value) is dict:
            return "{%s}" % ",".join(quote(k) + ":" + encode(v) for k, v in value.items())
        assert type(value) in (list, tuple)
        return "[%s]" % ",".join([encode(member) for member in value])  # type: ignore[attr-defined]

    def send(message: "Mapping[str, object]") -> None:
        body = encode(message).encode("ascii")
        code, sealed = inner.copy(), outer.copy()
        code.update(body)
        sealed.update(code.digest())
        try:
            now = fstat(3)
            if (now.st_dev, now.st_ino) == identity:
                write(3, sealed.digest() + body)
                return
        except OSError:
            pass
        # Whoever took the channel away did it to be unseen; so there is nothing more to see.
        leave(70)

    return send


def _built_in(*names: str) -> "ModuleType":
    for name in names:
        try:
            return __import__(name)
        except ImportError:
            continue
    raise ImportError(names[0])
