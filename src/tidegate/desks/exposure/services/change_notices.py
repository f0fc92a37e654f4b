"""Notices to plan a change: an operator learns when, on what and how bad at most, and not why.

A coordinator releases them for one case, and nothing of the case reaches an operator before. Then
'plan a change of this product on so many assets before this day' goes to those operators alone on
whose assets an affected version was installed at that moment; whoever hands in a made-up inventory
later learns nothing of it. Neither does whoever handed in a made-up asset for each package while
the case was open: assets that were not known here before are left out of a notice.

Each notice is a disclosure, and is written into the ledger three times:

- for coordinators, with the case, the operator and the count;
- for the operator alone, with the count, and without the case;
- for the parties of the case, how many operators were told, and not which: what an operator runs
  is no vendor's to know.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from tidegate.desks.access.actors import HOUSE, Actor
from tidegate.desks.access.deciding import find
from tidegate.desks.access.keys import as_written
from tidegate.desks.access.refusals import NotFoundError
from tidegate.desks.access.words import SCOPE_OF, Act
from tidegate.desks.cases.instants import shown
from tidegate.desks.cases.models import Coordination
from tidegate.desks.cases.services.texts import instant, worded
from tidegate.desks.cases.states.steps import listed
from tidegate.desks.exposure.models import ChangeNotice
from tidegate.desks.exposure.queries.proven import Proven, is_free, proven_of
from tidegate.desks.exposure.queries.runners import known_before, runners_of
from tidegate.desks.exposure.services.asset_words import line
from tidegate.desks.exposure.services.recording import record
from tidegate.desks.findings.models import Case
from tidegate.desks.findings.services.refusals import NotPossibleError
from tidegate.desks.ledger.services.appending import append
from tidegate.desks.parties.models import Organisation


@dataclass(frozen=True, slots=True)
class Preview:
    """One operator that would be told, in numbers."""

    organisation: str
    """Key."""
    name: str
    assets: int
    """On which an affected version is installed."""
    known_before: int
    """Of these, assets that were known here before the case was opened: a notice names them. The
    others were handed in since; somebody who guesses would be among them."""
    notice: str
    """Key of the notice that it has already; empty without one."""


def preview(actor: Actor, case_key: str, *, at: datetime) -> tuple[Preview, ...]:
    """Return which operators would be told of a case, and of how many assets each.

    Raises:
        NotFoundError: there is no such case, or it is not theirs to coordinate.
        NotPossibleError: no range of its package was proven.
    """
    case = find(actor, Case.objects.all(), Act.COORDINATE, at=at, key=as_written(case_key))
    told = _told(case)
    return tuple(
        Preview(
            one.key,
            one.name,
            len(assets),
            len(known_before(assets, case.opened_at)),
            told.get(one.pk, ""),
        )
        for one, assets in runners_of(_proven(case), before=at).items()
    )


def release(
    actor: Actor,
    case_key: str,
    product: str,
    before: datetime,
    severity: str,
    *,
    organisations: Collection[str] | None = None,
    younger_too: bool = False,
    words: str = "",
    at: datetime,
) -> tuple[ChangeNotice, ...]:
    """Release notices to plan a change, to operators that run what was proven to be affected.

    Args:
        actor: who may coordinate the case.
        case_key: of the case.
        product: what is to be changed, in words that do not give the cause away.
        before: by when the change should be planned for.
        severity: how bad it is at most: `low`, `medium`, `high` or `critical`.
        organisations: keys of those operators alone; None for all that were not told yet.
        younger_too: whether assets count that were first handed in after the case was opened; only
            for operators that are named, for the notice tells them what is installed there.
        words: what else operators should know.
        at: now; what comes in later counts no more.

    Raises:
        NotFoundError: there is no such case, or it is not theirs to coordinate.
        NotPossibleError: no range was proven, the case is no secret, a value cannot be kept,
            younger assets shall count and no operator is named, or there is nobody to tell.
    """
    called = line(product, "the product", 300)
    if not called:
        raise NotPossibleError("a notice needs the product that is to be changed; name it")
    planned = instant(before, "the day of the change")
    if planned <= at:
        raise NotPossibleError(
            f"the day of the change, {shown(planned)}, is over; name a later one"
        )
    if severity not in ChangeNotice.Severity.values:
        raise NotPossibleError(
            f"{severity!r:.40} is no severity; choose {listed(ChangeNotice.Severity.values)}"
        )
    said = worded(words, "what else is said")
    if younger_too and not organisations:
        raise NotPossibleError(
            "assets that came in after the case was opened count for operators that are named"
            " alone; name those whom you know to run it"
        )
    with transaction.atomic():
        case = find(
            actor,
            Case.objects.select_for_update(of=("self",)),
            Act.COORDINATE,
            at=at,
            key=as_written(case_key),
        )
        _check_secret(case)
        running = runners_of(_proven(case), before=at)
        if not younger_too:
            running = _known(running, case.opened_at)
        chosen = _chosen(case, running, organisations)
        notices = []
        for organisation in chosen:
            notice = ChangeNotice.objects.create(
                case=case,
                organisation=organisation,
                product=called,
                before=planned,
                severity=severity,
                words=said,
                released_by=actor.name,
                released_at=at,
            )
            notice.assets.set(running[organisation])
            notices.append(notice)
        counts = {one.pk: len(running[one.organisation]) for one in notices}
        _record_release(actor, case, notices, counts, at)
        return tuple(notices)


def withdraw(actor: Actor, notice_key: str, *, at: datetime) -> ChangeNotice:
    """Withdraw a notice; its operator keeps it as one that was withdrawn.

    Raises:
        NotFoundError: there is no such notice, or it is not theirs to withdraw.
        NotPossibleError: it is over already.
    """
    key = as_written(notice_key)
    with transaction.atomic():
        rows = ChangeNotice.objects.select_for_update(of=("self",))
        row = find(actor, rows.select_related("organisation", "case"), Act.REVOKE, at=at, key=key)
        if row.ended_at is not None:
            raise NotPossibleError(f"{key} is over since {shown(row.ended_at)}")
        _end(actor, row, "change-notice-withdrawn", at)
        return row


def note_read(actor: Actor, notice_key: str, *, at: datetime) -> ChangeNotice:
    """Note that an operator's people have read a notice; only the first time counts.

    Raises:
        NotFoundError: there is no such notice, it is not theirs to read, or whoever asks for them
            may change nothing, as with a token that only reads.
    """
    with transaction.atomic():
        rows = ChangeNotice.objects.select_for_update(of=("self",))
        row = find(actor, rows, at=at, key=as_written(notice_key))
        if SCOPE_OF[Act.WRITE] not in actor.scopes:
            raise NotFoundError(str(ChangeNotice._meta.verbose_name), row.key)  # noqa: SLF001
        if row.read_at is None:
            row.read_at = at
            row.save(update_fields=["read_at"])
        return row


def follow(coordination: Coordination, *, at: datetime) -> int:
    """End the notices of a case that is everybody's to know now; return how many.

    It is inside the caller's transaction. What was proven is matched as an advisory from then on.
    """
    if not is_free(coordination):
        return 0
    rows = list(
        ChangeNotice.objects.filter(case=coordination.case_id, ended_at=None)
        .select_for_update(of=("self",))
        .select_related("organisation", "case")
    )
    for row in rows:
        _end(HOUSE, row, "change-notice-over", at)
    return len(rows)


def _end(actor: Actor, row: ChangeNotice, kind: str, at: datetime) -> None:
    row.ended_at = at
    row.save(update_fields=["ended_at"])
    append(
        kind,
        at=at,
        actor=actor,
        of_case=row.case.key,
        to=row.organisation.key,
        notice=row.key,
    )
    record(kind, row.organisation, at=at, actor=actor, notice=row.key)


def _proven(case: Case) -> Proven:
    proven = proven_of(case)
    if proven is None:
        raise NotPossibleError(
            f"no range of releases was proven for {case.key}, so nobody can be told by what is"
            " installed; let a range be searched for first"
        )
    return proven


def _check_secret(case: Case) -> None:
    coordination = Coordination.objects.filter(case=case).first()
    if coordination is None:
        raise NotPossibleError(
            f"{case.key} is not coordinated yet; open its coordination, which says who may know"
        )
    if is_free(coordination):
        raise NotPossibleError(
            f"{case.key} is no secret; what was proven of it is matched as an advisory, and every"
            " operator that it concerns sees it"
        )


def _told(case: Case) -> dict[int, str]:
    rows = ChangeNotice.objects.filter(case=case, ended_at=None)
    return dict(rows.values_list("organisation", "key"))


def _known(
    running: Mapping[Organisation, Collection[int]], opened_at: datetime
) -> dict[Organisation, tuple[int, ...]]:
    """Return the assets of each operator that were known here before the case was opened."""
    known = {one: known_before(assets, opened_at) for one, assets in running.items()}
    return {one: assets for one, assets in known.items() if assets}


def _chosen(
    case: Case, running: Collection[Organisation], named: Collection[str] | None
) -> list[Organisation]:
    told = _told(case)
    if named is None:
        chosen = [one for one in running if one.pk not in told]
        if not chosen:
            raise NotPossibleError(
                "there is nobody to tell: no operator had handed in an asset with an affected"
                " version before the case was opened, or all were told already"
            )
        return chosen
    by_key = {one.key: one for one in running}
    keys = list(dict.fromkeys(as_written(key) for key in named))
    for key in keys:
        if key not in by_key:
            raise NotPossibleError(
                f"no asset of {key} that may be told of has an affected version: those first"
                " handed in after the case was opened count only if you say so; leave it out"
            )
        if by_key[key].pk in told:
            raise NotPossibleError(
                f"{key} was told already, by {told[by_key[key].pk]}; withdraw that one first"
            )
    if not keys:
        raise NotPossibleError("name the operators that are to be told")
    return [by_key[key] for key in keys]


def _record_release(
    actor: Actor,
    case: Case,
    notices: Collection[ChangeNotice],
    assets: dict[int, int],
    at: datetime,
) -> None:
    for notice in notices:
        # Neither as the entry's case nor as its organisation: those decide who else may read it.
        append(
            "change-notice-released",
            at=at,
            actor=actor,
            of_case=case.key,
            to=notice.organisation.key,
            notice=notice.key,
            assets=assets[notice.pk],
            before=shown(notice.before),
            severity=notice.severity,
        )
        record(
            "change-notice-received",
            notice.organisation,
            at=at,
            actor=actor,
            notice=notice.key,
            assets=assets[notice.pk],
        )
    append("operators-told", at=at, actor=actor, case=case.key, operators=len(notices))
