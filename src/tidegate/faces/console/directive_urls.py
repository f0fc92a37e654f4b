"""The addresses of the pages about what is asked: docket, directives, compliance, tables, feeds.

What stands below `/feeds/` is behind secrets and open to whoever has one (`faces/web/feeds.py`); so
one feed of advisories is at `/feed/<name>`.
"""

from __future__ import annotations

from typing import Final

from django.urls import URLPattern, path

from tidegate.faces.console.views.exposure import (
    advisory_feeds,
    calendars,
    changes,
    compliance,
    delegations,
    directives,
    docket,
    reports,
    settings,
    tables,
)

_ORGANISATION: Final = "compliance/<str:key>"
_OPERATING: Final = "organisation/<str:key>/operating"
_CASE: Final = "cases/<str:key>/changes"

DIRECTIVES: Final[list[URLPattern]] = [
    path("docket", docket.show, name="docket"),
    path("docket.ics", calendars.docket_calendar, name="docket-calendar"),
    path("docket.atom", calendars.docket_feed, name="docket-feed"),
    path("directives", directives.index, name="directives"),
    path("directives/load", directives.load, name="load-directive"),
    path("directives/aside", directives.set_aside, name="set-loaded-aside"),
    path("directives/<str:name>", directives.show, name="directive"),
    path("compliance", compliance.index, name="compliance"),
    path(_ORGANISATION, compliance.show, name="compliance-of"),
    path(f"{_ORGANISATION}/report.csv", reports.save_csv, name="compliance-csv"),
    path(f"{_ORGANISATION}/report.json", reports.save_json, name="compliance-json"),
    path(f"{_ORGANISATION}/done", compliance.fulfil, name="fulfil-duty"),
    path(f"{_ORGANISATION}/done/back", compliance.take_back, name="take-duty-back"),
    path(f"{_ORGANISATION}/events", compliance.say_happened, name="say-happened"),
    path(f"{_ORGANISATION}/events/back", compliance.take_event_back, name="take-event-back"),
    path(f"{_ORGANISATION}/exceptions", compliance.make_exception, name="except-requirement"),
    path(
        f"{_ORGANISATION}/exceptions/<str:exception>/end",
        compliance.end_exception,
        name="end-requirement-exception",
    ),
    path("feeds", advisory_feeds.index, name="advisory-feeds"),
    path("feed/<str:name>", advisory_feeds.show, name="advisory-feed"),
    path("feed/<str:name>/follow", advisory_feeds.follow, name="follow-feed"),
    path("feed/<str:name>/take", advisory_feeds.take, name="take-feed"),
    path("feed/<str:name>/file", advisory_feeds.hand_in, name="hand-in-edition"),
    path("tables", tables.index, name="tables"),
    path("tables/<str:name>", tables.show, name="table"),
    path("changes", changes.index, name="changes"),
    path("changes/<str:key>", changes.show, name="change"),
    path("changes/<str:key>/withdraw", changes.withdraw, name="withdraw-change"),
    path(_CASE, changes.of_case, name="case-changes"),
    path(f"{_CASE}/release", changes.release, name="release-changes"),
    path("delegations", delegations.index, name="delegations"),
    path("delegations/give", delegations.give, name="give-delegation"),
    path("delegations/<str:key>/end", delegations.end, name="end-delegation"),
    path(_OPERATING, settings.show, name="operating"),
    path(f"{_OPERATING}/settle", settings.settle, name="settle-operator"),
    path(f"{_OPERATING}/roles", settings.set_roles, name="set-roles"),
    path(f"{_OPERATING}/table", settings.load_table, name="load-own-table"),
    path(f"{_OPERATING}/table/aside", settings.set_table_aside, name="set-own-table-aside"),
]
