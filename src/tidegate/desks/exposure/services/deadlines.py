"""By when an exposure must be remediated: computed, whenever something changes that it rests on.

A deadline is never set. The computation before stays, with all that it rested on; the new one says
what is different and where the day has moved (`engines.rules`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.db.models import Max

from tidegate.desks.exposure.models import Assertion, Deadline, Exposure, Ground
from tidegate.desks.exposure.queries.chunks import in_chunks
from tidegate.desks.exposure.queries.circumstances import (
    Catalogue,
    Said,
    catalogue,
    circumstances,
    said_of,
)
from tidegate.desks.exposure.queries.exposure_rows import zone_name
from tidegate.desks.exposure.queries.policies import loaded_policy_sets
from tidegate.desks.exposure.services.rewriting import rewrite
from tidegate.desks.exposure.services.turns import take_turn
from tidegate.engines import rules
from tidegate.engines.formats.severities import highest_score
from tidegate.engines.matching.advisories import Certainty

_COLUMNS: Final = (
    "outcome",
    "row_number",
    "policy_set",
    "due_on",
    "due_at",
    "is_determined",
    "needs_triage",
    "in_kev",
    "severity",
    "epss",
)


def recompute_assets(assets: Iterable[int], *, at: datetime) -> int:
    """Compute the deadlines on some assets anew; return how many computations changed."""
    return sum(recompute(_open(asset__in=chunk), at=at) for chunk in in_chunks(assets))


def recompute_vulnerabilities(vulnerabilities: Iterable[int], *, at: datetime) -> int:
    """Compute the deadlines of some vulnerabilities anew; return how many changed."""
    return sum(
        recompute(_open(vulnerability__in=chunk), at=at) for chunk in in_chunks(vulnerabilities)
    )


def recompute_scopes(scopes: Sequence[str], *, at: datetime) -> int:
    """Compute the deadlines on all assets of some scopes anew; return how many changed."""
    return recompute(_open(asset__scope__in=scopes), at=at)


def recompute(exposures: Iterable[int], *, at: datetime) -> int:
    """Compute some deadlines anew, inside the caller's transaction.

    Exposures that have cleared keep their last computation.

    Returns:
        how many rest on something else than before.
    """
    take_turn()
    known = _Known(catalogue(), rules_of_scopes())
    return sum(_recompute(chunk, known, at) for chunk in in_chunks(sorted(exposures)))


def rules_of_scopes() -> Mapping[rules.Scope, rules.PolicySet]:
    """Return the policy set that holds for each scope now."""
    loaded = loaded_policy_sets()
    return {scope: rules.policy_set_for(scope, loaded) for scope in rules.Scope}


@dataclass(frozen=True, slots=True)
class _Known:
    """What is the same for all that are computed at once."""

    kev: Catalogue
    policies: Mapping[rules.Scope, rules.PolicySet]


def _open(**of: Any) -> list[int]:
    rows = Exposure.objects.filter(cleared_at=None, **of).order_by("pk")
    return [*rows.values_list("pk", flat=True)]


def _recompute(exposures: Sequence[int], known: _Known, at: datetime) -> int:
    rows = [
        *Exposure.objects.filter(pk__in=exposures)
        .exclude(certainty=Certainty.NOT_AFFECTED)
        .select_related("asset__organisation__operator", "vulnerability")
    ]
    names = {row.vulnerability_id for row in rows}
    said = said_of(names)
    last = _last(rows)
    scores = _scores(rows, names)
    made: list[Deadline] = []
    before = {row.pk: _columns(row) for row in rows}
    for row in rows:
        computed = _computed(row, said.get(row.vulnerability_id, Said()), known, last, at)
        if computed is not None:
            made.append(computed)
        row.severity, row.epss = scores.get(row.pk, (None, None))
    Deadline.objects.bulk_create(made, batch_size=200)
    rewrite([row for row in rows if _columns(row) != before[row.pk]], _COLUMNS)
    return len(made)


def _columns(row: Exposure) -> tuple[Any, ...]:
    return tuple(getattr(row, name) for name in _COLUMNS)


def _last(rows: Sequence[Exposure]) -> dict[int, Deadline]:
    newest = (
        Deadline.objects.filter(exposure__in=[row.pk for row in rows])
        .order_by()
        .values("exposure")
        .annotate(newest=Max("pk"))
        .values("newest")
    )
    return {one.exposure_id: one for one in Deadline.objects.filter(pk__in=newest)}


def _computed(
    row: Exposure, said: Said, known: _Known, last: Mapping[int, Deadline], at: datetime
) -> Deadline | None:
    """Let a row's columns follow what is known now; return the computation if it is a new one."""
    facts_known = circumstances(row, said, known.kev)
    policy = known.policies[facts_known.scope]
    zone = ZoneInfo(zone_name(row))
    moment = rules.Moment(at, facts_known, policy)
    facts = {**rules.facts(moment), "zone": (str(zone), "")}
    due = rules.deadline(policy, facts_known, zone)
    _set_columns(row, due, said, zone)
    before = last.get(row.pk)
    changes = rules.changes(_facts_of(before), facts) if before else ()
    if before and not changes:
        return None
    record = {
        "at": at.isoformat(),
        "move": _move(before, due).value,
        "changes": [
            {"name": one.name, "before": one.before, "after": one.after, "source": one.source}
            for one in changes
        ],
        "deadline": due.record(),
        "is_determined": due.is_determined,
        "was_over": due.due_on is not None and due.due_on < at.astimezone(zone).date(),
        "facts": facts,
    }
    return Deadline(exposure=row, number=(before.number if before else 0) + 1, at=at, record=record)


def _move(before: Deadline | None, due: rules.Deadline) -> rules.Move:
    if before is None:
        return rules.Move.FIRST
    was_due = before.record["deadline"]["due_on"]
    return rules.moved(
        date.fromisoformat(was_due) if was_due else None,
        due,
        was_determined=before.record["is_determined"],
    )


def _set_columns(row: Exposure, due: rules.Deadline, said: Said, zone: ZoneInfo) -> None:
    timeline = due.answer.timeline
    row.outcome = timeline.outcome.name if timeline else rules.UNDETERMINED
    if due.answer.basis is rules.Basis.NO_TABLE:
        row.outcome = ""
    row.row_number = due.answer.number
    row.policy_set = due.answer.policy.name
    row.due_on, row.due_at = due.due_on, due.due_at
    if due.latest_due_on and not due.is_determined:
        row.due_at = rules.day_end(due.latest_due_on, zone)
    row.is_determined = due.is_determined
    # Of what is known to be exploited, evidence comes first also while such a row is possible.
    counts = due.answer.strictest if due.answer.is_listed else timeline
    row.needs_triage = bool(counts and counts.forensic_triage)
    row.in_kev = said.kev is not None


def _facts_of(computed: Deadline) -> dict[str, tuple[str, str]]:
    return {name: (value, source) for name, (value, source) in computed.record["facts"].items()}


def _scores(
    rows: Sequence[Exposure], names: Iterable[int]
) -> dict[int, tuple[float | None, float | None]]:
    """Return each exposure's severity and EPSS score, for lists; the page shows every source's."""
    epss: dict[int, float] = {}
    vectors: dict[int, list[str]] = {}
    for one in Assertion.objects.filter(
        vulnerability__in=names,
        kind__in=(Assertion.Kind.EPSS, Assertion.Kind.CVSS),
        ended_at=None,
    ):
        if one.kind == Assertion.Kind.EPSS:
            epss[one.vulnerability_id] = float(one.value.get("score") or 0)
        else:
            vectors.setdefault(one.vulnerability_id, []).append(str(one.value.get("vector", "")))
    of_advisories: dict[int, list[str]] = {}
    grounds = Ground.objects.filter(exposure__in=[row.pk for row in rows], ended_at=None)
    for exposure, said in grounds.order_by().values_list("exposure", "advisory__vectors"):
        of_advisories.setdefault(exposure, []).extend(said)
    return {
        row.pk: (
            highest_score((*vectors.get(row.vulnerability_id, ()), *of_advisories.get(row.pk, ()))),
            epss.get(row.vulnerability_id),
        )
        for row in rows
    }
