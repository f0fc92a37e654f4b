"""An advisory's record, put as its page shows it: who is affected, what to do, what stands behind.

What is unknown is said where it would be looked for, and in a look of its own. Scores are computed
from the vectors here; none is taken over.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote

from tidegate.desks.publications.queries.detail import DocumentShown
from tidegate.desks.publications.queries.public import Change, PublicPage
from tidegate.desks.publications.queries.records import BUNDLE, FIX
from tidegate.engines.formats.advisories.record import (
    BEGINNING,
    Basis,
    Evidence,
    Product,
    Record,
    Remedy,
    RemedyKind,
    Severity,
    Span,
    TriedFix,
)
from tidegate.engines.formats.advisories.standings import SaidSpan
from tidegate.engines.formats.advisories.wording import span_words
from tidegate.engines.formats.severities import score_of, word_of_score
from tidegate.faces.console import publication_words as words
from tidegate.faces.console.words import Look

AFFECTED: Final = Look("Affected", "affected", "diamond", "The vulnerability is in it.")
FIXED: Final = Look("Fixed", "good", "check", "The first version of its line that is fixed.")
UNAFFECTED: Final = Look(
    "Not affected", "unaffected", "circle", "It was run: no proof fired, and the control held."
)
UNKNOWN: Final = Look(
    "Unknown", "silent", "dash", "It could not be told, which is not the same as not affected."
)
_ROWS_OF_DIFFERENCES: Final = 60
_LONGEST: Final = 600
_OF_HISTORY: Final = ("revisions",)
_MACHINE: Final = ("evidence", "receipts", "receipt_sha256")
"""Members of a record that people look up in the documents."""


@dataclass(frozen=True, slots=True)
class Versions:
    """Some versions of a package, and what is said of them."""

    look: Look
    words: str
    why: str
    """What stands behind it, and who."""
    receipts: int


@dataclass(frozen=True, slots=True)
class Scored:
    """A vector, with what is computed from it."""

    vector: str
    source: str
    version: str
    score: float | None
    word: str


@dataclass(frozen=True, slots=True)
class File:
    """A document, and where it is."""

    name: str
    address: str
    format: str
    sha256: str
    size: int


@dataclass(frozen=True, slots=True)
class Rung:
    """A rung of a fix, and what became of it."""

    name: str
    look: Look


@dataclass(frozen=True, slots=True)
class FixShown:
    """A fix, with what may be said of it."""

    fix: TriedFix
    labels: tuple[Look, ...]
    rungs: tuple[Rung, ...]
    files: tuple[File, ...]


@dataclass(frozen=True, slots=True)
class Told:
    """A difference in words."""

    place: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class ChangeShown:
    """What a revision changed."""

    number: int
    told: tuple[Told, ...]
    more: int


def shown(found: PublicPage, changes: Sequence[Change]) -> dict[str, Any]:
    """Return what the template of an advisory is given."""
    record = found.record
    return {
        "row": found.row,
        "record": record,
        "revision": found.revision,
        "history": found.history,
        "changes": {one.number: _change(one) for one in changes},
        "products": [(one, tuple(_versions(one))) for one in record.products],
        "affected": _brief(_spans(record)),
        "fixed": [(one.name, version) for one in record.products for version in one.fixed_versions],
        "is_unknown": any(one.unknown or one.unknown_versions for one in record.products),
        "scores": [_scored(one) for one in record.severities],
        "worst": _worst(record.severities),
        "remedies": [(_remedy_look(one), one) for one in record.remedies],
        "fixes": [_fix(one, found) for one in record.fixes],
        "statements": [
            (one, words.STATUSES.get(one.status, one.status)) for one in record.statements
        ],
        "credits": [(one, words.CREDITS[one.kind]) for one in record.credits],
        "documents": [_document(found.row.identifier, one) for one in _formats(found.documents)],
        "bundle": next(
            (_document(found.row.identifier, one) for one in found.documents if one.word == BUNDLE),
            None,
        ),
    }


def _spans(record: Record) -> Iterator[str]:
    for product in record.products:
        yield from (_span_words(span) for span in product.affected)
        yield from product.affected_versions


def _brief(spans: Iterable[str]) -> str:
    found = list(spans)
    more = f"; and {len(found) - 3} more" if len(found) > 3 else ""
    return "; ".join(found[:3]) + more


def _versions(product: Product) -> Iterator[Versions]:
    for span in product.affected:
        yield _of_span(AFFECTED, span)
    if product.affected_versions:
        yield Versions(AFFECTED, ", ".join(product.affected_versions), "named one by one", 0)
    if product.fixed_versions:
        ends = dict.fromkeys(_why(span.evidence) for span in product.affected if span.is_fixed)
        yield Versions(FIXED, ", ".join(product.fixed_versions), "; ".join(ends), 0)
    if product.unaffected_versions:
        listed = ", ".join(product.unaffected_versions)
        yield Versions(UNAFFECTED, listed, "each was run: no proof fired, and the control held", 0)
    for span in product.unknown:
        yield _of_span(UNKNOWN, span)
    if product.unknown_versions:
        yield Versions(UNKNOWN, ", ".join(product.unknown_versions), "it could not be told", 0)


def _of_span(look: Look, span: Span) -> Versions:
    return Versions(look, _span_words(span), _why(span.evidence), len(span.evidence.receipts))


def _span_words(span: Span) -> str:
    return span_words(SaidSpan(span.introduced or BEGINNING, span.ended or "", span.is_fixed))


def _why(evidence: Evidence) -> str:
    told = f"{words.BASES.get(evidence.basis, evidence.basis)}: {evidence.by}"
    if evidence.basis is Basis.RUN and evidence.oldest_run:
        return f"{told}; the oldest release, {evidence.oldest_run}, was run"
    return told


def _scored(one: Severity) -> Scored:
    score = score_of(one.vector)
    version = one.vector.partition("/")[0].replace(":", " ", 1)
    word = (word_of_score(score) or "none") if score is not None else ""
    return Scored(one.vector, one.source, version, score, word)


def _worst(severities: Sequence[Severity]) -> Scored | None:
    scored = [one for one in map(_scored, severities) if one.score is not None]
    return max(scored, key=lambda one: one.score or 0.0, default=None)


def _remedy_look(remedy: Remedy) -> Look:
    tones = {
        RemedyKind.VENDOR_FIX: ("good", "check"),
        RemedyKind.MITIGATION: ("tide", "lock"),
        RemedyKind.WORKAROUND: ("tide", "lock"),
        RemedyKind.NONE_AVAILABLE: ("silent", "dash"),
        RemedyKind.NO_FIX_PLANNED: ("unsure", "cross"),
    }
    tone, shape = tones[remedy.kind]
    return Look(words.REMEDIES[remedy.kind], tone, shape, "")


def _fix(fix: TriedFix, found: PublicPage) -> FixShown:
    own = {f"{FIX}{fix.name}", f"{FIX}{fix.name}.receipt.json"}
    return FixShown(
        fix=fix,
        labels=tuple(words.LABELS[one] for one in fix.labels if one in words.LABELS),
        rungs=tuple(
            Rung(words.RUNGS.get(name, name), words.RUNG_WORDS.get(word, words.RUNG_WORDS[""]))
            for name, word in fix.rungs
        ),
        files=tuple(
            _document(found.row.identifier, one) for one in found.documents if one.word in own
        ),
    )


def _formats(documents: Iterable[DocumentShown]) -> list[DocumentShown]:
    """Return the documents in formats, in the order in which they are looked for."""
    order = [*words.FORMATS]
    formats = [one for one in documents if one.word != BUNDLE and not one.word.startswith(FIX)]
    return sorted(
        formats,
        key=lambda one: (order.index(one.word) if one.word in order else len(order), one.word),
    )


def _document(identifier: str, one: DocumentShown) -> File:
    if one.word.startswith(FIX):
        name = one.word.removeprefix(FIX)
        kind = "Receipt of the trial" if name.endswith(".receipt.json") else "Unified diff"
        address = f"/advisories/{identifier}/fixes/{quote(name)}"
        return File(name, address, kind, one.sha256, one.size)
    name = f"{identifier}.{one.word}.json"
    return File(name, f"/advisories/{name}", _format(one.word), one.sha256, one.size)


def _format(word: str) -> str:
    return "Signed bundle" if word == BUNDLE else words.FORMATS.get(word, word)


def _change(change: Change) -> ChangeShown:
    told = [
        Told(_place(one.place), _plain(one.before), _plain(one.after))
        for one in change.differences
        if not one.place.startswith(_OF_HISTORY) and one.place.split()[-1] not in _MACHINE
    ]
    listed = [one for one in told if one.before != one.after][:_ROWS_OF_DIFFERENCES]
    return ChangeShown(change.number, tuple(listed), len(told) - len(listed))


def _place(place: str) -> str:
    first, *rest = place.split(" ")
    known = words.FIELDS.get(first, first)
    return " · ".join([known, *(part.replace("_", " ") for part in rest)])


def _plain(value: str) -> str:
    """Return what stood somewhere in words; what is data is written as names and values."""
    try:
        data = json.loads(value) if value[:1] in "[{" and value else value
    except ValueError:
        data = value
    told = data if isinstance(data, str) else _written(data)
    return told if len(told) <= _LONGEST else f"{told[:_LONGEST]}…"


def _written(data: Any) -> str:
    if isinstance(data, dict):
        if {"introduced", "ended", "is_fixed"} <= data.keys():
            ended = data["ended"] or ""
            return span_words(SaidSpan(str(data["introduced"]), str(ended), bool(data["is_fixed"])))
        named = {name: _written(one) for name, one in data.items() if name not in _MACHINE}
        return "; ".join(f"{name.replace('_', ' ')}: {one}" for name, one in named.items() if one)
    if isinstance(data, list):
        return ", ".join(filter(None, map(_written, data)))
    return "" if data is None else str(data)
