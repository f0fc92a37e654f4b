"""Which mandatory tests of CSAF does a document of ours break? Asked before it is published.

These are the tests that a document can break which was made here; what no writer of ours can get
wrong (hashes, licences, translations, sharing groups, relationships) is left to the validators of
others, against which the writers are tested. A document has to follow its schema first.

From: CSAF 2.0, section 6.1, and CSAF 2.1 (csd04), section 6.1.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final, NamedTuple

from tidegate.engines.formats.advisories.csaf import (
    rules_head,
    rules_metrics,
    rules_products,
    rules_profiles,
)
from tidegate.engines.formats.advisories.csaf.views import Fault, View

_BOTH: Final = ("2.0", "2.1")
_NEW: Final = ("2.1",)


class Rule(NamedTuple):
    """A mandatory test."""

    find: Callable[[View], Iterator[Fault]]
    editions: tuple[str, ...] = _BOTH


TESTS: Final[Mapping[str, Rule]] = {
    "6.1.1": Rule(rules_products.undefined_products),
    "6.1.2": Rule(rules_products.doubled_products),
    "6.1.4": Rule(rules_products.undefined_groups),
    "6.1.5": Rule(rules_products.doubled_groups),
    "6.1.6": Rule(rules_products.contradicting_statuses),
    "6.1.7": Rule(rules_metrics.doubled_scores),
    "6.1.9": Rule(rules_metrics.wrong_scores),
    "6.1.10": Rule(rules_metrics.inconsistent_scores),
    "6.1.11": Rule(rules_metrics.wrong_weaknesses),
    "6.1.13": Rule(rules_products.bad_package_urls),
    "6.1.14": Rule(rules_head.unsorted_history),
    "6.1.16": Rule(rules_head.outdated_version),
    "6.1.17": Rule(rules_head.zero_version),
    "6.1.18": Rule(rules_head.zero_revisions),
    "6.1.19": Rule(rules_head.prereleases),
    "6.1.20": Rule(rules_head.prerelease_version),
    "6.1.21": Rule(rules_head.missing_revisions),
    "6.1.22": Rule(rules_head.doubled_revisions),
    "6.1.23": Rule(rules_head.doubled_cves),
    "6.1.24": Rule(rules_head.doubled_involvements, ("2.0",)),
    "6.1.27.3": Rule(rules_profiles.vulnerabilities_of_withdrawn, _NEW),
    "6.1.27.4": Rule(rules_profiles.no_tree),
    "6.1.27.5": Rule(rules_profiles.no_notes),
    "6.1.27.6": Rule(rules_profiles.no_status),
    "6.1.27.7": Rule(rules_profiles.no_vex_status),
    "6.1.27.8": Rule(rules_profiles.no_name),
    "6.1.27.9": Rule(rules_profiles.no_impact),
    "6.1.27.10": Rule(rules_profiles.no_action),
    "6.1.27.11": Rule(rules_profiles.no_vulnerabilities),
    "6.1.27.12": Rule(rules_profiles.nothing_affected, _NEW),
    "6.1.27.13": Rule(rules_profiles.fixed_alone, _NEW),
    "6.1.27.14": Rule(rules_profiles.no_description, _NEW),
    "6.1.27.15": Rule(rules_profiles.tree_of_withdrawn, _NEW),
    "6.1.27.16": Rule(rules_profiles.short_history_of_withdrawn, _NEW),
    "6.1.27.17": Rule(rules_profiles.no_reason, _NEW),
    "6.1.29": Rule(rules_products.aimless_remediations),
    "6.1.30": Rule(rules_head.mixed_versioning),
    "6.1.31": Rule(rules_products.ranges_as_versions),
    "6.1.32": Rule(rules_products.aimless_flags),
    "6.1.33": Rule(rules_products.doubled_flags),
    "6.1.35": Rule(rules_products.contradicting_remediations, _NEW),
    "6.1.36": Rule(rules_products.remediations_against_status, _NEW),
    "6.1.37": Rule(rules_head.bad_dates, _NEW),
    "6.1.42": Rule(rules_products.differing_package_urls, _NEW),
    "6.1.47": Rule(rules_head.other_decisions, _NEW),
    "6.1.49": Rule(rules_head.late_decisions, _NEW),
    "6.1.50": Rule(rules_products.bad_ranges, _NEW),
    "6.1.59": Rule(rules_products.versions_as_ranges, _NEW),
    "6.1.62": Rule(rules_head.late_discovery, _NEW),
}
"""By number, which both editions share."""


def mandatory_faults(document: Mapping[str, Any]) -> list[str]:
    """Return how a document breaks mandatory tests: number, place, mend; [] if it breaks none.

    Args:
        document: one in which `csaf_schema_faults` finds nothing.
    """
    view = View(document)
    return [
        f"{number} {fault.place}: {fault.words}"
        for number, rule in TESTS.items()
        if view.edition in rule.editions
        for fault in rule.find(view)
    ]
