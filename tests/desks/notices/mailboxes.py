"""A real mail server on loopback, which does with mails what a test wants it to."""

from __future__ import annotations

import asyncio
import email
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.policy import default
from typing import Any

from aiosmtpd.smtp import SMTP, Envelope, Session

from tidegate.instance.mail import MailServer

SENDER = "gate@example.org"


@dataclass
class Mailbox:
    """What was taken, and what is said to whoever comes."""

    port: int = 0
    recipients: dict[str, str] = field(default_factory=dict)
    """Replies to RCPT, by address."""
    data: str = "250 OK"
    """The reply to a mail's text."""
    mails: list[EmailMessage] = field(default_factory=list)
    envelopes: list[tuple[str | None, list[str]]] = field(default_factory=list)
    sessions: int = 0

    async def handle_EHLO(  # noqa: N802 - aiosmtpd looks for this name
        self, server: SMTP, session: Session, envelope: Envelope, hostname: str, said: list[str]
    ) -> list[str]:
        session.host_name = hostname
        self.sessions += 1
        return said

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: Any
    ) -> str:
        reply = self.recipients.get(address, "250 OK")
        if reply.startswith("250"):
            envelope.rcpt_tos.append(address)
        return reply

    async def handle_DATA(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        if self.data.startswith("250"):
            raw = envelope.content
            assert isinstance(raw, bytes)
            read = email.message_from_bytes(raw, policy=default)
            assert isinstance(read, EmailMessage)
            self.mails.append(read)
            self.envelopes.append((envelope.mail_from, list(envelope.rcpt_tos)))
        return self.data

    @property
    def server(self) -> MailServer:
        return MailServer("127.0.0.1", self.port, SENDER)

    @property
    def environment(self) -> dict[str, str]:
        return {"TIDEGATE_SMTP": f"smtp://127.0.0.1:{self.port}", "TIDEGATE_SENDER": SENDER}


@contextmanager
def mailbox(**more: Any) -> Iterator[Mailbox]:
    """Run a mail server until the end of the block."""
    made = Mailbox()
    loop = asyncio.new_event_loop()
    factory = lambda: SMTP(made, hostname="mail.example.org", loop=loop, **more)  # noqa: E731
    server = loop.run_until_complete(loop.create_server(factory, "127.0.0.1", 0))
    made.port = server.sockets[0].getsockname()[1]
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    try:
        yield made
    finally:
        loop.call_soon_threadsafe(server.close)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(5)
        loop.close()


@contextmanager
def silent_port() -> Iterator[int]:
    """Listen on a port, and never say anything there."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield listening.getsockname()[1]
