"""Which server takes the installation's e-mail.

`TIDEGATE_SMTP` names it, such as `smtp://name:password@mail.example.org:587`. What goes over the
network is encrypted: `smtp` begins with STARTTLS, `smtps` with TLS; only a server on this machine
is spoken to in the clear. `TIDEGATE_SENDER` is the address that mail comes from. Without the two
there is no mail: no password is reset by it, and addresses are believed as they were invited.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.utils import parseaddr
from typing import Final
from urllib.parse import unquote, urlsplit

from tidegate.instance.home import HomeError

_SERVER: Final = "TIDEGATE_SMTP"
_SENDER: Final = "TIDEGATE_SENDER"
_PORTS: Final = {"smtp": 587, "smtps": 465}
_HERE: Final = ("127.0.0.1", "localhost", "::1")


class MailError(HomeError):
    """What is said of the mail server cannot be used; the message has the mend."""


@dataclass(frozen=True, slots=True)
class MailServer:
    """A server, and how it is spoken to."""

    host: str
    port: int
    sender: str
    user: str = ""
    password: str = field(default="", repr=False)
    tls: bool = False
    """From the first byte on."""
    starttls: bool = False


def mail_server(environment: Mapping[str, str] = os.environ) -> MailServer | None:
    """Return the server that is named in the environment; None where none is.

    Raises:
        MailError: it is named by halves, or its address is malformed.
    """
    named, sender = environment.get(_SERVER, "").strip(), environment.get(_SENDER, "").strip()
    if not named and not sender:
        return None
    if not named or not sender:
        raise MailError(f"{_SERVER} and {_SENDER} go together; set both, or neither")
    if "@" not in parseaddr(sender)[1] or not sender.isprintable():
        raise MailError(f"{_SENDER} is {sender!r}; write an address such as gate@example.org")
    try:
        parts = urlsplit(named)
        port = parts.port or _PORTS[parts.scheme]
    except (ValueError, KeyError):
        parts, port = urlsplit(""), 0
    if not parts.hostname or parts.path not in ("", "/") or parts.query or parts.fragment:
        # The address holds a password, so it is not repeated.
        raise MailError(
            f"{_SERVER} is not the address of a mail server; write it as"
            " smtp://name:password@mail.example.org:587, or with smtps for TLS from the start"
        )
    return MailServer(
        parts.hostname,
        port,
        sender,
        unquote(parts.username or ""),
        unquote(parts.password or ""),
        tls=parts.scheme == "smtps",
        starttls=parts.scheme == "smtp" and parts.hostname not in _HERE,
    )
