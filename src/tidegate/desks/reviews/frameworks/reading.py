"""What frameworks and terms have in common: clauses and settings, from JSON and back.

What a schema cannot say is checked here: networks and days exist, clauses have names of their own
and speak only of settings that there are, every heading has a clause, and the clauses about
retention name the two periods that are enforced.
"""

from __future__ import annotations

import ipaddress
import unicodedata
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any, Final

from tidegate.desks.reviews.frameworks.framework import Action, Clause, Heading, Kept, Settings
from tidegate.desks.reviews.frameworks.lengths import read_length, written_length
from tidegate.desks.reviews.frameworks.wording import names_in
from tidegate.engines.formats.documents import Fault, field_path, shown

THE_RELEASE: Final = "the release"

_PERIODS: Final = ("transcripts_destroyed_after", "certificate_due_after")


def unseen(value: Any, path: tuple[str | int, ...] = ()) -> Fault | None:
    """Return the first text with a sign that is not seen, or that makes others be seen elsewhere.

    What people read, and what they sign, would be two things. From: CVE-2021-42574.
    """
    if isinstance(value, dict):
        members: Iterable[tuple[str | int, Any]] = value.items()
    elif isinstance(value, list):
        members = enumerate(value)
    else:
        members = ()
        for sign in value if isinstance(value, str) else "":
            if unicodedata.category(sign)[0] == "C" and sign != "\n":
                reason = f"holds U+{ord(sign):04X}, which nobody sees who signs it; leave it out"
                return Fault(field_path(path), reason)
    for name, member in members:
        if fault := unseen(member, (*path, name)):
            return fault
    return None


def read_clauses(value: list[dict[str, Any]]) -> tuple[Clause, ...] | Fault:
    """Return the clauses of a document that follows its schema, or what is wrong with them."""
    known = Settings.__dataclass_fields__
    seen: set[str] = set()
    for index, one in enumerate(value):
        place = f"clauses[{index}]"
        if one["name"] in seen:
            reason = f"{shown(one['name'])} is another clause's; give it one of its own"
            return Fault(f"{place}.name", reason)
        seen.add(one["name"])
        for field in ("text", "plain"):
            named = names_in(one[field])
            if isinstance(named, Fault):
                return Fault(f"{place}.{field}", named.reason)
            if unknown := [name for name in named if name not in known]:
                reason = (
                    f"names {{{unknown[0]}}}, which is no setting; there are {', '.join(known)}"
                )
                return Fault(f"{place}.{field}", reason)
    clauses = tuple(
        Clause(one["name"], Heading(one["heading"]), one["text"], one["plain"]) for one in value
    )
    return _missing(clauses) or clauses


def read_settings(value: dict[str, Any]) -> Settings | Fault:
    """Return the settings of a document that follows its schema, or what is wrong with them."""
    for index, network in enumerate(value["addresses"]):
        try:
            ipaddress.ip_network(network)
        except ValueError:
            reason = f"{shown(network)} is no network; write it like 192.0.2.0/24 or 2001:db8::/32"
            return Fault(f"settings.addresses[{index}]", reason)
    until = value["confidential_until"]
    if until != THE_RELEASE and not _is_day(until):
        reason = f"{shown(until)} is no day; write one like 2027-06-30, or: {THE_RELEASE}"
        return Fault("settings.confidential_until", reason)
    longest = read_length(value["longest_grant"])
    if longest <= timedelta(0):
        return Fault("settings.longest_grant", "is nothing; write P14D for days, PT12H for hours")
    destroyed, certified = (read_length(value[name]) for name in _PERIODS)
    if certified < destroyed:
        reason = (
            f"{value['certificate_due_after']} is over before what it certifies is destroyed, after"
            f" {value['transcripts_destroyed_after']}; make it at least as long"
        )
        return Fault("settings.certificate_due_after", reason)
    return Settings(
        content=Kept(value["content"]),
        watermark=value["watermark"],
        proven_calls=value["proven_calls"],
        addresses=tuple(value["addresses"]),
        two_persons=frozenset(Action(word) for word in value["two_persons"]),
        break_glass=value["break_glass"],
        longest_grant=longest,
        vetting=value["vetting"],
        transcripts_destroyed_after=destroyed,
        certificate_due_after=certified,
        confidential_until=until,
        purposes=tuple(value["purposes"]),
        reporting=value["reporting"],
    )


def written_clauses(clauses: Iterable[Clause]) -> list[dict[str, Any]]:
    """Return clauses as JSON has them."""
    return [
        {"name": one.name, "heading": str(one.heading), "text": one.text, "plain": one.plain}
        for one in clauses
    ]


def written_settings(settings: Settings) -> Mapping[str, Any]:
    """Return settings as JSON has them."""
    return {
        "content": str(settings.content),
        "watermark": settings.watermark,
        "proven_calls": settings.proven_calls,
        "addresses": list(settings.addresses),
        "two_persons": sorted(str(one) for one in settings.two_persons),
        "break_glass": settings.break_glass,
        "longest_grant": written_length(settings.longest_grant),
        "vetting": settings.vetting,
        "transcripts_destroyed_after": written_length(settings.transcripts_destroyed_after),
        "certificate_due_after": written_length(settings.certificate_due_after),
        "confidential_until": settings.confidential_until,
        "purposes": list(settings.purposes),
        "reporting": settings.reporting,
    }


def _missing(clauses: tuple[Clause, ...]) -> Fault | None:
    for heading in Heading:
        if not any(one.heading is heading for one in clauses):
            return Fault("clauses", f"have none under {heading}; every heading needs one")
    spoken: set[str] = set()
    for one in clauses:
        named = names_in(one.text)
        if one.heading is Heading.RETENTION and not isinstance(named, Fault):
            spoken.update(named)
    for name in _PERIODS:
        if name not in spoken:
            reason = f"do not say {{{name}}} under {Heading.RETENTION}; it has to be agreed on"
            return Fault("clauses", reason)
    return None


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True
