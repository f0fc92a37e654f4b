"""What lists can be narrowed to, and the check that every word of it is known."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from tidegate.desks.findings.keys import LENGTH, as_written
from tidegate.desks.findings.priority import Severity
from tidegate.desks.findings.queries.errors import FilterError
from tidegate.desks.findings.queries.rows import CaseState
from tidegate.desks.findings.states import Stage
from tidegate.engines.formats.finding import Effect
from tidegate.engines.formats.reports import Format
from tidegate.engines.reproduction.verdicts import Word

STAGES: Final = tuple(stage.value for stage in Stage)
VERDICTS: Final = tuple(word.value for word in Word)
EFFECTS: Final = tuple(effect.value for effect in Effect)
SEVERITIES: Final = tuple(severity.word for severity in reversed(Severity))
FORMATS: Final = tuple(known.value for known in Format)
CASE_STATES: Final = tuple(state.value for state in CaseState)

_KEY: Final = re.compile(r"[CDF]-[0-9A-Z]{5}-[0-9A-Z]{5}")
_LONGEST_KEY: Final = 4 * LENGTH
_LONGEST: Final = {"text": 500, "finder": 200, "package": 600, "package_type": 40}


@dataclass(frozen=True, slots=True)
class FindingFilter:
    """Which findings; a word that is empty narrows nothing.

    Stage, verdict, effect, severity and format take several words with commas between them.
    """

    text: str = ""
    """Words of the finding, the last one begun; or a key, a CVE id, a package, a reference."""
    stage: str = ""
    verdict: str = ""
    effect: str = ""
    severity: str = ""
    format: str = ""
    finder: str = ""
    """The finder's name, verbatim."""
    package: str = ""
    """As its registry names it."""
    package_type: str = ""
    case: str = ""
    """Key of a case."""


@dataclass(frozen=True, slots=True)
class CaseFilter:
    """Which cases; a word that is empty narrows nothing.

    Effect, severity and verdict take several words with commas between them.
    """

    text: str = ""
    """Words of one of its findings, the last one begun; or a key, a CVE id, a package."""
    package: str = ""
    effect: str = ""
    severity: str = ""
    state: str = CaseState.OPEN.value
    """Merged cases are shown only where they are asked for; empty for both."""
    verdict: str = ""


def check_findings(asked: FindingFilter) -> None:
    """Check every word of a filter.

    Raises:
        FilterError: a word is not known, or too long to be meant.
    """
    _known("stage", asked.stage, STAGES)
    _known("verdict", asked.verdict, VERDICTS)
    _known("effect", asked.effect, EFFECTS)
    _known("severity", asked.severity, SEVERITIES)
    _known("format", asked.format, FORMATS)
    for name in ("text", "finder", "package", "package_type"):
        _bounded(name, getattr(asked, name))
    if asked.case:
        checked_key("case", asked.case)


def check_cases(asked: CaseFilter) -> None:
    """Check every word of a filter.

    Raises:
        FilterError: a word is not known, or too long to be meant.
    """
    _known("state", asked.state, CASE_STATES)
    _known("verdict", asked.verdict, VERDICTS)
    _known("effect", asked.effect, EFFECTS)
    _known("severity", asked.severity, SEVERITIES)
    for name in ("text", "package"):
        _bounded(name, getattr(asked, name))


def checked_key(name: str, key: str) -> str:
    """Return a key as it is kept.

    Raises:
        FilterError: it does not have the form of one.
    """
    letter = name[0].upper()
    written = written_key(key)
    if not written.startswith(f"{letter}-"):
        raise FilterError(
            f"{key[:40]!r} is not the key of a {name}; write it as {letter}-7K3M9-Q2X4D",
            parameter=name,
        )
    return written


def written_key(key: str) -> str:
    """Return a key as it is kept; nothing, which no row has for a key, if it is none."""
    written = as_written(key) if len(key) <= _LONGEST_KEY else ""
    return written if _KEY.fullmatch(written) else ""


def words(text: str) -> list[str]:
    """Return the words of a filter that takes several: `reproduced,flaky`."""
    return [word.strip() for word in text.split(",") if word.strip()]


def _known(name: str, text: str, known: Collection[str]) -> None:
    for word in words(text):
        if word not in known:
            raise FilterError(
                f"the {name} {word[:40]!r} is not known; known are {', '.join(known)}",
                parameter=name,
            )


def _bounded(name: str, word: str) -> None:
    if len(word) > _LONGEST[name]:
        raise FilterError(
            f"{name} has {len(word)} signs; write at most {_LONGEST[name]}", parameter=name
        )
    if "\0" in word:
        raise FilterError(f"{name} holds a NUL sign; leave it out", parameter=name)
