"""A grant in words: what it lets through, and why it cannot be used now."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from tidegate.desks.cases.instants import shown as written
from tidegate.desks.reviews.models import Grant
from tidegate.desks.reviews.queries.usable import hours_of
from tidegate.desks.reviews.states.grants import Hours
from tidegate.desks.reviews.states.windows import Window

_DAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def scope_in_words(grant: Grant) -> tuple[str, ...]:
    """Return what a grant lets through, a sentence for each bound."""
    rate = "call" if grant.calls_a_minute == 1 else "calls"
    words = [
        f"Calls may name {', '.join(grant.endpoints)}, by {', '.join(grant.operations)}.",
        f"At most {grant.calls_a_minute:,} {rate} may begin in a minute.",
    ]
    if grant.tokens is not None:
        words.append(
            f"At most {grant.tokens:,} tokens may be used in all; {grant.used_tokens:,} have been."
        )
    hours = hours_of(grant.hours)
    if hours is not None:
        words.append(f"It is good {_hours_in_words(hours)}.")
    if grant.addresses:
        words.append(f"It is good from {', '.join(grant.addresses)} alone.")
    words.append(f"It is good from {shown(grant.begins_at)} to {shown(grant.ends_at)}.")
    return tuple(words)


def unusable(grant: Grant, access: Window | None, *, is_usable: bool, at: datetime) -> str:
    """Say why a grant cannot be used now; empty where it can.

    Args:
        grant: with its engagement, party and person.
        access: from when until when the party's people may have access.
        is_usable: what the policy says, which counts.
        at: now.
    """
    hours = hours_of(grant.hours)
    if is_usable:
        if hours is not None and not hours.include(at):
            return f"It is good {_hours_in_words(hours)}."
        return ""
    return _why(grant, access, at)


def _why(grant: Grant, access: Window | None, at: datetime) -> str:
    if grant.ended_at is not None:
        by = f" by {grant.ended_by}" if grant.ended_by else ""
        return f"It was ended{by} at {shown(grant.ended_at)}."
    if grant.engagement.closed_at is not None:
        return f"The engagement was closed at {shown(grant.engagement.closed_at)}."
    if grant.ends_at <= at:
        return f"Its time was over at {shown(grant.ends_at)}."
    if access is not None and access.ends_at <= at:
        return f"Access was over at {shown(access.ends_at)}."
    if grant.issued_at is None:
        return "Nobody has issued it yet."
    if grant.taken_up_at is None:
        return f"{grant.named.person.name} has not taken it up yet."
    if grant.engagement.access_off_at is not None:
        return f"The developer has switched access off at {shown(grant.engagement.access_off_at)}."
    if access is None:
        return "No window is planned in which access may be used."
    begins_at = max(grant.begins_at, access.opens_at)
    if at < begins_at:
        return f"It is good from {shown(begins_at)}."
    return (
        f"{grant.named.person.name}, or an organisation that it takes, has no part in the"
        " engagement any more."
    )


def _hours_in_words(hours: Hours) -> str:
    days = sorted(hours.days)
    on = "" if len(days) == len(_DAYS) else f" on {', '.join(_DAYS[day] for day in days)}"
    if hours.begins == hours.until:
        return f"for 24 hours from {hours.begins:%H:%M} {hours.zone}{on or ' every day'}"
    return f"from {hours.begins:%H:%M} to {hours.until:%H:%M} {hours.zone}{on or ' every day'}"


def shown(moment: datetime) -> str:
    """Write an instant to the second: nobody plans by less."""
    return written(moment.replace(microsecond=0))
