"""A CSAF 2.1 vulnerability report as reports: one for each vulnerability and affected package.

From: CSAF 2.1, profile 'Vulnerability Report' (`csaf_vulnerability_report`), as of its third draft
of September 2026; which text was followed, and what of it could be had, is in
`docs/decisions/0007-vulnerability-reports-of-coordinators.md`. The two
categories that VINCE's own form writes are read in the same way. What is read is held to
`csaf-report-1.schema.json`; the rest of a document may hold anything. `docs/intake-formats.md` has
the rules.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from tidegate.engines.formats.csaf_products import packages_of, products_of
from tidegate.engines.formats.csaf_relay import extension_content, relay_of
from tidegate.engines.formats.csaf_vulnerabilities import CATEGORY, claim_of
from tidegate.engines.formats.documents import Fault, member_forms, object_form, parse, shown
from tidegate.engines.formats.proofs import extension, named_by, report_of
from tidegate.engines.formats.records import Members, MisfitError
from tidegate.engines.formats.refusals import schema_fault
from tidegate.engines.formats.reports import Bounds, Report

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tidegate.engines.formats.finding import Refusal
    from tidegate.engines.formats.records import Origin
    from tidegate.engines.formats.targets import Target

SCHEMA: Final = "csaf-report-1"

# From: CERTCC/VINCE, issue 24, and the script of the reporting form of VINCE 3.0.44.
_VINCE_CATEGORIES: Final = ("Vulnerability Reporting Form", "CERT/CC Vulnerability Request Form")

_TOO_MANY: Final = (
    "and their packages are more than {:,} reports; split them into several documents"
)


def csaf_reports(
    raw: bytes, origin: Origin, default: Target | None, bounds: Bounds
) -> Iterator[Report | Refusal]:
    """Read the reports of one document; never raises.

    A vulnerability that is refused does not take the others with it.
    """
    parsed = parse(raw, max_bytes=bounds.record_bytes, max_values=bounds.record_values)
    fault = parsed if isinstance(parsed, Fault) else _fault(parsed.value)
    if isinstance(parsed, Fault) or fault is not None:
        assert fault is not None
        yield origin.refusal(fault.field, fault.reason)
        return
    root = Members.of(parsed.value)
    try:
        products = products_of(root.members("product_tree"))
        relay = relay_of(root)
    except MisfitError as misfit:
        yield origin.refusal(misfit.fault.field, misfit.fault.reason)
        return
    every = root.each("vulnerabilities")
    forms = member_forms(parsed.value)
    left = bounds.packages
    for index, vulnerability in enumerate(every):
        alone = len(every) == 1
        part = origin if alone else origin.within(f"vulnerabilities[{index}]")
        try:
            extended = _extended(vulnerability) or _extended(root)
            named = named_by(extended)
            packages = [named] if named else packages_of(vulnerability, products, default)
            left -= len(packages)
            if left < 0:
                yield origin.refusal("vulnerabilities", _TOO_MANY.format(bounds.packages))
                return
            form = object_form(forms, "vulnerabilities", [vulnerability.value])
            claim = replace(
                claim_of(root, relay, vulnerability, None if alone else index),
                record=raw if alone else form,
                form=form,
            )
            for package in packages:
                made = report_of(claim, package, extended, origin)
                yield replace(made, place=part.place) if isinstance(made, Report) else made
        except MisfitError as misfit:
            yield origin.refusal(misfit.fault.field, misfit.fault.reason)


def _fault(value: Any) -> Fault | None:
    document = value.get("document") if isinstance(value, dict) else None
    category = document.get("category") if isinstance(document, dict) else None
    if isinstance(category, str) and category not in (CATEGORY, *_VINCE_CATEGORIES):
        return Fault(
            "document.category",
            f"{shown(category)} is not a vulnerability report; hand in a CSAF 2.1 document of"
            f" category {CATEGORY}",
        )
    if fault := schema_fault(value, SCHEMA):
        return fault
    if not value["vulnerabilities"]:
        return Fault("vulnerabilities", "is empty; add the vulnerability that is reported")
    return None


def _extended(holder: Members) -> Members | None:
    """Return the object `tidegate` in our extension; what the document says is not said again."""
    extended = extension(extension_content(holder))
    for key, instead in (
        ("tlp", "document.distribution.tlp.label"),
        ("embargo_until", "disclosure_date"),
    ):
        if extended is not None and extended.value.get(key) is not None:
            raise MisfitError(extended.at(key), f"is said by {instead} in CSAF; leave it out here")
    return extended
