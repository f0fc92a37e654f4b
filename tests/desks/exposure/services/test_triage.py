"""Evidence is logged and never changed; triage is decided, and decided anew."""

from __future__ import annotations

import csv
import io

import pytest

from tests.desks.exposure.rooms import NOW, day, make_operator, make_other
from tests.desks.exposure.sources import catalogue, decided, exposed, listed, running
from tidegate.desks.access.refusals import NotFoundError
from tidegate.desks.access.words import OrganisationKind
from tidegate.desks.exposure.queries.exposures import Step, exposure_page
from tidegate.desks.exposure.queries.triage import triage_log, triage_page
from tidegate.desks.exposure.services.triage import collect, decide_triage, take_back_item
from tidegate.desks.findings.services.refusals import NotPossibleError

pytestmark = pytest.mark.django_db


@pytest.fixture
def room():
    return make_operator(scope="fceb")


@pytest.fixture
def exposure(room):
    """Row 9: an internal asset, listed, automatable, total."""
    catalogue()
    made = exposed(room, exposed="no")
    decided("CVE-2026-1")
    listed("CVE-2026-1")
    return made


def log(room, exposure, item="memory image", at=NOW, **more):
    return collect(room.actor, exposure.key, item, "web-1", at, "A. Nalyst", at=at, **more)


def test_the_steps_come_with_their_hours_and_in_their_order(room, exposure):
    triage = triage_page(room.actor, exposure.key, at=day(2))
    assert (triage.is_due, triage.is_open) == (True, True)
    assert [one.step for one in triage.steps] == [
        "scope",
        "collect",
        "patch",
        "contain",
        "analyse",
        "decide",
    ]
    collecting = triage.steps[1]
    assert (collecting.due_at, collecting.is_done, collecting.is_over) == (day(1), False, True)
    assert triage.steps[2].after == "collect"
    assert exposure_page(room.actor, exposure.key, at=NOW).to_do[0].step is Step.TRIAGE


def test_a_line_is_taken_back_and_stays(room, exposure):
    log(room, exposure, "wrong")
    log(room, exposure, sha256="AB" * 32)
    take_back_item(room.actor, exposure.key, 1, at=day(1))
    items = triage_page(room.actor, exposure.key, at=day(1)).items
    assert [(one.number, one.item, one.taken_back_at) for one in items] == [
        (1, "wrong", day(1)),
        (2, "memory image", None),
    ]
    assert items[1].sha256 == "ab" * 32
    with pytest.raises(NotPossibleError, match="already"):
        take_back_item(room.actor, exposure.key, 1, at=day(2))
    with pytest.raises(NotPossibleError, match="no line 3"):
        take_back_item(room.actor, exposure.key, 3, at=day(2))


def test_a_decision_is_replaced_and_stays_and_closes_the_triage(room, exposure):
    def decide(outcome, at, **more):
        decide_triage(room.actor, exposure.key, outcome, "seen", decided_at=at, at=at, **more)

    decide("suspected", day(1))
    decide("confirmed", day(2))
    triage = triage_page(room.actor, exposure.key, at=day(2))
    assert [one.outcome for one in triage.decisions] == ["confirmed", "suspected"]
    assert (triage.decisions[0].is_to_report, triage.is_open) == (True, False)
    decide("confirmed", day(3), reported_at=day(3))
    assert not triage_page(room.actor, exposure.key, at=day(3)).decisions[0].is_to_report
    with pytest.raises(NotPossibleError, match="once it is confirmed"):
        decide("no-evidence", day(4), reported_at=day(4))


def test_what_comes_back_is_looked_at_anew(room, exposure):
    log(room, exposure)
    decide_triage(room.actor, exposure.key, "no-evidence", "none", decided_at=NOW, at=NOW)
    running(exposure.asset, at=day(1))
    running(exposure.asset, ("web", "1.5"), at=day(40))
    triage = triage_page(room.actor, exposure.key, at=day(40))
    assert (triage.is_open, triage.steps[1].is_done, len(triage.items)) == (True, False, 1)


def test_the_log_is_csv_that_no_spreadsheet_calculates(room, exposure):
    log(room, exposure, '=HYPERLINK("x")')
    raw = triage_log(room.actor, exposure.key, at=NOW).decode()
    heading, row = csv.reader(io.StringIO(raw))
    told = dict(zip(heading, row, strict=True))
    assert told["item"] == '\'=HYPERLINK("x")'
    assert (told["system"], told["collector"]) == ("web-1", "A. Nalyst")
    assert told["collected_at"] == "2026-12-10T12:00:00Z"


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"item": " "}, "what was collected is missing"),
        ({"sha256": "ab"}, "64 hexadecimal digits"),
    ],
)
def test_a_line_that_cannot_be_kept_names_the_mend(room, exposure, more, words):
    with pytest.raises(NotPossibleError, match=words):
        log(room, exposure, **more)
    with pytest.raises(NotPossibleError, match="has not come yet"):
        collect(room.actor, exposure.key, "x", "y", day(1), "z", at=NOW)


def test_nobody_else_reads_the_log(room, exposure):
    log(room, exposure)
    for stranger in (make_operator(), make_other(OrganisationKind.COORDINATOR)):
        with pytest.raises(NotFoundError):
            triage_log(stranger.actor, exposure.key, at=NOW)
