"""Which vulnerabilities of the desk of exposure a publication is about.

By the names that advisories share: the CVE identifier, or the publication's own; and by our own
proven range, which goes by the name of the case.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping

from tidegate.desks.exposure.models import Advisory, Vulnerability
from tidegate.desks.exposure.queries.chunks import in_chunks
from tidegate.desks.publications.models import Publication
from tidegate.engines.matching.advisories import OWN_SOURCE


def vulnerabilities_of(publications: Iterable[int]) -> Mapping[int, frozenset[int]]:
    """Return the vulnerabilities of each publication, all by their ids.

    A publication that none is known of is left out.
    """
    found: defaultdict[int, set[int]] = defaultdict(set)
    for chunk in in_chunks(publications):
        by_name: defaultdict[str, set[int]] = defaultdict(set)
        by_case: defaultdict[str, set[int]] = defaultdict(set)
        rows = Publication.objects.filter(pk__in=chunk).order_by()
        for pk, cve, identifier, case in rows.values_list("pk", "cve", "identifier", "case__key"):
            by_case[case].add(pk)
            for name in (cve, identifier, case):
                if name:
                    by_name[name].add(pk)
        for names in in_chunks(by_name):
            named = Vulnerability.objects.filter(name__in=names).values_list("name", "pk")
            for name, vulnerability in named:
                for pk in by_name[name]:
                    found[pk].add(vulnerability)
        for cases in in_chunks(by_case):
            own = Advisory.objects.filter(
                source=OWN_SOURCE, identifier__in=cases, vulnerabilities__isnull=False
            )
            for case, vulnerability in own.values_list("identifier", "vulnerabilities"):
                for pk in by_case[case]:
                    found[pk].add(vulnerability)
    return {pk: frozenset(ids) for pk, ids in found.items()}
