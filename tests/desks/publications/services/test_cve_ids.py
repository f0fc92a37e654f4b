"""A case gets one CVE identifier, whatever is lost on the way; CVE Services gets what is out."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from tests.desks.publications.rooms import NOW, approve, day, make_room, working
from tests.engines.cve_services import service as cve
from tests.engines.cve_services.service import Service, running
from tidegate.desks.access.refusals import NotFoundError
from tidegate.desks.findings.services.refusals import NotPossibleError
from tidegate.desks.publications.models import CveId
from tidegate.desks.publications.queries.cve import list_cve_ids
from tidegate.desks.publications.services import approving, cve_ids, drafting
from tidegate.desks.publications.services.publishing import publish_due

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("own_home")]


@pytest.fixture
def service(tmp_path, monkeypatch):
    key = tmp_path / "cve-key"
    key.touch(mode=0o600)
    key.write_text(cve.KEY)
    made = Service()
    with running(made) as account:
        monkeypatch.setenv("TIDEGATE_CVE_ORG", account.organisation)
        monkeypatch.setenv("TIDEGATE_CVE_ORG_ID", cve.ORGANISATION_ID)
        monkeypatch.setenv("TIDEGATE_CVE_USER", account.user)
        monkeypatch.setenv("TIDEGATE_CVE_KEY_FILE", str(key))
        monkeypatch.setenv("TIDEGATE_CVE_URL", account.address)
        yield made


def test_without_an_account_it_is_left_to_the_vendors_cna():
    room = make_room()
    with pytest.raises(NotPossibleError, match="leave it to the vendor's CNA"):
        cve_ids.reserve(room.one.actor, room.key, at=NOW)
    with pytest.raises(NotFoundError):
        cve_ids.assign(room.vendor.actor, room.key, "CVE-2026-1111", cna="vendor", at=NOW)
    cve_ids.assign(room.one.actor, room.key, "cve-2026-1111", cna="vendor", at=NOW)
    other = make_room()
    with pytest.raises(NotPossibleError, match="another case's"):
        cve_ids.assign(other.one.actor, other.key, "CVE-2026-1111", cna="vendor", at=NOW)
    with pytest.raises(NotPossibleError, match="a case has one"):
        cve_ids.assign(room.one.actor, room.key, "CVE-2026-2222", cna="vendor", at=NOW)
    with pytest.raises(NotPossibleError, match="ask vendor"):
        cve_ids.reject(room.one.actor, "CVE-2026-1111", reason="no", at=NOW)
    (row,) = list_cve_ids(room.reader.actor, at=NOW).rows
    assert (row.number, row.case, row.cna) == ("CVE-2026-1111", room.key, "vendor")
    assert list_cve_ids(room.vendor.actor, at=NOW).rows == ()


def test_an_answer_that_was_lost_costs_no_second_identifier(service):
    room = make_room()
    # The service says of each that it was reserved in March.
    asked = datetime(2026, 2, 27, tzinfo=UTC)
    later = asked + timedelta(days=1)
    cve_ids.reserve(room.one.actor, room.key, at=asked)
    service.lose_next_answer = True
    assert cve_ids.keep_promises(asked) == 0
    assert CveId.objects.get().reason
    assert cve_ids.keep_promises(asked) == 0
    assert cve_ids.keep_promises(later) == 1
    row = CveId.objects.get()
    assert (row.state, [row.number]) == ("RESERVED", list(service.ids))
    with pytest.raises(NotPossibleError, match="a case has one"):
        cve_ids.reserve(room.one.actor, room.key, at=later)
    assert cve_ids.keep_promises(NOW) == 0


def test_what_is_published_is_sent_and_what_is_withdrawn_is_rejected(service):
    room = make_room(vectors=["CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"])
    cve_ids.reserve(room.one.actor, room.key, at=NOW)
    cve_ids.keep_promises(NOW)
    number = CveId.objects.get().number or ""
    publication = drafting.begin(room.one.actor, room.key, at=NOW)
    approving.submit(room.one.actor, publication.identifier, at=NOW)
    approve(room, publication)
    assert publish_due(NOW) == 1, working(publication).held_because
    assert cve_ids.keep_promises(day(1)) == 1
    assert service.ids[number]["state"] == CveId.objects.get().state == "PUBLISHED"
    with pytest.raises(NotPossibleError, match="stands in what is published"):
        cve_ids.reject(room.one.actor, number, reason="no", at=day(1))
    assert cve_ids.keep_promises(day(2)) == 0
    drafting.withdraw(room.one.actor, publication.identifier, reason="not ours", at=day(2))
    approving.submit(room.one.actor, publication.identifier, at=day(2))
    approve(room, publication, at=day(2))
    assert publish_due(day(2)) == 1
    assert cve_ids.keep_promises(day(3)) == 1
    assert service.ids[number]["state"] == CveId.objects.get().state == "REJECTED"


def test_one_that_is_not_needed_is_rejected_and_one_that_is_waited_for_taken_back(service):
    room = make_room()
    cve_ids.reserve(room.one.actor, room.key, at=NOW)
    cve_ids.take_back(room.one.actor, room.key, at=NOW)
    assert cve_ids.keep_promises(NOW) == 0
    cve_ids.reserve(room.one.actor, room.key, at=NOW)
    cve_ids.keep_promises(NOW)
    number = CveId.objects.get().number or ""
    cve_ids.reject(room.one.actor, number, reason="it is no vulnerability", at=NOW)
    assert cve_ids.keep_promises(day(1)) == 1
    assert service.ids[number]["state"] == "REJECTED"
    cve_ids.reserve(room.one.actor, room.key, at=day(1))
    cve_ids.keep_promises(day(1))
    assert CveId.objects.get(case=room.case).number != number


def test_it_asks_the_database_as_often_for_many_identifiers_as_for_one(
    service, django_assert_num_queries
):
    rooms = [make_room() for _ in range(3)]
    for room in rooms:
        cve_ids.reserve(room.one.actor, room.key, at=NOW)
    assert cve_ids.keep_promises(NOW) == len(rooms)
    # All are reserved, and nothing is published: what is done each second asks once.
    with django_assert_num_queries(1):
        assert cve_ids.keep_promises(day(1)) == 0
