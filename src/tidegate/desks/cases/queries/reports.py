"""A case as it is told to the next coordinator, in the words of the finding that leads it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Final

from tidegate.desks.cases.models import Coordination
from tidegate.desks.cases.queries.provenance import provenance_of
from tidegate.desks.findings.models import Document, Finding
from tidegate.desks.findings.priority import Severity
from tidegate.engines.formats.case_reports import CaseReport
from tidegate.engines.formats.targets import Target, TargetError, parse_target

_MOST: Final = 200
"""Weaknesses, aliases or references that are told."""


def report_of(row: Coordination) -> CaseReport:
    """Return a case as it is told.

    The finding that was handed on to us leads, for its words were meant to be; without one the
    finding that the case was opened for, else the first. Of the others come their packages and
    what else they are known as.
    """
    findings = list(
        Finding.objects.filter(case=row.case).select_related("origin", "document").order_by("pk")
    )
    founder = row.case.founder_id
    first, *others = sorted(
        findings, key=lambda one: (not hasattr(one, "origin"), one.pk != founder, one.pk)
    )
    said = [_document(one) for one in (first, *others)]
    severity = first.severity or row.case.severity
    return CaseReport(
        title=first.title,
        description=said[0].description,
        targets=tuple(dict.fromkeys(_targets([first, *others]))),
        weaknesses=_all(one.weaknesses for one in said),
        aliases=_all(one.aliases for one in said),
        severity=tuple(said[0].vectors),
        severity_word=Severity(severity).word if severity else None,
        references=_all(one.references for one in said),
        provenance=provenance_of(row),
    )


def _document(finding: Finding) -> Document:
    return finding.document if hasattr(finding, "document") else Document()


def _targets(findings: Iterable[Finding]) -> Iterator[Target]:
    for finding in findings:
        try:
            yield parse_target(finding.purl)
        except TargetError:  # it was one when it came in; stricter rules came later
            continue


def _all(texts: Iterable[Iterable[str]]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(chain.from_iterable(texts)))[:_MOST]
