"""Mandatory tests of a document's history and dates, and of what vendors and others did.

Documents of ours number their revisions 1, 2, 3; the tests of semantic versions are not here.
From: CSAF 2.0 and 2.1, section 6.1; the numbers stand in `mandatory`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from itertools import pairwise
from typing import Any, Final

from tidegate.engines.formats.advisories.csaf.views import Fault, View

_HISTORY: Final = "/document/tracking/revision_history"
_INTEGER: Final = re.compile(r"0|[1-9][0-9]*")
_INSTANT: Final = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]+)?"
    r"(?:Z|[+-](?:[01][0-9]|2[0-3]):[0-5][0-9])"
)
_DATES: Final = frozenset(
    {
        "date",
        "current_release_date",
        "initial_release_date",
        "disclosure_date",
        "discovery_date",
        "exploitation_date",
        "release_date",
        "timestamp",
    }
)


def unsorted_history(view: View) -> Iterator[Fault]:
    """Find a history in which the numbers do not follow the dates."""
    numbers = [number for _, number in _by_date(view)]
    if any(later <= earlier for earlier, later in pairwise(numbers)):
        yield Fault(_HISTORY, "its numbers do not follow its dates; correct them")


def outdated_version(view: View) -> Iterator[Fault]:
    """Find a version that is not that of the last revision."""
    history = _by_date(view)
    version = view.tracking["version"]
    if history and _INTEGER.fullmatch(version) and int(version) != history[-1][1]:
        words = f"{version!r} is not the last revision, {history[-1][1]}; name that"
        yield Fault("/document/tracking/version", words)


def zero_version(view: View) -> Iterator[Fault]:
    """Find a version of a draft in a document that is none."""
    version, status = view.tracking["version"], view.tracking["status"]
    if (version == "0" or version.startswith("0.")) and status != "draft":
        words = f"{version!r} is that of a draft, and the status is {status}; begin with 1"
        yield Fault("/document/tracking/version", words)


def zero_revisions(view: View) -> Iterator[Fault]:
    """Find revisions of a draft in a document that is none."""
    if view.tracking["status"] != "draft":
        for index, one in enumerate(view.tracking["revision_history"]):
            if one["number"] == "0" or one["number"].startswith("0."):
                yield Fault(f"{_HISTORY}/{index}/number", "is of a draft; begin with 1")


def prereleases(view: View) -> Iterator[Fault]:
    """Find revisions that are pre-releases."""
    for index, one in enumerate(view.tracking["revision_history"]):
        if "-" in one["number"].partition("+")[0]:
            yield Fault(f"{_HISTORY}/{index}/number", "is a pre-release; leave it out")


def prerelease_version(view: View) -> Iterator[Fault]:
    """Find a final document with the version of a pre-release."""
    version = view.tracking["version"].partition("+")[0]
    if view.tracking["status"] != "draft" and "-" in version:
        yield Fault("/document/tracking/version", "is a pre-release; name the release")


def missing_revisions(view: View) -> Iterator[Fault]:
    """Find a history with a gap, or one that does not begin with 0 or 1."""
    numbers = [number for _, number in _by_date(view)]
    if numbers and numbers[0] not in (0, 1):
        yield Fault(_HISTORY, f"begins with {numbers[0]}; begin with 1")
    elif any(later > earlier + 1 for earlier, later in pairwise(numbers)):
        yield Fault(_HISTORY, "leaves a number out; list every revision")


def doubled_revisions(view: View) -> Iterator[Fault]:
    """Find two revisions with one number."""
    numbers = [one["number"] for one in view.tracking["revision_history"]]
    for index, number in enumerate(numbers):
        if number in numbers[:index]:
            yield Fault(f"{_HISTORY}/{index}/number", f"{number!r} comes twice; number them anew")


def mixed_versioning(view: View) -> Iterator[Fault]:
    """Find a document with both kinds of version numbers."""
    numbers = [one["number"] for one in view.tracking["revision_history"]]
    kinds = {bool(_INTEGER.fullmatch(number)) for number in (*numbers, view.tracking["version"])}
    if len(kinds) > 1:
        yield Fault(_HISTORY, "mixes whole numbers and semantic versions; keep to whole numbers")


def bad_dates(view: View) -> Iterator[Fault]:
    """Find dates that are not written as the standard asks, or are none."""
    for place, name, value in view.everything:
        if name in _DATES and isinstance(value, str) and not _INSTANT.fullmatch(value):
            yield Fault(place, f"{value!r} is no instant; write 2026-03-02T09:30:00Z")
        elif name in _DATES and isinstance(value, str) and _moment(value) is None:
            yield Fault(place, f"{value!r} is no day or no time that there is; correct it")


def late_discovery(view: View) -> Iterator[Fault]:
    """Find a discovery after the last revision of a document that is no draft."""
    for place, one in view.vulnerabilities:
        yield from _late(view, f"{place}/discovery_date", one.get("discovery_date"))


def late_decisions(view: View) -> Iterator[Fault]:
    """Find decisions of SSVC after the last revision of a document that is no draft."""
    for place, name, value in view.everything:
        if name == "ssvc_v2":
            yield from _late(view, f"{place}/timestamp", value.get("timestamp"))


def other_decisions(view: View) -> Iterator[Fault]:
    """Find decisions of SSVC about another vulnerability."""
    for place, one in view.vulnerabilities:
        names = {one.get("cve"), *(entry["text"] for entry in one.get("ids", ()))}
        several = len(view.document.get("vulnerabilities", ())) > 1
        for index, metric in enumerate(one.get("metrics", ())):
            targets = metric["content"].get("ssvc_v2", {}).get("target_ids", ())
            at = f"{place}/metrics/{index}/content/ssvc_v2/target_ids"
            for target in targets:
                if target not in names:
                    yield Fault(at, f"{target!r} is no name of this vulnerability; name it by one")
                elif several and target == view.tracking["id"]:
                    yield Fault(at, f"{target!r} may be any of the vulnerabilities; name one")


def doubled_involvements(view: View) -> Iterator[Fault]:
    """Find two involvements of one party at one moment."""
    for place, one in view.vulnerabilities:
        seen: set[tuple[Any, ...]] = set()
        for index, entry in enumerate(one.get("involvements", ())):
            key = (entry["party"], entry.get("date"))
            if key[1] is not None and key in seen:
                yield Fault(f"{place}/involvements/{index}", "is of a moment that is taken; join")
            seen.add(key)


def doubled_cves(view: View) -> Iterator[Fault]:
    """Find two vulnerabilities with one CVE."""
    seen: set[str] = set()
    for place, one in view.vulnerabilities:
        if one.get("cve") in seen:
            yield Fault(f"{place}/cve", f"{one['cve']!r} comes twice; join the vulnerabilities")
        seen.add(one.get("cve") or "")
        seen.discard("")


def _late(view: View, place: str, date: str | None) -> Iterator[Fault]:
    dates = filter(None, (_moment(one["date"]) for one in view.tracking["revision_history"]))
    last, at = max(dates, default=None), _moment(date or "")
    if last and at and at > last and view.tracking["status"] != "draft":
        yield Fault(place, f"{date} is after the last revision; correct it, or make a revision")


def _by_date(view: View) -> list[tuple[datetime, int]]:
    """Return the revisions with whole numbers, sorted by date and then number."""
    return sorted(
        (at, int(one["number"]))
        for one in view.tracking["revision_history"]
        if _INTEGER.fullmatch(one["number"]) and (at := _moment(one["date"]))
    )


def _moment(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None
