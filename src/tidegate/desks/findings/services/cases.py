"""What follows for cases when findings are proven, joined or parted. Called inside a transaction.

A case is opened by the first finding of a bug that running has shown to be true, and it takes in
everything that is linked to it as a duplicate. Where two cases turn out to be one bug, the one that
was opened first goes on; the other one points to it, and is opened again if they are parted.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

from django.db.models import Q

from tidegate.desks.access.actors import HOUSE, Actor
from tidegate.desks.findings.models import Case, Finding, Link, LinkKind, Reproduction
from tidegate.desks.findings.priority import Severity, priority_of
from tidegate.desks.findings.sealing import Part, seals_of
from tidegate.desks.findings.services.history import note
from tidegate.desks.findings.signals import case_merged, case_parted
from tidegate.engines.reproduction.verdicts import STRONGEST_FIRST, Word

_IDS_A_QUERY = 500
_NOTED = 20
"""Findings whose joining is noted one by one; a flood of copies would drown the history."""


def open_for(finding: Finding, *, at: datetime) -> Case:
    """Return the case of a proven finding, opened if it has none; the caller recounts it."""
    if finding.case is not None:
        return finding.case
    members = component(finding)
    standing = _standing(members)
    if standing is None:
        standing = _opened(finding, at)
    _assign(members, standing)
    finding.case = standing
    return standing


def join(findings: Iterable[Finding], *, at: datetime, actor: Actor) -> None:
    """Let everything that standing links hold together share a case, where any of it has one.

    `findings` are those whose links are new; what they are linked to is found from there.
    """
    groups = _components(finding.pk for finding in findings)
    in_a_case = _with_a_case(groups)
    for group in groups:
        if group.isdisjoint(in_a_case):
            continue
        members = _loaded(group)
        standing = _standing(members)
        if standing is None:
            continue
        joining = [member for member in members if member.case_id != standing.pk]
        for other in {member.case for member in joining if member.case is not None}:
            _merge(other, standing, at, actor)
        newcomers = [member for member in joining if member.case is None]
        if newcomers:
            _assign(newcomers, standing)
            recount(standing)
        for member in newcomers[:_NOTED]:
            note("joined", at=at, actor=actor, case=standing, finding=member)


def part(source: Finding, target: Finding, *, at: datetime, actor: Actor) -> None:
    """Let two findings whose link was just undone go separate ways, unless others hold them."""
    case = source.case
    if case is None or target.case is None or case.pk != target.case.pk:
        return
    leaving = component(source)
    if any(member.pk == target.pk for member in leaving):
        return
    if any(member.pk == case.founder_id for member in leaving):
        leaving = component(target)
    proven = [member for member in leaving if member.verdict == Word.REPRODUCED]
    proven = proven or [member for member in leaving if member.verdict == Word.FLAKY]
    case_of_its_own = None
    if proven:
        case_of_its_own = _reopened(leaving, case) or _opened(proven[0], at)
        Case.objects.filter(merged_into=case, founder__in=leaving).exclude(
            pk=case_of_its_own.pk
        ).update(merged_into=case_of_its_own)
    _assign(leaving, case_of_its_own)
    if case_of_its_own:
        recount(case_of_its_own)
    recount(case)
    # Whatever locks rows comes before what locks the ledger.
    if case_of_its_own:
        case_parted.send(Case, case=case, parted=case_of_its_own, at=at, actor=actor)
        note("parted", at=at, actor=actor, case=case_of_its_own, other=case.key)
    note("parted", at=at, actor=actor, case=case, findings=[member.key for member in leaving][:20])
    source.refresh_from_db(fields=["case"])
    target.refresh_from_db(fields=["case"])


def component(finding: Finding) -> list[Finding]:
    """Return a finding and all that standing links hold to be its duplicates, in order."""
    (group,) = _components([finding.pk])
    return _loaded(group)


def _components(seeds: Iterable[int]) -> list[set[int]]:
    """Return what standing links hold together, for each of the seeds; no two share a number."""
    known = set(seeds)
    neighbours: dict[int, set[int]] = {number: set() for number in known}
    edge = sorted(known)
    while edge:
        for ids in _by_hundreds(edge):
            links = Link.objects.filter(kind=LinkKind.DUPLICATE, undone_at=None).filter(
                Q(source__in=ids) | Q(target__in=ids)
            )
            for one, other in links.values_list("source_id", "target_id"):
                neighbours.setdefault(one, set()).add(other)
                neighbours.setdefault(other, set()).add(one)
        edge = sorted(neighbours.keys() - known)
        known.update(edge)
    groups: list[set[int]] = []
    while known:
        group, waiting = set(), {min(known)}
        while waiting:
            group |= waiting
            waiting = {other for one in waiting for other in neighbours[one]} - group
        groups.append(group)
        known -= group
    return groups


def _with_a_case(groups: Sequence[set[int]]) -> set[int]:
    """Return which findings of the groups have a case; mostly none has, and none is loaded."""
    found: set[int] = set()
    for ids in _by_hundreds(sorted(set().union(*groups))):
        having = Finding.objects.filter(pk__in=ids, case__isnull=False)
        found.update(having.values_list("pk", flat=True))
    return found


def _loaded(ids: Iterable[int]) -> list[Finding]:
    found: list[Finding] = []
    for some in _by_hundreds(sorted(ids)):
        found += Finding.objects.select_related("case").filter(pk__in=some).order_by("pk")
    return found


def recount(case: Case) -> None:
    """Bring what a case says of its findings up to date."""
    rows = list(
        case.findings.order_by("pk").values_list(
            "finder_id", "proof_digest", "verdict", "severity", "received_at"
        )
    )
    if not rows:
        return
    verdicts = {row[2] for row in rows}
    case.findings_count = len(rows)
    case.finders_count = len(_independent(rows)) or 1
    proven = [row for row in rows if row[2] in (Word.REPRODUCED, Word.FLAKY)]
    case.severity = max((row[3] for row in proven or rows), default=0)
    case.found_at = min(row[4] for row in rows)
    case.verdict = next((word for word in STRONGEST_FIRST if word in verdicts), "")
    case.vers = _range_of(case)
    case.priority = priority_of(
        Severity(case.severity), case.finders_count, proven=case.verdict == Word.REPRODUCED
    ).score
    case.save()


def _independent(rows: Sequence[tuple[int, str, str, int, datetime]]) -> set[int]:
    """Return the finders who proved it with a proof that nobody else had handed in before."""
    first: dict[str, int] = {}
    for finder, proof, verdict, _, _ in rows:
        if verdict in (Word.REPRODUCED, Word.FLAKY):
            first.setdefault(proof, finder)
    return set(first.values())


def _range_of(case: Case) -> str:
    """Return the affected range that the earliest member with one has."""
    for key, delivery, sealed in (
        Reproduction.objects.filter(finding__case=case)
        .order_by("finding_id")
        .values_list("finding__key", "finding__delivery_id", "document")[:20]
    ):
        document = seals_of(delivery).unseal_data(sealed, Part.REPRODUCTION.of(key))
        if found := document.get("range"):
            return str(found["vers"])
    return ""


def _opened(founder: Finding, at: datetime) -> Case:
    case = Case.objects.create(
        founder=founder,
        title=founder.title,
        package_type=founder.package_type,
        package=founder.package,
        effect=founder.effect,
        opened_at=at,
        found_at=founder.received_at,
    )
    note("opened", at=at, case=case, finding=founder, actor=HOUSE)
    return case


def _merge(case: Case, into: Case, at: datetime, actor: Actor) -> None:
    case.findings.update(case=into)
    Case.objects.filter(merged_into=case).update(merged_into=into)
    case.merged_into = into
    case.save(update_fields=["merged_into"])
    recount(into)
    # Whatever locks rows comes before what locks the ledger.
    case_merged.send(Case, case=case, into=into, at=at, actor=actor)
    note("merged", at=at, actor=actor, case=into, other=case.key)
    note("merged-into", at=at, actor=actor, case=case, other=into.key)


def _reopened(members: Collection[Finding], parted_from: Case) -> Case | None:
    """Return the case that these findings had before, if they had one."""
    founders = [member.pk for member in members]
    case = Case.objects.filter(merged_into=parted_from, founder__in=founders).order_by("pk").first()
    if case is not None:
        case.merged_into = None
        case.save(update_fields=["merged_into"])
    return case


def _standing(members: Iterable[Finding]) -> Case | None:
    cases = {member.case for member in members if member.case is not None}
    return min(cases, key=lambda case: (case.opened_at, case.pk)) if cases else None


def _assign(members: Sequence[Finding], case: Case | None) -> None:
    for ids in _by_hundreds([member.pk for member in members]):
        Finding.objects.filter(pk__in=ids).update(case=case)


def _by_hundreds(ids: Sequence[int]) -> Iterable[Sequence[int]]:
    return (ids[at : at + _IDS_A_QUERY] for at in range(0, len(ids), _IDS_A_QUERY))
