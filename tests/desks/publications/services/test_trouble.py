"""Whatever is wrong with one revision holds up that one alone, and is kept with it."""

from __future__ import annotations

import pytest
from django.db import DataError, OperationalError

from tests.desks.publications.repositories import held, make_repository
from tests.desks.publications.rooms import NOW, approved, day, make_room, published, working
from tidegate.desks.findings.services.refusals import NotPossibleError
from tidegate.desks.ledger.models import Entry
from tidegate.desks.publications.models import Distribution
from tidegate.desks.publications.queries.records import record_of
from tidegate.desks.publications.services import distributing, drafting, releasing
from tidegate.desks.publications.services.distributing import distribute
from tidegate.desks.publications.services.publishing import publish_due
from tidegate.engines.formats.advisories.record import record_data
from tidegate.engines.formats.documents import Fault
from tidegate.engines.matching.errors import AdvisoryError

pytestmark = pytest.mark.django_db


def fails_with(monkeypatch, where, name, error, publication):
    """Let a step fail for one publication, and go on as ever for the others."""
    real = getattr(where, name)

    def step(*given, **named):
        about = getattr(given[0], "identifier", "") or given[0].publication.identifier
        if about == publication.identifier:
            raise error
        return real(*given, **named)

    monkeypatch.setattr(where, name, step)


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (AdvisoryError(Fault("affected", "too long\0")), "too long\N{REPLACEMENT CHARACTER}"),
        (DataError("value too long: 'a secret title'"), "nobody foresaw (DataError)"),
        (OverflowError("date value out of range"), "nobody foresaw (OverflowError)"),
    ],
)
def test_one_that_cannot_go_out_lets_the_others_go(monkeypatch, caplog, error, said):
    bad, good = approved(make_room()), approved(make_room(package="other"))
    fails_with(monkeypatch, releasing, "_match", error, bad)
    assert publish_due(NOW) == publish_due(day(1)) + 1 == 1
    good.refresh_from_db()
    assert good.published_at == NOW
    why = working(bad).held_because
    assert said in why
    assert "secret title" not in why
    assert Entry.objects.filter(kind="publication-held").count() == 1
    if not isinstance(error, AdvisoryError):
        assert str(error) in caplog.text


def test_what_the_database_has_trouble_with_for_once_is_tried_again(monkeypatch):
    bad = approved(make_room())
    with monkeypatch.context() as patched:
        fails_with(patched, releasing, "_match", OperationalError("locked"), bad)
        assert publish_due(NOW) == 0
    assert working(bad).held_because == ""
    assert publish_due(NOW) == 1


@pytest.mark.usefixtures("own_home")
def test_one_that_cannot_be_distributed_lets_the_others_arrive(monkeypatch):
    make_repository(NOW)
    bad, good = published(make_room()), published(make_room(package="other"))
    fails_with(monkeypatch, distributing, "_document", ValueError("what is sealed"), bad)
    assert distribute(NOW) == 1
    assert list(held()) == [f"advisories/{good.identifier}.json"]
    reason = Distribution.objects.get(revision__publication=bad).reason
    assert "nobody foresaw (ValueError)" in reason
    assert "sealed" not in reason


@pytest.mark.parametrize(
    ("change", "match"),
    [
        ({"title": "\ud800"}, "title: holds"),
        ({"title": "a\0b"}, "title: holds"),
        ({"cve": "CVE-2026-" + "1" * 4000}, "cve: has 4,009 characters; write at most 30"),
        ({"discovered_at": "9999-12-31T23:59:59-12:00"}, "discovered_at: .* 1 to 9999"),
        (
            {
                "decisions": [
                    {
                        "table": "t",
                        "values": [],
                        "outcome": "o",
                        "at": "0001-01-01T00:00:00+14:00",
                    }
                ]
            },
            "decisions.0.at: .* 1 to 9999",
        ),
    ],
)
def test_what_could_never_go_out_is_refused_when_it_is_written(change, match):
    room = make_room()
    publication = drafting.begin(room.one.actor, room.key, at=NOW)
    said = {**record_data(record_of(working(publication))), **change}
    with pytest.raises(NotPossibleError, match=match):
        drafting.edit(room.one.actor, publication.identifier, said, edits=0, at=NOW)
    assert working(publication).edits == 0


def test_a_package_url_that_matching_does_not_take_is_refused_when_it_is_written():
    room = make_room()
    publication = drafting.begin(room.one.actor, room.key, at=NOW)
    said = record_data(record_of(working(publication)))
    said["products"][0]["purl"] = "pkg:npm/" + "a" * 5000
    with pytest.raises(NotPossibleError, match=r"products\.0\.purl"):
        drafting.edit(room.one.actor, publication.identifier, said, edits=0, at=NOW)
