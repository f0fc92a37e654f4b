"""What is asked of the lists: every sort with the filters that people use, at the top and deep."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Final

from django.db.models import Model
from django.test import Client
from django.utils.http import urlencode

from benchmarks.lists.made_up import World
from tidegate.desks.access.actors import OWNER
from tidegate.desks.findings.models import Case, Finding
from tidegate.desks.findings.queries import cases, findings
from tidegate.desks.findings.queries.filters import CaseFilter, FindingFilter
from tidegate.desks.findings.queries.paging import Cursor, fingerprint

ROWS: Final = 50
"""On a page."""

_CASE_COLUMNS: Final = {
    "priority": "priority",
    "opened": "opened_at",
    "severity": "severity",
    "finders": "finders_count",
    "package": "package",
}


@dataclass(frozen=True, slots=True)
class Asked:
    """One list, asked for in two ways."""

    name: str
    query: Callable[[], object]
    """Through the query function."""
    http: Callable[[], object] | None
    """Through the API, in this process; None where it has no route of its own."""


def finding_filters(world: World) -> Mapping[str, FindingFilter]:
    """Return the filters, by what they are for."""
    often, seldom = world.package(0)[1], world.package(world.packages // 2)[1]
    return {
        "all": FindingFilter(),
        "set aside": FindingFilter(stage="set-aside"),
        "being run": FindingFilter(stage="working"),
        "waiting": FindingFilter(stage="waiting"),
        "reproduced": FindingFilter(verdict="reproduced"),
        "reproduced or flaky, critical": FindingFilter(
            verdict="reproduced,flaky", severity="critical"
        ),
        "three filters, few fit": FindingFilter(
            effect="assertion", verdict="flaky", severity="critical"
        ),
        "two filters, none fits": FindingFilter(finder="Finder 0", format="mantis"),
        "largest package": FindingFilter(package=often),
        "small package": FindingFilter(package=seldom),
        "largest finder": FindingFilter(finder="Finder 0"),
        "small finder": FindingFilter(finder=f"Finder {world.finders - 1}"),
        "search: common word": FindingFilter(text="prototype"),
        "search: two signs typed": FindingFilter(text="pr"),
        "search: two words": FindingFilter(text="path traversal"),
        "search: package": FindingFilter(text=often),
        "search: CVE": FindingFilter(text="CVE-2026-10012"),
        "search: reproduced": FindingFilter(text="prototype", verdict="reproduced"),
        "search: nothing": FindingFilter(text="zzzz"),
    }


def case_filters(world: World) -> Mapping[str, CaseFilter]:
    """Return the filters, by what they are for."""
    return {
        "all": CaseFilter(),
        "largest package": CaseFilter(package=world.package(0)[1]),
        "critical, flaky": CaseFilter(severity="critical", verdict="flaky"),
        "merged": CaseFilter(state="merged"),
        "search: common word": CaseFilter(text="prototype"),
        "search: package": CaseFilter(text=world.package(0)[1]),
    }


def everything(world: World, client: Client) -> Iterator[Asked]:
    """Return everything that is asked."""
    sorts = ("-received", "-severity", "package")
    for name, narrowed in finding_filters(world).items():
        for sort in sorts:
            yield _findings(client, f"findings, {name}, {sort}", narrowed, sort, None)
            if cursor := _deep_finding(narrowed, sort):
                yield _findings(client, f"findings, {name}, {sort}, deep", narrowed, sort, cursor)
        yield Asked(
            f"count findings, {name}",
            lambda narrowed=narrowed: findings.count_findings(OWNER, narrowed),  # type: ignore[misc]
            None,
        )
    for name, of_cases in case_filters(world).items():
        for sort in ("-priority", "-opened", "-severity", "-finders", "package"):
            yield _cases(client, f"cases, {name}, {sort}", of_cases, sort, None)
        if cursor := _deep_case(of_cases, "-priority"):
            yield _cases(client, f"cases, {name}, -priority, deep", of_cases, "-priority", cursor)


def _findings(
    client: Client, name: str, narrowed: FindingFilter, sort: str, cursor: str | None
) -> Asked:
    address = _address("findings", asdict(narrowed), sort, cursor)
    return Asked(
        name,
        lambda: findings.list_findings(OWNER, narrowed, sort, cursor, ROWS),
        lambda: _got(client, address),
    )


def _cases(client: Client, name: str, narrowed: CaseFilter, sort: str, cursor: str | None) -> Asked:
    address = _address("cases", asdict(narrowed), sort, cursor)
    return Asked(
        name,
        lambda: cases.list_cases(OWNER, narrowed, sort, cursor, ROWS),
        lambda: _got(client, address),
    )


def _address(name: str, narrowed: Mapping[str, str], sort: str, cursor: str | None) -> str:
    asked = {**narrowed, "sort": sort, "limit": str(ROWS), **({"cursor": cursor} if cursor else {})}
    return f"/api/v1/{name}?{urlencode(asked)}"


def _got(client: Client, address: str) -> bytes:
    response = client.get(address)
    if response.status_code != 200:
        raise AssertionError(f"{address} answered {response.status_code}: {response.content!r}")
    return response.content


def _deep_finding(narrowed: FindingFilter, sort: str) -> str | None:
    """Return the cursor of a page in the middle of a list; None for a list that is searched."""
    if narrowed.text:
        return None
    rows = Finding.objects.filter(id__gte=Finding.objects.count() // 2)
    for column in ("stage", "package"):
        if word := getattr(narrowed, column):
            rows = rows.filter(**{column: word})
    return _cursor(rows.first(), sort.lstrip("-"), fingerprint("findings", sort, narrowed))


def _deep_case(narrowed: CaseFilter, sort: str) -> str | None:
    if narrowed.text:
        return None
    row = Case.objects.filter(id__gte=Case.objects.count() // 2).first()
    column = _CASE_COLUMNS[sort.lstrip("-")]
    return _cursor(row, column, fingerprint("cases", sort, narrowed))


def _cursor(row: Model | None, column: str, mark: str) -> str | None:
    if row is None:
        return None
    value = None if column == "received" else getattr(row, column)
    return str(Cursor(mark, False, row.key, value))  # type: ignore[attr-defined]
