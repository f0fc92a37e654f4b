"""Sending mail through the instance's server, a letter at a time, over one connection."""

from __future__ import annotations

import smtplib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from django.core.mail import EmailMessage
from django.core.mail.backends.smtp import EmailBackend

from tidegate.desks.notices.channels.letters import Letter
from tidegate.instance.mail import MailServer

SECONDS: Final = 10
"""The longest that the server may be silent."""
_PERMANENT: Final = 500
"""Replies from here on are permanent. From: RFC 5321, section 4.2.1."""


class MailOutcome(StrEnum):
    """How a try ended, in the words that are shown."""

    TAKEN = "taken"
    REFUSED = "the mail server refuses this address or this mail"
    """For good: trying again is no use."""
    LATER = "the mail server did not take it now"
    NO_SERVER = "the mail server cannot be reached, or does not let us in"
    """Nothing else can be sent now, either."""


@dataclass(frozen=True, slots=True)
class MailAnswer:
    """What came of a try."""

    outcome: MailOutcome
    status: int | None = None

    @property
    def words(self) -> str:
        """The reason, as it is kept."""
        return f"{self.outcome} ({self.status})" if self.status else str(self.outcome)


class Postman:
    """Sends through one server, until that cannot be reached."""

    def __init__(self, server: MailServer, *, seconds: int = SECONDS) -> None:
        self.sender = server.sender
        self.is_cut_off = False
        """The server cannot be reached: whatever waits had better wait."""
        self._backend = EmailBackend(
            host=server.host,
            port=server.port,
            username=server.user,
            password=server.password,
            use_tls=server.starttls,
            use_ssl=server.tls,
            timeout=seconds,
        )

    def send(self, letter: Letter, to: str) -> MailAnswer:
        """Send a letter to one address."""
        try:
            message = EmailMessage(
                letter.subject, letter.text, self.sender, [to], headers=letter.headers
            )
            self._backend.open()
            self._backend.send_messages([message])
        except smtplib.SMTPRecipientsRefused as error:
            status = next(iter(error.recipients.values()), (0, b""))[0]
            self._leave()
            return MailAnswer(_outcome(status), status)
        except (smtplib.SMTPSenderRefused, smtplib.SMTPDataError) as error:
            self._leave()
            return MailAnswer(_outcome(error.smtp_code), error.smtp_code)
        except smtplib.SMTPResponseException as error:
            # Of a greeting, of STARTTLS, of a sign-in: it is no mail's fault.
            self._cut_off()
            return MailAnswer(MailOutcome.NO_SERVER, error.smtp_code)
        except OSError:
            # Of the socket, of TLS; and what smtplib raises besides is one, too.
            self._cut_off()
            return MailAnswer(MailOutcome.NO_SERVER)
        except ValueError:
            # No address or no header could be made of it.
            return MailAnswer(MailOutcome.REFUSED)
        return MailAnswer(MailOutcome.TAKEN)

    def close(self) -> None:
        """Take leave of the server."""
        self._leave()

    def _cut_off(self) -> None:
        self.is_cut_off = True
        self._leave()

    def _leave(self) -> None:
        with suppress(OSError):
            self._backend.close()


@contextmanager
def postman(server: MailServer, *, seconds: int = SECONDS) -> Iterator[Postman]:
    """Give out a postman, and take leave of the server at the end."""
    made = Postman(server, seconds=seconds)
    try:
        yield made
    finally:
        made.close()


def _outcome(status: int) -> MailOutcome:
    return MailOutcome.REFUSED if status >= _PERMANENT else MailOutcome.LATER
