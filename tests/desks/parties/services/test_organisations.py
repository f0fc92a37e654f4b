"""What an organisation is, is said by those who run the instance; its people set its capacity."""

from __future__ import annotations

import pytest

from tests.desks.parties.makers import START, chief, kinds, make_actor, make_organisation
from tidegate.desks.access.actors import OWNER
from tidegate.desks.access.refusals import NotFoundError
from tidegate.desks.access.words import OrganisationKind, Role
from tidegate.desks.ledger.models import Entry
from tidegate.desks.parties.models import Organisation
from tidegate.desks.parties.queries.actors import actor_of
from tidegate.desks.parties.services import organisations
from tidegate.desks.parties.services.refusals import NotPossibleError

pytestmark = pytest.mark.django_db


def last_entry() -> Entry:
    entry = Entry.objects.order_by("-index").first()
    assert entry is not None
    return entry


def test_whoever_runs_the_instance_opens_an_organisation_and_the_ledger_says_so() -> None:
    opened = organisations.open_organisation(
        chief(), " ACME  Corp ", kinds("vendor", "operator"), at=START
    )
    assert opened.name == "ACME Corp"
    assert opened.kind_words == {OrganisationKind.VENDOR, OrganisationKind.OPERATOR}
    entry = last_entry()
    assert (entry.kind, entry.organisation) == ("organisation-opened", opened.key)
    assert entry.said["kinds"] == ["operator", "vendor"]


def test_an_administrator_of_another_organisation_opens_none_and_changes_no_kinds() -> None:
    vendor = make_organisation()
    actor, _ = make_actor(vendor, Role.ADMINISTRATOR)
    with pytest.raises(NotFoundError):
        organisations.open_organisation(actor, "Mine", kinds("finder"), at=START)
    # Else every vendor could make itself a coordinator, and read everything.
    with pytest.raises(NotFoundError):
        organisations.change_kinds(actor, vendor.key, kinds("coordinator"), at=START)
    with pytest.raises(NotFoundError):
        organisations.suspend_organisation(actor, vendor.key, reason="x", at=START)
    vendor.refresh_from_db()
    assert vendor.kinds == ["vendor"]
    assert not Entry.objects.exists()


@pytest.mark.parametrize(
    ("words", "scope", "said"),
    [
        ([], "", "one or more of"),
        (["agency"], "", "FCEB, NSS, DoW"),
        (["agency"], "NATO", "FCEB, NSS, DoW"),
        (["vendor"], "FCEB", "only an agency"),
    ],
)
def test_kinds_and_scope_go_together_or_nothing_is_made(
    words: list[str], scope: str, said: str
) -> None:
    with pytest.raises(NotPossibleError, match=said):
        organisations.open_organisation(OWNER, "One", kinds(*words), scope=scope, at=START)
    assert not Organisation.objects.exists()


def test_a_name_is_there_once_however_it_is_written() -> None:
    organisations.open_organisation(OWNER, "Acme", kinds("vendor"), at=START)
    with pytest.raises(NotPossibleError, match="already"):
        organisations.open_organisation(OWNER, "ACME", kinds("vendor"), at=START)


@pytest.mark.parametrize("name", ["", "   ", "a" * 201, "a\u202eb", "a\0b"])
def test_a_name_that_cannot_be_shown_is_refused(name: str) -> None:
    with pytest.raises(NotPossibleError, match="printable"):
        organisations.open_organisation(OWNER, name, kinds("vendor"), at=START)


def test_its_own_administrators_set_its_capacity_and_nobody_elses() -> None:
    vendor, other = make_organisation(), make_organisation()
    actor, _ = make_actor(vendor, Role.ADMINISTRATOR)
    member, _ = make_actor(vendor)
    assert organisations.set_capacity(actor, vendor.key, 3, at=START).cases_a_week == 3
    assert (
        organisations.set_capacity(actor, vendor.key.lower(), None, at=START).cases_a_week is None
    )
    for who, whose in ((actor, other), (member, vendor)):
        with pytest.raises(NotFoundError):
            organisations.set_capacity(who, whose.key, 3, at=START)
    with pytest.raises(NotPossibleError):
        organisations.set_capacity(actor, vendor.key, -1, at=START)


def test_a_suspended_organisation_gives_its_people_no_standing_until_it_is_reinstated() -> None:
    vendor = make_organisation()
    _, person = make_actor(vendor)
    runs = chief()
    organisations.suspend_organisation(runs, vendor.key, reason="sold", at=START)
    assert actor_of(person).standings == ()
    with pytest.raises(NotPossibleError, match="already"):
        organisations.suspend_organisation(runs, vendor.key, reason="sold", at=START)
    organisations.reinstate_organisation(runs, vendor.key, at=START)
    assert len(actor_of(person).standings) == 1
    with pytest.raises(NotPossibleError, match="not suspended"):
        organisations.reinstate_organisation(runs, vendor.key, at=START)


def test_coordinators_do_not_shut_themselves_out_but_the_owner_may() -> None:
    runs = chief()
    (own,) = Organisation.objects.all()
    with pytest.raises(NotPossibleError, match="your own"):
        organisations.suspend_organisation(runs, own.key, reason="oh", at=START)
    with pytest.raises(NotPossibleError, match="your own"):
        organisations.change_kinds(runs, own.key, kinds("reviewer"), at=START)
    organisations.change_kinds(runs, own.key, kinds("coordinator", "reviewer"), at=START)
    organisations.suspend_organisation(OWNER, own.key, reason="closing", at=START)
