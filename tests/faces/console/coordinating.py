"""What tests of the pages have in common on which parties work together."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from django.test import Client
from django.utils import timezone

from tests.desks.cases.makers import Party, make_proven_case
from tests.faces.signing_in import signed_in
from tidegate.desks.access.words import Label
from tidegate.desks.cases.models import Coordination, Message
from tidegate.desks.findings.models import Case

SECRET = "xylophone-overflow"
"""What the case is about; nothing that an envelope may hold."""
HOSTILE = '"><script>alert(1)</script><img src=x onerror=alert(2)>\u202egnp.exe'


def end_of(days: float = 30) -> datetime:
    """Return an end of an embargo that is ahead, on the minute, as a form can say it."""
    return (timezone.now() + timedelta(days=days)).replace(second=0, microsecond=0)


def secret_case() -> Case:
    return make_proven_case(title=f"{SECRET} in libxylo", package="libxylo")


def browser_of(who: Party) -> Client:
    found: Client = signed_in(Client(), who.person)
    return found


def page_of(row: Coordination, rest: str = "/coordination") -> str:
    return f"/cases/{row.case.key}{rest}"


def shown(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%-d %b %Y, %H:%M} UTC"


def say(row: Coordination, many: int) -> None:
    """Let the house say something so many times."""
    Message.objects.bulk_create(
        Message(
            coordination=row,
            author_name="the house",
            audience="all",
            tlp=Label.AMBER,
            sent_at=timezone.now(),
            text=f"message {number}",
        )
        for number in range(many)
    )
