"""Exposures as lists show them: a few questions, however many they are."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache
from zoneinfo import ZoneInfo

from django.db.models import QuerySet

from tidegate.desks.exposure.models import Assertion, Excepted, Exposure, Ground, Operator
from tidegate.desks.exposure.queries.chunks import in_chunks
from tidegate.desks.exposure.queries.exposure_conditions import holding
from tidegate.desks.exposure.queries.policies import loaded_policy_sets
from tidegate.desks.exposure.states.stands import Stand, stand
from tidegate.engines import rules


@dataclass(frozen=True, slots=True)
class PackageShown:
    """A package in a version that exposes an asset."""

    ecosystem: str
    name: str
    version: str
    fixed: tuple[str, ...]
    """The versions that advisories say are fixed; empty where none says so."""

    @property
    def word(self) -> str:
        """What it is called: `PyPI/requests`."""
        return f"{self.ecosystem}/{self.name}"


@dataclass(frozen=True, slots=True)
class ExposureRow:
    """An exposure, as lists show it."""

    key: str
    organisation: str
    """Key of the operator."""
    organisation_name: str
    asset: str
    """Key of the asset."""
    asset_name: str
    system: str
    environment: str
    exposed: str
    """Of the asset: `yes`, `no` or `unknown`, which counts as exposed."""
    criticality: str
    scope: str
    is_operational_technology: bool
    vulnerability: str
    title: str
    """What a source calls it; empty where none does."""
    packages: tuple[PackageShown, ...]
    """What exposes the asset; empty once it has cleared."""
    certainty: str
    """`affected`, `unknown`, or `not-affected` once it has cleared."""
    detected_at: datetime
    cleared_at: datetime | None
    stand: Stand
    remedy: str
    """`none`, `mitigated` or `remediated`."""
    remedied_at: datetime | None
    is_shown: bool
    """Whether what is installed shows the remedy; a mitigation need not show."""
    excepted_until: datetime | None
    """While an exception holds."""
    vex: str
    """What VEX statements say of it; it hides nothing."""
    outcome: str
    """As the table words it; `undetermined`; empty where its authority has no table."""
    row_number: int | None
    policy_set: str
    due_on: date | None
    due_at: datetime | None
    """This instant is late already."""
    zone: str
    """In which its day ends."""
    force: rules.Force
    """Binding or guidance, on the day of `at` in that zone."""
    is_determined: bool
    needs_triage: bool
    in_kev: bool
    severity: float | None
    epss: float | None

    @property
    def fixed(self) -> tuple[str, ...]:
        """The versions that are said to be fixed, of all its packages."""
        return tuple(dict.fromkeys(version for one in self.packages for version in one.fixed))

    @property
    def is_late(self) -> bool:
        """Whether its day is over, nothing was done, and nobody excepted it."""
        return self.stand is Stand.LATE


@dataclass(slots=True)
class _Around:
    """What rows of other tables say of some exposures."""

    packages: dict[int, dict[tuple[str, str, str], list[str]]] = field(
        default_factory=lambda: defaultdict(dict)
    )
    titles: dict[int, str] = field(default_factory=dict)
    """By exposure."""
    names: dict[int, str] = field(default_factory=dict)
    """By vulnerability, as the catalogue calls it."""
    excepted: dict[int, datetime] = field(default_factory=dict)


def exposure_rows(exposures: QuerySet[Exposure], *, at: datetime) -> list[tuple[int, ExposureRow]]:
    """Return exposures with their ids, in any order."""
    found = list(
        exposures.select_related("organisation", "asset__organisation__operator", "vulnerability")
    )
    around = _around(found, at)
    binding = binding_from_of_scopes()
    zone = cache(ZoneInfo)
    return [(one.pk, _row(one, around, binding, zone(zone_name(one)), at)) for one in found]


def zone_name(exposure: Exposure) -> str:
    """Return the zone in which an exposure's day ends."""
    operator: Operator | None = getattr(exposure.asset.organisation, "operator", None)
    return operator.zone if operator else "UTC"


def binding_from_of_scopes() -> Mapping[str, date | None]:
    """Return the day from which deadlines bind each scope; None where they are guidance."""
    loaded = loaded_policy_sets()
    return {
        scope.value: rules.policy_set_for(scope, loaded).binding_from(scope)
        for scope in rules.Scope
    }


def today_in(zone: str, at: datetime) -> date:
    """Return the day of an instant in a zone."""
    return at.astimezone(ZoneInfo(zone)).date()


def _row(
    one: Exposure,
    around: _Around,
    binding: Mapping[str, date | None],
    zone: ZoneInfo,
    at: datetime,
) -> ExposureRow:
    asset, until = one.asset, around.excepted.get(one.pk)
    name = around.names.get(one.vulnerability_id) or around.titles.get(one.pk, "")
    return ExposureRow(
        key=one.key,
        organisation=one.organisation.key,
        organisation_name=one.organisation.name,
        asset=asset.key,
        asset_name=asset.name,
        system=asset.system,
        environment=asset.environment,
        exposed=asset.exposed,
        criticality=asset.criticality,
        scope=asset.scope,
        is_operational_technology=asset.is_operational_technology,
        vulnerability=one.vulnerability.name,
        title=name,
        packages=tuple(
            PackageShown(*place, tuple(dict.fromkeys(fixed)))
            for place, fixed in sorted(around.packages[one.pk].items())
        ),
        certainty=one.certainty,
        detected_at=one.detected_at,
        cleared_at=one.cleared_at,
        stand=stand(
            cleared_at=one.cleared_at,
            remedy=one.remedy,
            is_excepted=until is not None,
            outcome=one.outcome,
            is_determined=one.is_determined,
            due_at=one.due_at,
            at=at,
        ),
        remedy=one.remedy,
        remedied_at=one.remedied_at,
        is_shown=one.cleared_at is not None,
        excepted_until=until,
        vex=one.vex,
        outcome=one.outcome,
        row_number=one.row_number,
        policy_set=one.policy_set,
        due_on=one.due_on,
        due_at=one.due_at,
        zone=str(zone),
        force=rules.force_on(binding[asset.scope], at.astimezone(zone).date()),
        is_determined=one.is_determined,
        needs_triage=one.needs_triage,
        in_kev=one.in_kev,
        severity=one.severity,
        epss=one.epss,
    )


def _around(exposures: Iterable[Exposure], at: datetime) -> _Around:
    around = _Around()
    named: set[int] = set()
    for chunk in in_chunks(exposures):
        ids = [one.pk for one in chunk]
        named |= {one.vulnerability_id for one in chunk}
        _add_grounds(ids, around)
        excepting = Excepted.objects.filter(holding(at), exposure__in=ids).order_by("until")
        around.excepted |= {
            pk: until for pk, until in excepting.values_list("exposure", "until") if pk is not None
        }
    for names in in_chunks(named):
        listed = Assertion.objects.filter(
            vulnerability__in=names, kind=Assertion.Kind.KEV, source="kev", ended_at=None
        )
        for pk, value in listed.values_list("vulnerability", "value"):
            around.names[pk] = str(value.get("vulnerabilityName") or "")
    return around


def _add_grounds(ids: list[int], around: _Around) -> None:
    rows = Ground.objects.filter(exposure__in=ids, ended_at=None, is_overruled=False)
    for pk, ecosystem, name, version, fixed, summary in rows.order_by("pk").values_list(
        "exposure",
        "coordinate__package__ecosystem",
        "coordinate__package__name",
        "coordinate__version",
        "fixed",
        "advisory__summary",
    ):
        held = around.packages[pk].setdefault((ecosystem, name, version), [])
        if fixed:
            held.append(fixed)
        if summary:
            around.titles.setdefault(pk, summary)
