"""A disclosure policy as a value: who says it, where it was read, and its rules."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from tidegate.desks.cases.policies.lengths import Length
from tidegate.desks.cases.policies.words import (
    Circumstance,
    ClockName,
    Force,
    Ground,
    Reading,
    Trigger,
)


@dataclass(frozen=True, slots=True)
class Source:
    """Where the terms of a policy, or of one rule, were read."""

    url: str
    read: date
    """When it was read."""
    reading: Reading
    original: str = ""
    """The address of the authority's own text, where another one was read."""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Extension:
    """By how much a clock may be extended, once, and on which grounds; all of them are needed."""

    length: Length
    grounds: frozenset[Ground]


@dataclass(frozen=True, slots=True)
class Rule:
    """One sentence of a policy."""

    name: str
    """Its name within the policy."""
    clock: ClockName
    words: str
    """What is to be done, for people."""
    triggers: tuple[Trigger, ...]
    """The clock starts when the last of them has happened."""
    length: Length
    extension: Extension | None
    holds: Circumstance | None
    """The rule applies only where this holds of the case."""
    after_met: str
    """The rule applies only once the clock of this rule was met; empty for always."""
    met_by: tuple[Trigger, ...]
    """The clock is met when one of them happens while it runs, its last instant included."""
    can_pause: bool
    source: Source | None
    """Where it was read, if not where the policy was."""


@dataclass(frozen=True, slots=True)
class Policy:
    """A named and versioned disclosure policy."""

    name: str
    version: str
    title: str
    authority: str
    """Who says it."""
    force: Force
    binds: str
    """Whom it binds, in words."""
    applies_from: datetime | None
    """What happened before this starts none of its clocks."""
    source: Source
    rules: tuple[Rule, ...]
    sha256: str
    """Of the document, in its RFC 8785 form: two texts under one version can be told apart."""

    def __str__(self) -> str:
        return f"{self.name} {self.version}"

    def rule(self, name: str) -> Rule | None:
        """Return the rule of a name, or None."""
        return next((rule for rule in self.rules if rule.name == name), None)

    def source_of(self, rule: Rule) -> Source:
        """Return where a rule was read."""
        return rule.source or self.source
