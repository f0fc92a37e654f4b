"""All 70 legal histories pass through the services for one vendor, and no other order does."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.db import transaction

from tests.desks.cases.makers import (
    NOW,
    Party,
    coordinator,
    part_of,
    party,
    under_embargo,
)
from tidegate.desks.cases.models import Coordination
from tidegate.desks.cases.queries.modelled import entries_of
from tidegate.desks.cases.services import consenting, facts, inviting, vendors
from tidegate.desks.cases.states.histories import follow, history_of, legal_histories
from tidegate.desks.cases.states.steps import Moved
from tidegate.desks.cases.states.vulnerabilities import FACTS, VENDOR_EVENTS, CaseEvent, CaseState
from tidegate.desks.findings.services.refusals import NotPossibleError

pytestmark = pytest.mark.django_db

History = tuple[CaseEvent, ...]


def happens(event: CaseEvent, row: Coordination, by: Party, vendor: Party) -> None:
    """Let an event come about as it does here; a vendor is aware when it joins."""
    key = row.case.key
    if event in FACTS:
        facts.record_fact(by.actor, key, event, at=NOW)
    elif event is CaseEvent.VENDOR_AWARE:
        row.refresh_from_db()
        terms = row.ends_at if row.embargo == "active" else None
        consenting.accept(vendor.actor, key, vendor.key, terms=terms, at=NOW)
        # Whatever it makes of the report is no event of the history.
        row.participants.filter(organisation=vendor.organisation).update(report="accepted")
    else:
        vendors.record_progress(by.actor, key, vendor.key, event, at=NOW)


def walked(
    row: Coordination, by: Party, vendor: Party, tried: set[CaseState], before: History = ()
) -> Iterator[History]:
    """Walk every way from here on through the services; return those that came to an end.

    What histories have in common is walked once, and what is refused in a state is tried once.
    """
    onward = [event for event in CaseEvent if follow((*before, event))]
    here = follow(before)
    assert isinstance(here, Moved)
    # What is forced next has come about with what forced it: there one is a step further already.
    joined = CaseEvent.VENDOR_AWARE in before and here.state.forced is None
    for event in {*VENDOR_EVENTS} - {*onward}:
        if joined and here.state not in tried:
            with pytest.raises(NotPossibleError, match=f"{event} cannot follow"):
                vendors.record_progress(by.actor, row.case.key, vendor.key, event, at=NOW)
    tried.add(here.state)
    if not onward:
        yield before
    for event in onward:
        with transaction.atomic():
            happens(event, row, by, vendor)
            history = (*before, event)
            seen = tuple(one.event for one in history_of(entries_of(row), vendor.key))
            # What an event brings with it is there already.
            assert seen[: len(history)] == history
            part, kept = part_of(row, vendor), Coordination.objects.get(pk=row.pk)
            assert part.vendor[0] == ("V" if CaseEvent.VENDOR_AWARE in seen else "v")
            assert (kept.embargo == "exited") is any(one in FACTS for one in history)
            yield from walked(row, by, vendor, tried, history)
            transaction.set_rollback(True)


def test_every_legal_history_is_accepted_and_ends_the_embargo_with_its_first_fact() -> None:
    by, vendor = coordinator(), party()
    row = under_embargo(by)
    inviting.invite(by.actor, row.case.key, vendor.key, "vendor", at=NOW)
    assert set(walked(row, by, vendor, set())) == set(legal_histories())
    assert len(legal_histories()) == 70
