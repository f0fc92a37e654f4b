"""From a file to a disclosure policy: strictly, and with one error that says what to mend.

The form is `policy-1.schema.json`. What a schema cannot say is checked after it: rules have names
of their own, and refer only to rules before them; dates exist. A policy of an organisation's own
never goes by the name of a shipped one, so that nobody borrows another's authority unseen.
"""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from functools import cache
from importlib import resources
from typing import Any, Final

from jsonschema import Draft202012Validator

from tidegate.desks.cases.policies.lengths import read_length
from tidegate.desks.cases.policies.policy import Extension, Policy, Rule, Source
from tidegate.desks.cases.policies.words import (
    Circumstance,
    ClockName,
    Force,
    Ground,
    Reading,
    Trigger,
)
from tidegate.engines.formats.documents import Fault, parse, sha256_of, shown
from tidegate.engines.formats.schema_faults import telling_fault, validator_of

MAX_BYTES: Final = 256 << 10
"""Largest policy, in bytes; the shipped ones have under 5,000."""

_MENDS: Final = {
    "length": "write P90D for days, PT24H for hours, P1M for calendar months",
    "version": "write letters, digits, '.', '_', '/' or '-'",
    "name": "write small letters and digits, with single dashes between them",
    "read": "write a date like 2026-11-26",
    "applies_from": "write an instant in UTC like 2026-11-30T12:00:00Z",
    "url": "write an address like https://example.org/policy",
    "original": "write an address like https://example.org/policy",
}


class PolicyError(ValueError):
    """A document is not a policy; the message names the file, the field, and the mend."""

    def __init__(self, source: str, fault: Fault) -> None:
        place = "".join(sign if sign.isprintable() else repr(sign)[1:-1] for sign in source)
        said = f"{fault.field} {fault.reason}" if fault.field else fault.reason
        super().__init__(f"{place}: {said}")


def read_policy(raw: bytes, source: str) -> Policy:
    """Read an organisation's own policy from the bytes of a file; `source` is its name in errors.

    Raises:
        PolicyError: it is no policy, or it has the name of a shipped one.
    """
    policy = _read(raw, source)
    if policy.name in {known.name for known in shipped_policies()}:
        reason = f"{shown(policy.name)} is shipped with this software; give yours another name"
        raise PolicyError(source, Fault("name", reason))
    return policy


@cache
def shipped_policies() -> tuple[Policy, ...]:
    """Return the policies that are shipped, by name and version."""
    folder = resources.files("tidegate.desks.cases.policies") / "shipped"
    files = sorted(
        (place for place in folder.iterdir() if place.name.endswith(".json")),
        key=lambda place: place.name,
    )
    policies = [_read(place.read_bytes(), place.name) for place in files]
    return tuple(sorted(policies, key=lambda policy: (policy.name, policy.version)))


def shipped_policy(name: str, version: str | None = None) -> Policy:
    """Return a shipped policy; without a version, the newest.

    Raises:
        LookupError: there is none; the message names those that there are.
    """
    known = [
        policy
        for policy in shipped_policies()
        if policy.name == name and version in (None, policy.version)
    ]
    if not known:
        asked = f"{name} {version}" if version else name
        there = ", ".join(map(str, shipped_policies()))
        raise LookupError(f"no policy {asked!r} is shipped; there are {there}")
    return known[-1]


@cache
def policy_schema() -> dict[str, Any]:
    """Return the JSON Schema of a policy; not to be changed."""
    place = resources.files("tidegate.desks.cases.policies") / "policy-1.schema.json"
    loaded: dict[str, Any] = json.loads(place.read_text(encoding="utf-8"))
    return loaded


def _read(raw: bytes, source: str) -> Policy:
    document = parse(raw, max_bytes=MAX_BYTES)
    if isinstance(document, Fault):
        raise PolicyError(source, document)
    value: Any = document.value
    if fault := _schema_fault(value):
        raise PolicyError(source, fault)
    rules = tuple(
        _rule(rule, value["rules"][:index], f"rules[{index}]", source)
        for index, rule in enumerate(value["rules"])
    )
    return Policy(
        name=value["name"],
        version=value["version"],
        title=value["title"],
        authority=value["authority"],
        force=Force(value["force"]),
        binds=value["binds"],
        applies_from=_instant(value.get("applies_from"), "applies_from", source),
        source=_source(value["source"], "source", source),
        rules=rules,
        sha256=sha256_of(value),
    )


def _rule(value: dict[str, Any], before: list[dict[str, Any]], place: str, source: str) -> Rule:
    name = value["name"]
    if any(other["name"] == name for other in before):
        fault = Fault(f"{place}.name", f"{shown(name)} is another rule's; give it one of its own")
        raise PolicyError(source, fault)
    met_by = tuple(Trigger(word) for word in value.get("met_by", ()))
    triggers = tuple(Trigger(word) for word in value["trigger"])
    if both := sorted({*triggers} & {*met_by}):
        reason = f"names {both[0]}, which starts the clock; leave it out of one of the two"
        raise PolicyError(source, Fault(f"{place}.met_by", reason))
    condition = value.get("condition", {})
    after_met = condition.get("met", "")
    if after_met and not any(one["name"] == after_met and one.get("met_by") for one in before):
        reason = f"{shown(after_met)} is no rule before this one that something meets; name one"
        raise PolicyError(source, Fault(f"{place}.condition.met", reason))
    extension = value.get("extension")
    return Rule(
        name=name,
        clock=ClockName(value["clock"]),
        words=value["words"],
        triggers=triggers,
        length=read_length(value["length"]),
        extension=extension
        and Extension(
            read_length(extension["length"]),
            frozenset(Ground(word) for word in extension["grounds"]),
        ),
        holds=Circumstance(condition["circumstance"]) if "circumstance" in condition else None,
        after_met=after_met,
        met_by=met_by,
        can_pause=value.get("can_pause", False),
        source=_source(value["source"], f"{place}.source", source) if "source" in value else None,
    )


def _source(value: dict[str, Any], place: str, source: str) -> Source:
    try:
        read = date.fromisoformat(value["read"])
    except ValueError:
        fault = Fault(f"{place}.read", f"{shown(value['read'])} is no day; {_MENDS['read']}")
        raise PolicyError(source, fault) from None
    return Source(
        url=value["url"],
        read=read,
        reading=Reading(value["terms"]),
        original=value.get("original", ""),
        note=value.get("note", ""),
    )


def _instant(text: str | None, place: str, source: str) -> datetime | None:
    if text is None:
        return None
    try:
        return datetime.fromisoformat(text).astimezone(UTC)
    except (ValueError, OverflowError):
        fault = Fault(place, f"{shown(text)} is no instant; {_MENDS[place]}")
        raise PolicyError(source, fault) from None


@cache
def _validator() -> Draft202012Validator:
    return validator_of(policy_schema())


def _schema_fault(document: Any) -> Fault | None:
    """Return the way in which a document breaks the schema that explains the others, or None."""
    if not isinstance(document, dict):
        return Fault("", f"a policy is an object, not {shown(document)}; write {{...}}")
    return telling_fault(document, _validator(), _MENDS)
