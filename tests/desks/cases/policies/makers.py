"""Instants, inputs and policies for tests, with as little said as may be."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

from tidegate.desks.cases.policies.inputs import Inputs
from tidegate.desks.cases.policies.loading import read_policy
from tidegate.desks.cases.policies.words import Trigger

BEGINNING = datetime(2026, 9, 15, 8, 30, tzinfo=UTC)


def day(number):
    """Return the instant that is so many days after the beginning."""
    return BEGINNING + timedelta(days=number)


def happened(*, circumstances=(), grants=(), pauses=(), **when):
    """Return inputs: `happened(reported=0, fix_available=47)`, in days."""
    return Inputs(
        {Trigger(name.replace("_", "-")): day(number) for name, number in when.items()},
        frozenset(circumstances),
        tuple(grants),
        tuple(pauses),
    )


def document(**changes):
    """Return a small policy, as JSON has it."""
    return {
        "schema": "urn:tidegate:disclosure-policy:1",
        "name": "acme-cvd",
        "version": "3",
        "title": "What Acme does",
        "authority": "Acme",
        "force": "commitment",
        "binds": "Acme",
        "source": {"url": "https://acme.example/cvd", "read": "2026-11-26", "terms": "primary"},
        "rules": [rule()],
        **changes,
    }


def rule(**changes):
    """Return a rule, as JSON has it."""
    return {
        "name": "disclosure",
        "clock": "disclosure",
        "words": "Publish.",
        "trigger": ["reported"],
        "length": "P60D",
        "can_pause": True,
        "extension": {"length": "P10D", "grounds": ["requested"]},
        **changes,
    }


def policy(*rules, **changes):
    """Return a policy with these rules."""
    written = document(**changes)
    if rules:
        written["rules"] = list(rules)
    return read_policy(json.dumps(written).encode(), "acme.json")
