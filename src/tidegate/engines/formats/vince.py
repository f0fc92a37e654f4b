"""A case of VINCE, as its API exports it, or one filled-in reporting form of VINCE, as reports.

From: https://github.com/CERTCC/VINCE: `api_examples/get_vince.py` at 102a997b for the export
(`get_case`, `get_original_report`, `get_vuls`, `get_vendors`), the serializers in
`vinny/serializers.py` at 328a6025 for its fields, and `CaseRequestForm` in `vinny/forms.py` at
19d33311 for the form. Each of a case's vulnerabilities is one report. What the parties wrote to
each other (`get_posts`) is kept in the record and not looked at. VINCE knows no package URL.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from tidegate.engines.formats.documents import Fault, canonical, member_forms, object_form, parse
from tidegate.engines.formats.proofs import Claim, Named, extension, named_by, report_of
from tidegate.engines.formats.records import (
    MAX_DESCRIPTION,
    MAX_ID,
    MAX_TITLE,
    Members,
    MisfitError,
    aliases,
    cut,
    one_line,
    references,
    weaknesses,
)
from tidegate.engines.formats.reports import Bounds, Format, Report
from tidegate.engines.formats.vince_form import case_number, is_yes, provenance_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tidegate.engines.formats.finding import Refusal
    from tidegate.engines.formats.records import Origin
    from tidegate.engines.formats.targets import Target

_NO_RECORD: Final = "holds neither a vulnerability nor a report; export the whole case again"

_SECTIONS: Final = (
    ("vul_description", None),
    ("vul_exploit", "Exploitation"),
    ("vul_impact", "Impact"),
    ("vul_discovery", "Discovery"),
)
"""What of the form is told, under which heading."""

_FACTS: Final = (
    ("vul_public", "The reporter says that it is publicly known."),
    ("vul_exploited", "The reporter says that it is being exploited."),
)

# As CERT/CC's coordinators write it: Integer Overflow or Wraparound (CWE-190) in ...
_WEAKNESS = re.compile(r"\((CWE-[1-9][0-9]{0,5})\)")
_CVE = re.compile(r"(?:CVE-)?([0-9]{4}-[0-9]{4,19})", re.IGNORECASE)
_LOOK: Final = 20_000


def vince_reports(
    raw: bytes, origin: Origin, default: Target | None, bounds: Bounds
) -> Iterator[Report | Refusal]:
    """Read the reports of one case, or of one form; never raises."""
    parsed = parse(raw, max_bytes=bounds.record_bytes, max_values=bounds.record_values)
    if isinstance(parsed, Fault):
        yield origin.refusal(parsed.field, parsed.reason)
        return
    try:
        root = Members.of(parsed.value)
        vulnerabilities = root.each("get_vuls")
        form = _form(root)
        if form is None and not vulnerabilities:
            raise MisfitError(("get_vuls",), _NO_RECORD)
        if len(vulnerabilities) > bounds.packages:
            raise MisfitError(
                ("get_vuls",),
                f"has {len(vulnerabilities):,} members; at most {bounds.packages:,}, so split it",
            )
        shared = _claim(root, form)
    except MisfitError as misfit:
        yield origin.refusal(misfit.fault.field, misfit.fault.reason)
        return
    alone = len(vulnerabilities) < 2
    forms = {} if alone else member_forms(parsed.value)
    for index, vulnerability in enumerate(vulnerabilities or [None]):
        part = origin if alone else origin.within(f"get_vuls[{index}]")
        try:
            claim = replace(shared, record=raw, form=canonical(parsed.value) if alone else b"")
            if vulnerability is not None:
                claim = _of(vulnerability, claim, alone=alone)
            if vulnerability is not None and not alone:
                own = object_form(forms, "get_vuls", [vulnerability.value])
                claim = replace(claim, record=own, form=own)
            extended = extension(vulnerability) or extension(root)
            made = report_of(claim, _target(extended, default), extended, origin)
            yield replace(made, place=part.place) if isinstance(made, Report) else made
        except MisfitError as misfit:
            yield origin.refusal(misfit.fault.field, misfit.fault.reason)


def _form(root: Members) -> Members | None:
    """Return the filled-in form: of a case the original report, else the record itself."""
    return root.members("get_original_report") or (
        root if root.value.get("vul_description") is not None else None
    )


def _claim(root: Members, form: Members | None) -> Claim:
    """Return what all vulnerabilities of the case share."""
    case = root.members("get_case")
    number = case_number(root)
    provenance = provenance_of(root, form)
    title = (None if case is None else case.text("title")) or _product(form)
    description = _description(case, form)
    return Claim(
        format=Format.VINCE,
        id=number or _form_name(root),
        title=one_line(title or description, MAX_TITLE) or number or "A report to VINCE",
        description=description,
        weaknesses=(),
        aliases=aliases([number] if number else ()),
        severity=(),
        severity_word=None,
        places=(),
        references=_references(form),
        record=b"",
        form=b"",
        tlp=None,
        embargo_until=provenance.terms.ends,
        provenance=provenance,
    )


def _of(vulnerability: Members, claim: Claim, *, alone: bool) -> Claim:
    """Return the claim about one vulnerability of the case."""
    told = vulnerability.text("description") or ""
    name = vulnerability.text("name") or vulnerability.text("cve") or ""
    cve = _CVE.fullmatch(vulnerability.text("cve") or name)
    also = [f"CVE-{cve[1]}"] if cve else [name]
    parts = [part for part in (told, claim.description) if part.strip()]
    return replace(
        claim,
        id=_named(vulnerability, claim.id, name),
        title=(claim.title if alone else one_line(told, MAX_TITLE)) or claim.title,
        description=cut("\n\n".join(parts), MAX_DESCRIPTION),
        weaknesses=weaknesses(_WEAKNESS.findall(told[:_LOOK])),
        aliases=aliases([*also, *claim.aliases]),
    )


def _named(vulnerability: Members, number: str, name: str) -> str:
    if not name.strip():
        raise MisfitError(vulnerability.at("name"), "is missing; add it")
    full = name if name.startswith(number) else f"{number} {name}"
    if len(full) > MAX_ID:
        raise MisfitError(
            vulnerability.at("name"),
            f"has {len(full):,} characters with the case's; at most {MAX_ID}",
        )
    return full


def _form_name(root: Members) -> str:
    """Return a form's own name; one that has none yet is named after what it says."""
    number = root.text("vrf_id")
    if number and number.strip():
        if len(number) > MAX_ID:
            raise MisfitError(
                root.at("vrf_id"), f"has {len(number):,} characters; at most {MAX_ID}"
            )
        return number
    return f"vince-{hashlib.sha256(canonical(root.value)).hexdigest()[:16]}"


def _product(form: Members | None) -> str:
    if form is None:
        return ""
    parts = (form.text(key) for key in ("vendor_name", "product_name", "product_version"))
    return " ".join(part for part in parts if part)


def _description(case: Members | None, form: Members | None) -> str:
    parts = [(case.text("summary") if case else None) or ""]
    for key, heading in _SECTIONS:
        text = (form.text(key) if form else None) or ""
        if text.strip():
            parts.append(f"**{heading}.** {text}" if heading else text)
    product = _product(form)
    parts.append(f"**Product.** {product}" if product else "")
    parts += [fact for key, fact in _FACTS if form is not None and is_yes(form, key)]
    return cut("\n\n".join(part for part in parts if part.strip()), MAX_DESCRIPTION)


def _references(form: Members | None) -> tuple[str, ...]:
    texts = [
        (form.text(key) if form else None) or ""
        for key in ("public_references", "exploit_references")
    ]
    return references(word for text in texts for word in text[:_LOOK].replace(",", " ").split())


def _target(extended: Members | None, default: Target | None) -> Named:
    named = named_by(extended)
    if named is not None:
        return named
    if default is None:
        raise MisfitError(
            ("tidegate", "purl"),
            "is missing, and VINCE names no package; name one package URL for the whole file,"
            " or add it here",
        )
    return Named(default, ("tidegate", "purl"), alone=False)
