"""What one vulnerability of a CSAF report says, for all the packages that it affects.

From: CSAF 2.1, 3.2.4, Vulnerabilities Property. The notes are told in the order of the document,
the one that the profile requires first, and the threats after them.
"""

from __future__ import annotations

import re
from itertools import chain
from typing import Any, Final

from tidegate.engines.formats.csaf_relay import Relay, provenance_of
from tidegate.engines.formats.documents import shown
from tidegate.engines.formats.proofs import Claim
from tidegate.engines.formats.records import (
    MAX_DESCRIPTION,
    MAX_ID,
    MAX_SEVERITY,
    MAX_SHARED,
    MAX_TITLE,
    Members,
    MisfitError,
    aliases,
    cut,
    one_line,
    references,
    weaknesses,
)
from tidegate.engines.formats.reports import Format
from tidegate.engines.formats.severities import word_of, word_of_vectors

CATEGORY: Final = "csaf_vulnerability_report"
"""The value of `document.category` that names the profile."""

SUMMARY_NOTE: Final = ("summary", "Vulnerability Summary")
"""Category and title of the note that says what the vulnerability is."""

# From: CSAF 2.1, 6.1.27.20: of these two notes a report in English has one.
_REQUIRED_NOTES: Final = (SUMMARY_NOTE, ("description", "CVE Description"))

WEAKNESS_NOTE: Final = ("other", "Weaknesses")
"""A note of ours: a `cwes` member needs the weakness's name and the version of the list, which
whoever has only the identifier cannot give."""

_TOLD: Final = ("summary", "description", "details", "general", "other")
"""The categories of notes that belong to a description; a disclaimer does not."""

_THREATS: Final = {"impact": "Impact", "exploit_status": "Exploitation"}

_SPEAKS_FOR_ITSELF = re.compile(r"[A-Za-z]{2,20}(?=[-#])")
_VECTOR = re.compile(r"(?:CVSS:[0-9.]+/|AV:)[!-~]{1,400}")


def claim_of(root: Members, relay: Relay, vulnerability: Members, index: int | None) -> Claim:
    """Return what all packages of a vulnerability share; `index` if it is one of several.

    Record and form are left empty. Raises `MisfitError`.
    """
    document = root.value["document"]
    tracking = Members.of(document["tracking"], root.at("document", "tracking"))
    provenance = provenance_of(relay, vulnerability)
    vectors, word = _severity(vulnerability, document)
    return Claim(
        format=Format.CSAF_REPORT,
        id=_name(tracking, vulnerability, index),
        title=_title(vulnerability, document),
        description=cut(_description(vulnerability, document), MAX_DESCRIPTION),
        weaknesses=_weaknesses(vulnerability),
        aliases=_aliases(relay, vulnerability, tracking),
        severity=vectors,
        severity_word=word,
        places=(),
        references=references(r.required_text("url") for r in vulnerability.each("references")),
        record=b"",
        form=b"",
        tlp=provenance.terms.tlp,
        embargo_until=provenance.terms.ends,
        provenance=provenance,
    )


def _name(tracking: Members, vulnerability: Members, index: int | None) -> str:
    """Return the document's name, and the vulnerability's where the document has several."""
    name = tracking.required_text("id")
    if index is None:
        return name
    texts = [vulnerability.text("cve"), *(i.text("text") for i in vulnerability.each("ids", 1))]
    full = f"{name} {next(filter(None, texts), index + 1)}"
    if len(full) > MAX_ID:
        raise MisfitError(
            tracking.at("id"),
            f"has {len(full):,} characters with the vulnerability's own; at most {MAX_ID}",
        )
    return full


def _title(vulnerability: Members, document: Any) -> str:
    told = one_line(vulnerability.text("title") or "", MAX_TITLE)
    return (
        told
        or one_line(document["title"], MAX_TITLE)
        or one_line(document["tracking"]["id"], MAX_TITLE)
    )


def _description(vulnerability: Members, document: Any) -> str:
    """Return the notes in the order of the document, the required one first, then the threats.

    Raises `MisfitError` for a report in English that has no such note (CSAF 2.1, 6.1.27.20).
    """
    notes = vulnerability.each("notes")
    lead = next((note for note in notes if _kind(note) in _REQUIRED_NOTES), None)
    english = str(document.get("lang", "en")).partition("-")[0].lower() == "en"
    if lead is None and document["category"] == CATEGORY and english:
        raise MisfitError(
            vulnerability.at("notes"),
            "hold no note of category summary with the title 'Vulnerability Summary', and none of"
            " category description with the title 'CVE Description'; add one",
        )
    lead = lead or next((note for note in notes if note.text("category") in _TOLD[:2]), None)
    parts = [] if lead is None else [lead.required_text("text")]
    for note in notes:
        category, title = _kind(note)
        told = category in _TOLD and (category, title) != WEAKNESS_NOTE
        # A description goes to every party; what is meant for some of them stays in the record.
        if note is not lead and told and note.text("audience") in (None, "all"):
            text = note.required_text("text")
            parts.append(f"**{title.rstrip('.')}.** {text}" if title else text)
    for threat in vulnerability.each("threats"):
        heading = _THREATS.get(threat.text("category") or "")
        if heading:
            parts.append(f"**{heading}.** {threat.required_text('details')}")
    return "\n\n".join(parts)


def _kind(note: Members) -> tuple[str, str]:
    # VINCE leaves the category of some notes out.
    return note.text("category") or "other", note.text("title") or ""


def _weaknesses(vulnerability: Members) -> tuple[str, ...]:
    listed = (each.required_text("id") for each in vulnerability.each("cwes", MAX_SHARED))
    noted = (
        text
        for note in vulnerability.each("notes")
        if _kind(note) == WEAKNESS_NOTE
        for text in note.required_text("text")[:1000].split(", ")
    )
    return weaknesses(chain(listed, noted))


def _aliases(relay: Relay, vulnerability: Members, tracking: Members) -> tuple[str, ...]:
    """Return the vulnerability's identifiers; the document's own name is not one of them."""
    cve = vulnerability.text("cve")
    own = tracking.required_text("id")
    ids = [
        alias_of(each.text("system_name"), each.required_text("text"))
        for each in vulnerability.each("ids", MAX_SHARED)
        if each.text("text") != own
    ]
    return aliases([*([cve] if cve else ()), *ids, *relay.aliases])


def alias_of(system: str | None, text: str) -> str:
    """Return an identifier that means the same without its system: `VU#12` does, `#12` does not.

    The counterpart of `id_of`.
    """
    alone = system is None or system == text or _SPEAKS_FOR_ITSELF.match(text)
    return text if alone else f"{system} {text}"


def id_of(alias: str) -> tuple[str, str]:
    """Return the system and the text that `alias_of` makes this identifier of."""
    if found := _SPEAKS_FOR_ITSELF.match(alias):
        return found[0], alias
    system, _, text = alias.rpartition(" ")
    if system.strip() and text and system != text and not _SPEAKS_FOR_ITSELF.match(text):
        return system, text
    return alias, alias


def _severity(vulnerability: Members, document: Any) -> tuple[tuple[str, ...], str | None]:
    """Return the CVSS vectors, and how bad it is in one word."""
    vectors: list[str] = []
    words: list[str] = []
    for metric in vulnerability.each("metrics", MAX_SHARED):
        content = Members.of(metric.value["content"], metric.at("content"))
        words.append(content.text("qualitative_severity_rating") or "")
        for key in ("cvss_v2", "cvss_v3", "cvss_v4"):
            score = content.members(key)
            vectors += [] if score is None else [_vector(score)]
    words.append((document.get("aggregate_severity") or {}).get("text", ""))
    kept = tuple(dict.fromkeys(vectors))[:MAX_SEVERITY]
    return kept, word_of_vectors(kept) or next(filter(None, map(word_of, words)), None)


def _vector(score: Members) -> str:
    vector = score.required_text("vectorString")
    if not _VECTOR.fullmatch(vector):
        raise MisfitError(
            score.at("vectorString"),
            f"{shown(vector)} is not a CVSS vector;"
            " write it like CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H",
        )
    return f"CVSS:2.0/{vector}" if vector.startswith("AV:") else vector
