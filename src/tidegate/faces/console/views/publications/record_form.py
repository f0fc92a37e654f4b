"""The form of a record: its fields as they are shown, and the record that a filled form makes.

What our runs, vendors and trials have said is not reworded by a form. It can be taken out, and the
desks put it in again; beside it somebody can say something of their own, by name. Pure.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from django.http import QueryDict

from tidegate.engines.formats.advisories.record import Basis
from tidegate.faces.console.views.doing import UnreadableError

Data = Mapping[str, Any]
"""A record as JSON data, or a part of one."""

_TEXTS: Final = ("title", "summary", "description", "impact", "exploited", "cve")
_ROWS: Final[Mapping[str, tuple[str, ...]]] = {
    "severities": ("vector", "source"),
    "remedies": ("kind", "words", "purl", "version", "url"),
    "credits": ("name", "kind", "organisation", "url"),
    "references": ("url", "words", "kind"),
}
"""Lists whose members are written in lines of the form, with the fields of each."""
_WEIGH: Final[Mapping[str, tuple[str, ...]]] = {
    "severities": ("vector",),
    "remedies": ("words", "version", "url"),
    "credits": ("name", "organisation", "url"),
    "references": ("url", "words"),
}
"""Fields of which one has to hold something, or the line is empty and counts as taken out."""
_KEPT: Final = ("statements", "fixes", "decisions")
"""Lists whose members are kept as they are, or taken out."""
_BLANK: Final[Mapping[str, int]] = {
    "severities": 1,
    "remedies": 1,
    "credits": 2,
    "references": 2,
}
"""Empty lines that are offered."""
_MOST: Final = 500
"""Lines of one kind that are read."""
_BETWEEN: Final = re.compile(r"[\s,]+")


def fields_of(data: Data, *, person: str) -> dict[str, Any]:
    """Return what a template shows of a record: texts, lines with their numbers, kept parts.

    Args:
        data: the record.
        person: who writes; whoever vouches for something new is named so.
    """
    return {
        **{name: data.get(name) or "" for name in _TEXTS},
        "aliases": "\n".join(data.get("aliases") or ()),
        "weaknesses": " ".join(data.get("weaknesses") or ()),
        "withdrawn_because": data.get("withdrawn_because") or "",
        **{name: _lines(data.get(name) or (), _BLANK[name]) for name in _ROWS},
        **{name: [(mark_of(one), one) for one in data.get(name) or ()] for name in _KEPT},
        "products": [
            _product(number, one, person)
            for number, one in enumerate([*(data.get("products") or ()), {}])
        ],
    }


def record_of_form(form: QueryDict, base: Data) -> tuple[dict[str, Any], str]:
    """Return the record that a filled form makes, and what is wrong with it; empty: nothing.

    Args:
        form: what was sent.
        base: the record that is kept; what a form does not hold stays as it is there.
    """
    out = set(form.getlist("out"))
    made = dict(base)
    for name in (*_TEXTS, "withdrawn_because"):
        if name in form:
            made[name] = _text(form, name)
    made["aliases"] = _words(form.get("aliases", ""))
    made["weaknesses"] = _words(form.get("weaknesses", ""))
    for name, parts in _ROWS.items():
        made[name] = [
            row for row in _rows(form, name, parts) if any(row[part] for part in _WEIGH[name])
        ]
    for name in _KEPT:
        made[name] = [one for one in base.get(name) or () if mark_of(one) not in out]
    problems: list[str] = []
    made["products"] = list(_products(form, base, out, problems))
    return made, problems[0] if problems else ""


def record_of_text(text: str) -> Data:
    """Return the record that somebody has written as JSON.

    Raises:
        UnreadableError: it is no JSON, or no object.
    """
    try:
        data = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise UnreadableError(f"the record is no JSON: {error}") from None
    if not isinstance(data, dict):
        raise UnreadableError("the record is no JSON object; begin it with {")
    return data


def mark_of(one: Any) -> str:
    """Return by what a form names a part that it keeps or takes out: a digest of what it says."""
    written = json.dumps(one, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(written.encode("utf-8", "replace")).hexdigest()[:16]


def is_own(span: Data) -> bool:
    """Say whether a run of versions is somebody's word, and not what our runs have shown."""
    return (span.get("evidence") or {}).get("basis") != Basis.RUN


def _lines(rows: Sequence[Data], blank: int) -> list[dict[str, Any]]:
    return [
        {"number": number, "is_blank": not one, **one}
        for number, one in enumerate([*rows, *({} for _ in range(blank))])
    ]


def _product(number: int, one: Data, person: str) -> dict[str, Any]:
    spans = one.get("affected") or ()
    own = [span for span in spans if is_own(span)]
    return {
        **one,
        "number": number,
        "is_blank": not one,
        "shown": [(mark_of(span), span) for span in spans if not is_own(span)],
        "untold": [(mark_of(span), span) for span in one.get("unknown") or ()],
        "own": [_span(at, span, person) for at, span in enumerate([*own, {}])],
        **{
            name: "\n".join(one.get(name) or ())
            for name in ("affected_versions", "unaffected_versions", "unknown_versions")
        },
    }


def _span(number: int, span: Data, person: str) -> dict[str, Any]:
    evidence = span.get("evidence") or {}
    ended = span.get("ended") or ""
    end = "open" if not ended else "fixed" if span.get("is_fixed") else "last"
    return {
        "number": number,
        "is_blank": not span,
        "introduced": span.get("introduced", ""),
        "ended": ended,
        "end": end if span else "fixed",
        "basis": evidence.get("basis", "vouched"),
        "by": evidence.get("by", person if not span else ""),
    }


def _products(
    form: QueryDict, base: Data, out: set[str], problems: list[str]
) -> Iterator[dict[str, Any]]:
    before = {one["purl"]: one for one in base.get("products") or ()}
    for number in range(_many(form, "products")):
        name = f"products-{number}"
        purl, title = _line(form, f"{name}-purl"), _line(form, f"{name}-name")
        was = before.get(form.get(f"{name}-was", ""), {})
        if not purl and not title:
            continue
        ran = [
            span
            for span in was.get("affected") or ()
            if not is_own(span) and mark_of(span) not in out
        ]
        made = {
            **was,
            "vendor": _line(form, f"{name}-vendor"),
            "name": title,
            "purl": purl,
            "affected": [*ran, *_spans(form, name)],
            "unknown": [one for one in was.get("unknown") or () if mark_of(one) not in out],
            **{
                each: _words(form.get(f"{name}-{each}", ""))
                for each in ("affected_versions", "unaffected_versions", "unknown_versions")
            },
        }
        ran_on = set(was.get("unaffected_versions") or ())
        if never := [one for one in made["unaffected_versions"] if one not in ran_on]:
            problems.append(
                f"{never[0]!r:.60} of {purl:.200} was not run here without the proof firing, so it"
                " cannot stand among those that were; say where the affected versions end instead"
            )
        yield made


def _spans(form: QueryDict, name: str) -> Iterator[dict[str, Any]]:
    for number in range(_many(form, f"{name}-spans")):
        row = f"{name}-spans-{number}"
        introduced, ended = _line(form, f"{row}-introduced"), _line(form, f"{row}-ended")
        if not introduced and not ended:
            continue
        end = form.get(f"{row}-end", "")
        basis = form.get(f"{row}-basis", "")
        yield {
            "introduced": introduced,
            "ended": ended if end != "open" and ended else None,
            "is_fixed": end == "fixed",
            "evidence": {
                # What was run is not said by a form.
                "basis": basis if basis == Basis.STATED else Basis.VOUCHED.value,
                "by": _line(form, f"{row}-by"),
                "receipts": [],
                "oldest_run": "",
            },
        }


def _rows(form: QueryDict, name: str, parts: Sequence[str]) -> Iterator[dict[str, str]]:
    for number in range(_many(form, name)):
        yield {part: _line(form, f"{name}-{number}-{part}") for part in parts}


def _many(form: QueryDict, name: str) -> int:
    written = form.get(f"{name}-many", "")
    is_number = written.isascii() and written.isdecimal() and len(written) <= 6
    return min(int(written), _MOST) if is_number else 0


def _line(form: QueryDict, name: str) -> str:
    return " ".join(form.get(name, "").split())


def _text(form: QueryDict, name: str) -> str:
    return form.get(name, "").replace("\r\n", "\n").strip()


def _words(text: str) -> list[str]:
    return list(dict.fromkeys(one for one in _BETWEEN.split(text) if one))
