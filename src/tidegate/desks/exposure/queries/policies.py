"""Which policy sets and decision tables there are: those that are shipped, and those loaded."""

from __future__ import annotations

from tidegate.desks.exposure.models import Loaded
from tidegate.engines.rules import (
    DecisionTable,
    PolicySet,
    Scope,
    policy_set_for,
    read_policy_set,
    read_table,
    shipped_policy_sets,
)


def loaded_tables() -> tuple[DecisionTable, ...]:
    """Return the decision tables that were loaded here for policy sets, and count."""
    return tuple(
        read_table(row.document.encode(), row.name) for row in _counting(Loaded.Kind.TABLE)
    )


def loaded_policy_sets() -> tuple[PolicySet, ...]:
    """Return the policy sets that were loaded here and count, the newest first."""
    rows = _counting(Loaded.Kind.POLICY_SET)
    if not rows:
        return ()
    tables = loaded_tables()
    return tuple(read_policy_set(row.document.encode(), row.name, tables) for row in rows)


def policy_sets() -> tuple[PolicySet, ...]:
    """Return all policy sets, those that are shipped first."""
    return (*shipped_policy_sets(), *loaded_policy_sets())


def policy_set_of(scope: Scope) -> PolicySet:
    """Return the policy set that holds for a scope; it may be empty, and is never borrowed."""
    return policy_set_for(scope, loaded_policy_sets())


def _counting(kind: Loaded.Kind) -> list[Loaded]:
    return [*Loaded.objects.filter(kind=kind, organisation=None, set_aside_at=None).order_by("-pk")]
