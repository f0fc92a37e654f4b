"""One bug, one case: findings are linked, and the links say which of them share a case.

A link is typed, carries its reason, and can be undone; nothing is deleted, and each finding keeps
its finder and its time. `duplicate-of` joins two findings in one case; `variant-of` and
`incomplete-fix-of` relate two bugs and join nothing. What our own rules link, they never link
again once a person has undone it.

Every function here is one transaction, and locks the package first: two workers that find the same
bug at the same moment meet there, and one case comes of it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from tidegate.desks.access.actors import HOUSE, Actor
from tidegate.desks.access.deciding import find
from tidegate.desks.access.words import Act
from tidegate.desks.findings.keys import as_written
from tidegate.desks.findings.models import Case, Finding, Link, LinkKind, Nomination, Package
from tidegate.desks.findings.services import cases
from tidegate.desks.findings.services.history import note
from tidegate.desks.findings.services.refusals import NotPossibleError
from tidegate.desks.findings.services.texts import kept_text

_LONGEST_REASON: Final = 2000


@dataclass(frozen=True, slots=True)
class Because:
    """Who links, on what basis, and why."""

    basis: Link.Basis
    reason: str
    actor: Actor = HOUSE
    evidence: dict[str, Any] = field(default_factory=dict)


def link(
    source: Finding, target: Finding, kind: LinkKind, because: Because, *, at: datetime
) -> Link | None:
    """Link the later finding to the earlier one; None if they are linked, or a person undid it."""
    with transaction.atomic():
        lock_packages([source])
        if because.basis is Link.Basis.PERSON and kind is LinkKind.DUPLICATE:
            _give_up_lesser_links(source, target, because, at)
        if _settled(source, target, kind, by_person=because.basis is Link.Basis.PERSON):
            return None
        for finding in (source, target):
            # Another transaction may have given it a case while this one waited.
            finding.refresh_from_db(fields=["case"])
        made = Link.objects.create(
            kind=kind,
            source=source,
            target=target,
            basis=because.basis,
            reason=because.reason,
            evidence=because.evidence,
            made_by=because.actor.name,
            made_at=at,
        )
        for one, other in ((source, target), (target, source)):
            note(
                "linked",
                at=at,
                actor=because.actor,
                finding=one,
                case=one.case,
                kind=kind.value,
                other=other.key,
                basis=because.basis.value,
                reason=because.reason,
            )
        if kind is LinkKind.DUPLICATE:
            cases.join([source], at=at, actor=because.actor)
            for finding in (source, target):
                finding.refresh_from_db(fields=["case"])
            _close_nominations(source, target, because, at)
        return made


def merge(actor: Actor, case_key: str, other_key: str, *, reason: str) -> Case:
    """Hold two cases to be one bug, says a person; return the one that goes on.

    Raises:
        NotFoundError: there is no such case.
        NotPossibleError: they are one already, or are about different packages.
    """
    at = timezone.now()
    with transaction.atomic():
        one, other = _standing_case(actor, case_key), _standing_case(actor, other_key)
        _check_same_package(one, other)
        first, second = sorted((one, other), key=lambda case: (case.found_at, case.pk))
        assert first.founder is not None
        assert second.founder is not None
        because = Because(Link.Basis.PERSON, _reasoned(reason), actor)
        link(second.founder, first.founder, LinkKind.DUPLICATE, because, at=at)
        first.refresh_from_db()
        return first.merged_into or first


def relate(actor: Actor, source_key: str, target_key: str, kind: LinkKind, *, reason: str) -> Link:
    """Link two findings as a person sees fit.

    Raises:
        NotFoundError: there is no such finding.
        NotPossibleError: they are linked so already, or are about different packages.
    """
    with transaction.atomic():
        source, target = _finding(actor, source_key), _finding(actor, target_key)
        if source.pk == target.pk:
            raise NotPossibleError(f"{source.key} cannot be linked to itself; name another finding")
        _check_same_package(source, target)
        because = Because(Link.Basis.PERSON, _reasoned(reason), actor)
        made = link(source, target, kind, because, at=timezone.now())
        if made is None:
            raise NotPossibleError(
                f"{source.key} and {target.key} are linked already; undo that link first"
            )
        return made


def undo(actor: Actor, link_id: int, *, reason: str) -> Link:
    """Undo a link; a duplicate that no other link holds in its case gets one of its own again.

    Raises:
        NotFoundError: there is no such link.
        NotPossibleError: it was undone before.
    """
    at = timezone.now()
    with transaction.atomic():
        links = Link.objects.select_related("source__case", "target__case")
        undone = find(actor, links, Act.COORDINATE, pk=link_id)
        lock_packages([undone.source])
        undone.refresh_from_db()
        if undone.undone_at is not None:
            raise NotPossibleError(f"this link was undone by {undone.undone_by} before")
        undone.undone_at, undone.undone_by = at, actor.name
        undone.undone_reason = _reasoned(reason)
        undone.save()
        for one, other in ((undone.source, undone.target), (undone.target, undone.source)):
            note(
                "unlinked",
                at=at,
                actor=actor,
                finding=one,
                case=one.case,
                kind=undone.kind,
                other=other.key,
                reason=undone.undone_reason,
            )
        if undone.kind == LinkKind.DUPLICATE:
            cases.part(undone.source, undone.target, at=at, actor=actor)
        return undone


def split(actor: Actor, finding_key: str, *, reason: str) -> Finding:
    """Take a finding out of its case: every link that holds it there is undone.

    Findings that were held together through it alone stay together: the earliest of them takes
    its place, for the reasons that the links had.

    Raises:
        NotFoundError: there is no such finding.
        NotPossibleError: nothing holds it in a case with another.
    """
    at = timezone.now()
    with transaction.atomic():
        finding = _finding(actor, finding_key)
        lock_packages([finding])
        held = list(
            Link.objects.select_related("source", "target")
            .filter(Q(source=finding) | Q(target=finding))
            .filter(kind=LinkKind.DUPLICATE, undone_at=None)
        )
        if not held:
            raise NotPossibleError(f"{finding.key} is linked as a duplicate to no other finding")
        others = {
            other.pk: (other, one)
            for one in held
            for other in (one.source, one.target)
            if other.pk != finding.pk
        }
        (first, _), *rest = (others[number] for number in sorted(others))
        for other, one in rest:
            kept = Because(
                Link.Basis(one.basis),
                f"{one.reason} (by way of {finding.key}, which was split off)",
                Actor(one.made_by),
            )
            link(other, first, LinkKind.DUPLICATE, kept, at=at)
        for one in held:
            undo(actor, one.pk, reason=reason)
        finding.refresh_from_db()
        return finding


def accept(
    actor: Actor, nomination_id: int, *, reason: str, kind: LinkKind = LinkKind.DUPLICATE
) -> Link | None:
    """Follow a nomination: link the two findings. None if they were linked so already.

    Raises:
        NotFoundError: there is no such nomination.
        NotPossibleError: it was decided before.
    """
    at = timezone.now()
    with transaction.atomic():
        nomination = _open_nomination(actor, nomination_id)
        because = Because(Link.Basis.PERSON, _reasoned(reason), actor)
        made = link(nomination.later, nomination.earlier, LinkKind(kind), because, at=at)
        _decide(nomination, Nomination.State.ACCEPTED, actor, because.reason, at)
        return made


def decline(actor: Actor, nomination_id: int, *, reason: str) -> None:
    """Hold two nominated findings to be two bugs.

    Raises:
        NotFoundError: there is no such nomination.
        NotPossibleError: it was decided before.
    """
    at = timezone.now()
    with transaction.atomic():
        nomination = _open_nomination(actor, nomination_id)
        why = _reasoned(reason)
        _decide(nomination, Nomination.State.DECLINED, actor, why, at)
        for finding in (nomination.earlier, nomination.later):
            note("declined", at=at, actor=actor, finding=finding, case=finding.case, reason=why)


def lock_packages(findings: Iterable[Finding]) -> None:
    """Wait until no other transaction changes links of these findings' packages.

    Always before a row of a finding or of a case is locked or changed: whoever takes them the
    other way round waits for somebody who waits for him.
    """
    about = {(finding.package_type, finding.package) for finding in findings}
    Package.objects.bulk_create(
        (Package(type=type_, name=name) for type_, name in sorted(about)), ignore_conflicts=True
    )
    names = [name for _, name in about]
    # In one order, so that two transactions never wait for each other.
    list(Package.objects.select_for_update().filter(name__in=names).order_by("pk"))


def _settled(source: Finding, target: Finding, kind: LinkKind, *, by_person: bool) -> bool:
    """Say whether the pair is linked already, in whatever way, or was parted by a person."""
    if source.pk == target.pk:
        return True
    links = Link.objects.filter(source__in=(source, target), target__in=(source, target))
    if links.filter(undone_at=None).exists():
        return True
    return not by_person and links.filter(kind=kind).exists()


def _give_up_lesser_links(source: Finding, target: Finding, because: Because, at: datetime) -> None:
    """Undo what related two findings as two bugs, when a person says that they are one."""
    Link.objects.filter(
        source__in=(source, target), target__in=(source, target), undone_at=None
    ).exclude(kind=LinkKind.DUPLICATE).update(
        undone_at=at, undone_by=because.actor.name, undone_reason=because.reason
    )


def _close_nominations(source: Finding, target: Finding, because: Because, at: datetime) -> None:
    earlier, later = sorted((source, target), key=lambda finding: finding.pk)
    waiting = Nomination.objects.filter(
        earlier=earlier, later=later, state=Nomination.State.OPEN
    ).first()
    if waiting:
        _decide(waiting, Nomination.State.ACCEPTED, because.actor, because.reason, at)


def _decide(
    nomination: Nomination, state: Nomination.State, actor: Actor, reason: str, at: datetime
) -> None:
    nomination.state, nomination.decided_by = state, actor.name
    nomination.decided_reason, nomination.decided_at = reason, at
    nomination.save()


def _standing_case(actor: Actor, key: str) -> Case:
    cases_of_all = Case.objects.select_related("founder", "merged_into")
    case = find(actor, cases_of_all, Act.COORDINATE, key=as_written(key))
    if case.merged_into is not None:
        raise NotPossibleError(f"{case.key} was merged into {case.merged_into.key}; name that one")
    return case


def _finding(actor: Actor, key: str) -> Finding:
    findings = Finding.objects.select_related("case")
    return find(actor, findings, Act.COORDINATE, key=as_written(key))


def _open_nomination(actor: Actor, nomination_id: int) -> Nomination:
    found = Nomination.objects.select_related("earlier__case", "later__case")
    nomination = find(actor, found, Act.COORDINATE, pk=nomination_id)
    lock_packages([nomination.later])
    nomination.refresh_from_db(fields=["state", "decided_by"])
    if nomination.state != Nomination.State.OPEN:
        raise NotPossibleError(f"it was {nomination.state} by {nomination.decided_by} before")
    return nomination


def _check_same_package(one: Case | Finding, other: Case | Finding) -> None:
    if one.pk == other.pk:
        raise NotPossibleError(f"{one.key} and {other.key} are one already")
    if (one.package_type, one.package) != (other.package_type, other.package):
        raise NotPossibleError(
            f"{one.key} is about {one.package}, {other.key} about {other.package};"
            " a bug is in one package"
        )


def _reasoned(reason: str) -> str:
    text = reason.strip()
    if not text:
        raise NotPossibleError("a reason is missing; say why in a sentence")
    return kept_text(text[:_LONGEST_REASON])
