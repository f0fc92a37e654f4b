"""One round of the desk's work: people are told, mails are made, what is due is sent.

Any number of workers may do it at once. Nothing is sent inside a transaction. A worker that is
killed between sending and noting it leaves a claim that ends by itself: then it is sent once more,
under the same name.

Whether somebody may still be told is asked again for each notice at this moment, for since it was
made a consent may have lapsed, or a person have left.
"""

from __future__ import annotations

import logging
import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from tidegate.desks.notices.channels import posting
from tidegate.desks.notices.channels.addresses import destination_of
from tidegate.desks.notices.channels.letters import Letter, letter_of
from tidegate.desks.notices.channels.mailing import MailOutcome, Postman, postman
from tidegate.desks.notices.channels.posting import Answer, Outcome, Post
from tidegate.desks.notices.channels.signing import body_of, signed_headers
from tidegate.desks.notices.models import Notice, Sending, WebhookEndpoint
from tidegate.desks.notices.queries.items import items_of
from tidegate.desks.notices.queries.telling import who_is_told
from tidegate.desks.notices.services import outbox, webhooks
from tidegate.desks.notices.services.gathering import gather, people_with_mail_due
from tidegate.desks.notices.services.telling import put_off, tell, untold
from tidegate.desks.parties.queries.actors import actor_of
from tidegate.instance.mail import MailServer, mail_server
from tidegate.instance.reach import reach
from tidegate.instance.webhooks import webhook_hosts

_LOG: Final = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Limits:
    """How much one round does at most, and how long a try may take."""

    occasions: int = 100
    people: int = 100
    mails: int = 50
    webhooks: int = 20
    """That something is sent to."""
    messages_each: int = 5
    """To one webhook."""
    mail_seconds: int = 10
    webhook_seconds: float = 20.0


@dataclass(frozen=True, slots=True)
class Round:
    """What a round has done."""

    told: int = 0
    """Notices that were made."""
    mails: int = 0
    """That were taken."""
    messages: int = 0
    """To webhooks, that were taken."""


_USUAL: Final = Limits()

Clock = Callable[[], datetime]


def tick(
    at: datetime, *, limits: Limits = _USUAL, chance: Callable[[], float] = random.random
) -> Round:
    """Do what is due.

    Args:
        at: now.
        limits: how much at most; the rest is done by the next round.
        chance: returns a number from 0 to 1, by which pauses between tries differ.
    """
    clock = _clock(at)
    server = mail_server()
    by_mail = server is not None
    told = sum(_tell(one, clock(), by_mail=by_mail) for one in untold(limits.occasions, at))
    mails = 0
    if server is not None:
        for person in people_with_mail_due(limits.people):
            gather(person, clock())
        mails = _send_mails(server, clock, limits, chance)
    return Round(told, mails, _send_messages(clock, limits, chance))


def _clock(at: datetime) -> Clock:
    """Return a clock that began at an instant: a round may take long, and claims end."""
    began = time.monotonic()
    return lambda: at + timedelta(seconds=time.monotonic() - began)


def _tell(occasion: int, at: datetime, *, by_mail: bool) -> int:
    try:
        return tell(occasion, by_mail=by_mail, at=at)
    except Exception:  # noqa: BLE001 - one that cannot be told of must not keep the others waiting
        _LOG.warning("nobody could be told of the occasion %s", occasion, exc_info=True)
        put_off(occasion, at)
        return 0


def _send_mails(
    server: MailServer, clock: Clock, limits: Limits, chance: Callable[[], float]
) -> int:
    taken = 0
    with postman(server, seconds=limits.mail_seconds) as carrier:
        for _ in range(limits.mails):
            # One by one: a server that hangs would outlast the claims of those behind.
            claimed = [] if carrier.is_cut_off else outbox.claim_mails(1, clock())
            if not claimed:
                break
            taken += _send_mail(claimed[0], carrier, clock, chance)
    return taken


def _send_mail(mail: Sending, carrier: Postman, clock: Clock, chance: Callable[[], float]) -> bool:
    try:
        letter = _letter(mail, carrier.sender, clock())
    except Exception:  # noqa: BLE001 - one that cannot be written must not keep the others waiting
        _cannot_be_made(mail, clock(), chance)
        return False
    if letter is None:
        outbox.drop(mail, "whom it is for may not know of it any more")
        return False
    answer = carrier.send(*letter)
    now = clock()
    if answer.outcome is MailOutcome.TAKEN:
        outbox.mark_sent(mail, now)
        return True
    if answer.outcome is MailOutcome.REFUSED:
        outbox.set_aside(mail, answer.words, now)
    else:
        outbox.mark_failed(mail, answer.words, at=now, chance=chance())
    return False


def _letter(mail: Sending, sender: str, at: datetime) -> tuple[Letter, str] | None:
    """Return what a mail says now, and to which address; None if nothing is left to be told."""
    person = mail.person
    assert person is not None
    notices = [
        notice
        for notice in Notice.objects.select_related("entry").filter(mail=mail).order_by("pk")
        if (person.is_active or notice.own_account)
        and who_is_told(notice.entry, at, person=person.pk)
    ]
    if not notices:
        return None
    items = items_of(actor_of(person), notices, at)
    letter = letter_of(items, key=mail.key, sender=sender, address=reach().address)
    return letter, person.email


def _send_messages(clock: Clock, limits: Limits, chance: Callable[[], float]) -> int:
    hosts = webhook_hosts()
    now = clock()
    claimed = outbox.claim_messages(limits.webhooks, limits.messages_each, now)
    posts: list[tuple[Sending, WebhookEndpoint, Post]] = []
    for message in claimed:
        endpoint = message.endpoint
        assert endpoint is not None
        try:
            post = _post(message, endpoint, hosts, now)
        except Exception:  # noqa: BLE001 - one that cannot be made must not keep others waiting
            _cannot_be_made(message, clock(), chance)
            continue
        if post is None:
            outbox.drop(message, "whom it is for may not know of it any more")
        else:
            posts.append((message, endpoint, post))
    answers = posting.post_all(
        [post for *_, post in posts], allowed_hosts=hosts, seconds=limits.webhook_seconds
    )
    for (message, endpoint, _), answer in zip(posts, answers, strict=True):
        _note(message, endpoint, answer, clock(), chance)
    return sum(answer.outcome is Outcome.TAKEN for answer in answers)


def _cannot_be_made(sending: Sending, at: datetime, chance: Callable[[], float]) -> None:
    """Let a message wait that cannot be made now: a key is missing, say, or a setting is wrong."""
    _LOG.warning("%s cannot be made", sending.key, exc_info=True)
    outbox.mark_failed(sending, "it could not be made here; see the log", at=at, chance=chance())


def _post(
    message: Sending, endpoint: WebhookEndpoint, hosts: frozenset[str], at: datetime
) -> Post | None:
    entry = message.entry
    assert entry is not None
    if endpoint.disabled_at is not None:
        return None
    if not who_is_told(entry, at, organisation=endpoint.organisation_id):
        return None
    ids = {"case": entry.case, "organisation": endpoint.organisation.key}
    body = body_of(entry.kind, entry.at, ids)
    headers = signed_headers(message.key, at, body, webhooks.secrets_of(endpoint, at))
    return Post(destination_of(endpoint.url, allowed_hosts=hosts), headers, body)


def _note(
    message: Sending,
    endpoint: WebhookEndpoint,
    answer: Answer,
    at: datetime,
    chance: Callable[[], float],
) -> None:
    if answer.outcome is Outcome.TAKEN:
        outbox.mark_sent(message, at)
        webhooks.note_working(endpoint)
    elif answer.outcome is Outcome.GONE:
        outbox.set_aside(message, answer.words, at)
        webhooks.note_gone(endpoint, at)
    elif outbox.mark_failed(message, answer.words, at=at, chance=chance()):
        webhooks.note_failing(endpoint, at)
