"""Notices as a mail or a feed may show them: content only where everybody may have it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Final

from tidegate.desks.access.actors import Actor
from tidegate.desks.access.deciding import narrowed
from tidegate.desks.access.words import Act, Label
from tidegate.desks.cases.models import Coordination, Message
from tidegate.desks.findings.models import Case
from tidegate.desks.notices.channels.letters import Item
from tidegate.desks.notices.models import Notice

_OPEN: Final = (Label.GREEN, Label.CLEAR)


def items_of(actor: Actor, notices: Collection[Notice], at: datetime) -> list[Item]:
    """Return what may leave this instance of some notices of the actor's own, in their order.

    Only under TLP:GREEN and TLP:CLEAR, of the case and of the message that it is about, and to
    whoever may read the case, is its title shown, and what waits. A case without a label is secret,
    and so is every engagement: of one, nothing leaves but its key.
    """
    open_to = _open_cases(actor, {notice.case for notice in notices if notice.case}, at)
    closed = _closed_messages(notices)
    return [
        _item(notice, None if notice.pk in closed else open_to.get(notice.case))
        for notice in notices
    ]


def path_of(notice: Notice) -> str:
    """Return the path of the page where something waits."""
    if notice.case:
        return f"/cases/{notice.case}"
    if notice.engagement:
        return f"/reviews/{notice.engagement}"
    return "/account/" if notice.own_account else "/notices"


def message_of(notice: Notice) -> str:
    """Return the key of the message that a notice is about; empty if it is about none."""
    return str(notice.entry.said.get("message", ""))


def _item(notice: Notice, title: str | None) -> Item:
    if notice.engagement or (notice.case and title is None):
        return Item(notice.subject, path_of(notice))
    return Item(notice.subject, path_of(notice), title or "", notice.waits, notice.by)


def _open_cases(actor: Actor, keys: Collection[str], at: datetime) -> Mapping[str, str]:
    """Return the titles of those cases that may be shown outside, by key."""
    labelled = Coordination.objects.filter(case__key__in=keys, tlp__in=_OPEN)
    rows = Case.objects.filter(pk__in=labelled.values("case"))
    return dict(narrowed(actor, rows, Act.READ, at=at).values_list("key", "title"))


def _closed_messages(notices: Iterable[Notice]) -> set[int]:
    """Return the ids of the notices whose message may not be shown outside."""
    about = {notice.pk: message_of(notice) for notice in notices if message_of(notice)}
    rows = Message.objects.filter(key__in=about.values(), tlp__in=_OPEN)
    shown = set(rows.values_list("key", flat=True))
    return {pk for pk, key in about.items() if key not in shown}
