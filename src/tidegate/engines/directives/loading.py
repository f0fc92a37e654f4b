"""From a file to a directive: strictly, and with one error that says what to mend.

The form is `directive-1.schema.json`. What a schema cannot say is checked after it: days are days
and in order, identifiers come once, a clock's event is one that the file names, a policy set and a
sector exist. A loaded directive never goes by the name of a shipped one.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import date
from functools import cache
from importlib import resources
from typing import Any, Final, NoReturn

from jsonschema import Draft202012Validator

from tidegate.engines.directives.errors import DirectiveError
from tidegate.engines.directives.model import (
    EFFECTIVE,
    ISSUED,
    Binding,
    ByTable,
    Clock,
    DaysAfter,
    Directive,
    Event,
    HoursAfter,
    Kind,
    Milestone,
    MilestoneKind,
    MonthsAfter,
    OnDate,
    Ongoing,
    Recurring,
    Requirement,
    Sector,
    Status,
)
from tidegate.engines.formats.documents import Fault, field_path, parse, sha256_of, shown
from tidegate.engines.formats.schema_faults import telling_fault, validator_of
from tidegate.engines.rules import shipped_policy_sets
from tidegate.engines.rules.policies import Force, Source

MAX_BYTES: Final = 1 << 20
"""Largest directive, in bytes; the shipped ones have under 20,000."""

_MENDS: Final = {
    "id": "write small letters and digits, with single dashes between them",
    "whom": "write a scope such as fceb, or sector/…, role/… or body/…",
    "event": "write small letters and digits, with single dashes between them",
    "name": "write small letters and digits, with single dashes between them",
    "url": "write an address like https://example.org/directive",
    **dict.fromkeys(
        ("words", "title", "citation", "issuer", "to", "note"),
        "write it in one line, without control characters",
    ),
    **dict.fromkeys(
        ("policy_set", "by", "revokes"), "write small letters and digits, with single dashes"
    ),
    "scope": "write a scope such as fceb, or sector/…, role/… or body/…",
    **dict.fromkeys(
        ("read", "on", "issued", "effective", "since", "first_by"), "write a day like 2026-12-07"
    ),
}

# What each clock has, beside its kind: the schema leaves that to a sentence that people can read.
_FIELDS: Final = {
    "on-date": ({"on"}, set()),
    "days-after": ({"event", "days"}, set()),
    "months-after": ({"event", "months"}, set()),
    "hours-after": ({"event", "hours"}, set()),
    "table": ({"policy_set"}, {"only"}),
    "recurring": ({"days", "first_by"}, set()),
    "ongoing": (set(), set()),
}


def read_directive(raw: bytes, source: str, policy_sets: Iterable[str] = ()) -> Directive:
    """Read a directive from the bytes of a file; `source` is its name in errors.

    Its clocks may go by the shipped policy sets, and by those named in `policy_sets`. A copy of a
    shipped directive is that directive.

    Raises:
        DirectiveError: it is no directive, or it has the identifier of a shipped one and is
            another.
    """
    directive = _read(raw, source, {*_shipped_sets(), *policy_sets})
    for known in shipped_directives():
        if known.id == directive.id:
            if known.sha256 == directive.sha256:
                return known
            reason = f"{shown(known.id)} is shipped with this software; give yours another"
            raise DirectiveError.at(source, Fault("id", reason))
    return directive


@cache
def shipped_directives() -> tuple[Directive, ...]:
    """Return the directives that are shipped, the oldest first."""
    folder = resources.files("tidegate.engines.directives") / "shipped"
    files = [place for place in folder.iterdir() if place.name.endswith(".json")]
    read = [_read(place.read_bytes(), place.name, _shipped_sets()) for place in files]
    return tuple(sorted(read, key=lambda directive: (directive.issued_on, directive.id)))


@cache
def directive_schema() -> dict[str, Any]:
    """Return the JSON Schema of a directive; not to be changed."""
    place = resources.files("tidegate.engines.directives") / "directive-1.schema.json"
    loaded: dict[str, Any] = json.loads(place.read_text(encoding="utf-8"))
    return loaded


def _shipped_sets() -> set[str]:
    return {policy.name for policy in shipped_policy_sets()}


def _read(raw: bytes, source: str, policy_sets: set[str]) -> Directive:
    document = parse(raw, max_bytes=MAX_BYTES)
    if isinstance(document, Fault):
        raise DirectiveError.at(source, document)
    value: Any = document.value
    if not isinstance(value, dict):
        reason = f"a directive is an object, not {shown(value)}; write {{...}}"
        raise DirectiveError.at(source, Fault("", reason))
    if fault := telling_fault(value, _validator(), _MENDS):
        raise DirectiveError.at(source, fault)
    return _Reading(value, source, policy_sets).directive()


class _Reading:
    """One document that follows the schema, and where it is read."""

    def __init__(self, value: dict[str, Any], source: str, policy_sets: set[str]) -> None:
        self._value = value
        self._source = source
        self._policy_sets = policy_sets
        self._issued = self._day(value["issued"], "issued")
        self._effective = self._day(value.get("effective", value["issued"]), "effective")

    def directive(self) -> Directive:
        value = self._value
        if self._effective < self._issued:
            self._refuse("effective", f"is before issued, {self._issued}; correct one of them")
        revoked_by, revoked_on = self._revoked()
        events = tuple(Event(one["name"], one["words"]) for one in value.get("events", []))
        milestones = tuple(
            self._milestone(one, index) for index, one in enumerate(value.get("milestones", []))
        )
        public = [ISSUED, EFFECTIVE, *(one.event for one in milestones if one.event)]
        own = [one.name for one in events]
        self._once([*public, *own], "events", "is the name of two events; rename one")
        demands = [
            [self._demand(one, f"{part}[{index}]", public, own) for index, one in enumerate(given)]
            for part in ("requirements", "reports")
            for given in [value.get(part, [])]
        ]
        ids = [one.id for given in demands for one in given]
        self._once(ids, "requirements", "is the id of two of them, or of a report; rename one")
        return Directive(
            id=value["id"],
            citation=value["citation"],
            title=value["title"],
            issuer=value["issuer"],
            kind=Kind(value["kind"]),
            issued_on=self._issued,
            effective_on=self._effective,
            status=Status(value["status"]),
            scope=self._scope(value["scope"]),
            sources=tuple(
                self._cited(one, f"sources[{index}]") for index, one in enumerate(value["sources"])
            ),
            revokes=tuple(value.get("revokes", [])),
            revoked_by=revoked_by,
            revoked_on=revoked_on,
            events=events,
            requirements=tuple(demands[0]),
            reports=tuple(demands[1]),
            milestones=milestones,
            sha256=sha256_of(value),
        )

    def _revoked(self) -> tuple[str, date | None]:
        value = self._value.get("revoked")
        if (value is not None) != (self._value["status"] == Status.REVOKED):
            self._refuse("revoked", "goes with the status revoked, and only with it; change one")
        if value is None:
            return "", None
        on = self._day(value["on"], "revoked.on")
        if on < self._issued:
            self._refuse("revoked.on", f"is before issued, {self._issued}; correct one of them")
        if value["by"] == self._value["id"]:
            self._refuse("revoked.by", "is this very directive; name the other one")
        return value["by"], on

    def _scope(self, value: dict[str, str]) -> dict[str, Force]:
        for whom in value:
            self._check_whom(whom, field_path(("scope", whom)))
        return {whom: Force(force) for whom, force in value.items()}

    def _demand(
        self, value: dict[str, Any], place: str, public: list[str], own: list[str]
    ) -> Requirement:
        return Requirement(
            id=value["id"],
            words=value["words"],
            to=value.get("to", ""),
            bindings=tuple(
                self._binding(one, f"{place}.binds[{index}]")
                for index, one in enumerate(value["binds"])
            ),
            clock=self._clock(value["clock"], f"{place}.clock", public, own),
            note=value.get("note", ""),
        )

    def _binding(self, value: dict[str, str], place: str) -> Binding:
        whom = value["whom"]
        self._check_whom(whom, f"{place}.whom")
        if whom not in self._value["scope"]:
            there = ", ".join(self._value["scope"])
            self._refuse(f"{place}.whom", f"{shown(whom)} is not in scope; there are {there}")
        since = value.get("since")
        day = self._day(since, f"{place}.since") if since else self._effective
        return Binding(whom, Force(value["force"]), day)

    def _clock(self, value: dict[str, Any], place: str, public: list[str], own: list[str]) -> Clock:
        kind = value["kind"]
        needed, also = _FIELDS[kind]
        given = value.keys() - {"kind"}
        if lacking := needed - given:
            self._refuse(f"{place}.{min(lacking)}", f"is missing for {kind}; add it")
        if strange := given - needed - also:
            self._refuse(f"{place}.{min(strange)}", f"does not go with {kind}; remove it")
        if "event" in value:
            possible = own if kind == "hours-after" else [*public, *own]
            if value["event"] not in possible:
                there = ", ".join(possible) or "none"
                what = "event with an instant" if kind == "hours-after" else "event"
                reason = f"{shown(value['event'])} is no {what} of this file; there are {there}"
                self._refuse(f"{place}.event", reason)
        match kind:
            case "on-date":
                return OnDate(self._day(value["on"], f"{place}.on"))
            case "days-after":
                return DaysAfter(value["event"], value["days"])
            case "months-after":
                return MonthsAfter(value["event"], value["months"])
            case "hours-after":
                return HoursAfter(value["event"], value["hours"])
            case "recurring":
                return Recurring(value["days"], self._day(value["first_by"], f"{place}.first_by"))
            case "table":
                self._check_policy_set(value["policy_set"], f"{place}.policy_set")
                return ByTable(value["policy_set"], "only" in value)
            case _:
                return Ongoing()

    def _milestone(self, value: dict[str, Any], index: int) -> Milestone:
        place = f"milestones[{index}]"
        return Milestone(
            on=self._day(value["on"], f"{place}.on"),
            kind=MilestoneKind(value["kind"]),
            words=value["words"],
            source=self._cited(value["source"], f"{place}.source"),
            event=value.get("event", ""),
        )

    def _cited(self, value: dict[str, Any], place: str) -> Source:
        read = self._day(value["read"], f"{place}.read")
        return Source(value["url"], read, value["terms"] == "primary", value["note"])

    def _check_whom(self, whom: str, place: str) -> None:
        kind, _, name = whom.partition("/")
        if kind == "sector" and name not in set(Sector):
            there = ", ".join(Sector)
            self._refuse(place, f"{shown(whom)} names no sector; they are {there}")

    def _check_policy_set(self, name: str, place: str) -> None:
        if name not in self._policy_sets:
            there = ", ".join(sorted(self._policy_sets))
            self._refuse(place, f"{shown(name)} is no policy set; there are {there}")

    def _once(self, names: list[str], place: str, reason: str) -> None:
        if twice := next((name for name in names if names.count(name) > 1), None):
            self._refuse(place, f"{shown(twice)} {reason}")

    def _day(self, text: str, place: str) -> date:
        try:
            return date.fromisoformat(text)
        except ValueError:
            self._refuse(place, f"{shown(text)} is no day; write one like 2026-12-07")

    def _refuse(self, place: str, reason: str) -> NoReturn:
        raise DirectiveError.at(self._source, Fault(place, reason))


@cache
def _validator() -> Draft202012Validator:
    return validator_of(directive_schema())
