"""A finding of mantis as a report.

From: https://github.com/google/mantis, `SCHEMA.md`, section 1, 'Finding Object'. The format still
changes, so members that are not known are passed over. What the record says of running things
(`run_command`, `repro_file_path` and the like) is hostile text; nothing of it is run or opened.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from tidegate.engines.formats.documents import Fault, canonical, parse, shown
from tidegate.engines.formats.proofs import Claim, Named, extension, named_by, report_of
from tidegate.engines.formats.records import (
    MAX_DESCRIPTION,
    MAX_PATH,
    MAX_PLACES,
    MAX_SYMBOL,
    MAX_TITLE,
    Members,
    MisfitError,
    aliases,
    cut,
    identifier,
    is_public_identifier,
    one_line,
    weaknesses,
)
from tidegate.engines.formats.reports import Bounds, Format, Place
from tidegate.engines.formats.severities import word_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tidegate.engines.formats.finding import Refusal
    from tidegate.engines.formats.records import Origin
    from tidegate.engines.formats.reports import Report
    from tidegate.engines.formats.targets import Target

# src/auth.c:145, src/auth.c:145-160, src/auth.c:145:12
_AT_LINE = re.compile(r"(.*?):([1-9][0-9]{0,8})(?:[-:][0-9]{1,9})?")
# src/auth.c:check_token
_AT_SYMBOL = re.compile(r"(.*[^:]):([A-Za-z_][A-Za-z0-9_.:~<>]*)")

_SECTIONS: Final = (("impact", "Impact"), ("mitigation", "Mitigation"))
"""What is added to the description, and under which heading."""


def mantis_reports(
    raw: bytes, origin: Origin, default: Target | None, bounds: Bounds
) -> Iterator[Report | Refusal]:
    """Read the report of one mantis finding; never raises."""
    parsed = parse(raw, max_bytes=bounds.record_bytes, max_values=bounds.record_values)
    if isinstance(parsed, Fault):
        yield origin.refusal(parsed.field, parsed.reason)
        return
    try:
        record = Members.of(parsed.value)
        _check_valid(record)
        extended = extension(record)
        claim = _claim(record, raw, parsed.value)
        yield report_of(claim, _target(extended, default), extended, origin)
    except MisfitError as misfit:
        yield origin.refusal(misfit.fault.field, misfit.fault.reason)


def _check_valid(record: Members) -> None:
    """Refuse what its own review took for no finding."""
    status = (record.text("status") or "").strip().upper().replace("_", " ")
    if status == "FALSE POSITIVE":
        reason = one_line(record.text("reasoning") or "no reason given", 200)
        raise MisfitError(("status",), f"says it is a false positive: {shown(reason, 200)}")
    if status == "DUPLICATE":
        other = record.text("duplicate_of") or "another finding"
        raise MisfitError(("status",), f"says it is a duplicate of {shown(other)}")


def _claim(record: Members, raw: bytes, value: Any) -> Claim:
    description = record.text("description") or ""
    name = identifier(record, "id")
    also = [record.text("cve") or ""]
    return Claim(
        format=Format.MANTIS,
        id=name,
        title=one_line(record.text("title") or description, MAX_TITLE) or name,
        description=cut(_description(record, description), MAX_DESCRIPTION),
        weaknesses=weaknesses([record.text("cwe") or ""]),
        aliases=aliases(text for text in also if is_public_identifier(text)),
        severity=(),
        severity_word=word_of(record.text("severity") or "")
        or word_of(record.text("priority") or ""),
        places=_places(record.texts("code_paths")),
        references=(),
        record=raw,
        form=canonical(value),
    )


def _description(record: Members, description: str) -> str:
    parts = [description.strip()]
    for key, heading in _SECTIONS:
        text = (record.text(key) or "").strip()
        if text:
            parts.append(f"**{heading}.** {text}")
    return "\n\n".join(part for part in parts if part)


def _places(code_paths: list[str]) -> tuple[Place, ...]:
    return tuple(dict.fromkeys(_place(text) for text in code_paths[:MAX_PLACES]))


def _place(text: str) -> Place:
    text = text[: MAX_PATH + MAX_SYMBOL]
    if at_line := _AT_LINE.fullmatch(text):
        return Place(cut(at_line[1], MAX_PATH), int(at_line[2]), None)
    if at_symbol := _AT_SYMBOL.fullmatch(text):
        return Place(cut(at_symbol[1], MAX_PATH), None, cut(at_symbol[2], MAX_SYMBOL))
    return Place(cut(text, MAX_PATH), None, None)


def _target(extended: Members | None, default: Target | None) -> Named:
    named = named_by(extended)
    if named is not None:
        return named
    if default is None:
        raise MisfitError(
            ("tidegate", "purl"),
            "is missing, and a mantis finding names no package otherwise;"
            " name one package URL for the whole file, or add it here",
        )
    return Named(default, ("tidegate", "purl"), alone=False)
