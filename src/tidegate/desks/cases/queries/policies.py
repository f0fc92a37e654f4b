"""Which disclosure policies there are: those that are shipped, and those that were loaded."""

from __future__ import annotations

from functools import lru_cache

from tidegate.desks.cases.models import DisclosurePolicy
from tidegate.desks.cases.policies.loading import read_policy, shipped_policies
from tidegate.desks.cases.policies.policy import Policy
from tidegate.desks.findings.queries.errors import FilterError

_KEPT = 64


def known_policies() -> tuple[Policy, ...]:
    """Return every policy, in every version; the shipped ones first, then by name."""
    loaded = DisclosurePolicy.objects.order_by("name", "pk")
    return (*shipped_policies(), *(_read(bytes(one.document), one.name) for one in loaded))


def policy_named(name: str, version: str = "") -> Policy:
    """Return a policy; without a version, the one that was loaded last.

    Raises:
        FilterError: there is none; the message names those that there are.
    """
    loaded = DisclosurePolicy.objects.filter(name=name).order_by("pk")
    known = (
        *(one for one in shipped_policies() if one.name == name),
        *(_read(bytes(one.document), name) for one in loaded),
    )
    found = [one for one in known if version in ("", one.version)]
    if not found:
        there = ", ".join(sorted({one.name for one in known_policies()}))
        raise FilterError(
            f"there is no disclosure policy {f'{name} {version}'.strip()[:150]!r}; there are"
            f" {there}",
            parameter="policy",
        )
    return found[-1]


@lru_cache(maxsize=_KEPT)
def _read(document: bytes, name: str) -> Policy:
    return read_policy(document, name)
