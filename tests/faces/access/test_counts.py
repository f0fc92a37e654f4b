"""Every number that somebody is shown is that of what they may read, counted one by one."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.desks.access.oracle import Reader
from tests.desks.access.world import NOW, World
from tests.faces.access import exposure_sentences as exposure
from tests.faces.access import sentences as may
from tests.faces.access.faces import Web, nothing_stays, signed_in
from tidegate.desks.cases.queries.unread import tally_of
from tidegate.desks.findings.queries.cases import CaseFilter, count_cases
from tidegate.desks.findings.queries.findings import FindingFilter, count_findings
from tidegate.desks.findings.states import Stage
from tidegate.desks.notices.queries.notices import count_unread
from tidegate.desks.parties.models import Person
from tidegate.desks.parties.queries.actors import actor_of


def readers(world: World) -> list[tuple[Person, Reader]]:
    return [(person, Reader(world, person)) for person in world.persons if person.is_active]


def asked(world: World, person: Person, path: str) -> Any:
    with nothing_stays():
        answer = signed_in(person, world.secrets[person.key]).ask(Web("GET", f"/api/v1{path}"), {})
    return json.loads(answer.text.rpartition("\n\n")[2])


def test_the_overview_counts_what_may_be_read(world: World):
    for person, reader in readers(world):
        told = asked(world, person, "/overview")
        findings = [one for one in world.findings if may.READ_FINDING(reader, one)]
        cases = [one for one in world.cases if may.READ_CASE(reader, one)]
        deliveries = [one for one in world.deliveries if may.READ_DELIVERY(reader, one)]
        nominations = [one for one in world.nominations if may.READ_RELATION(reader, one)]
        judged = [one for one in findings if one.stage == Stage.JUDGED]
        proven = [one for one in judged if one.verdict == "reproduced"]
        standing = [one for one in cases if may.is_standing(one)]
        assert told["totals"] == {
            "findings": len(findings),
            "deliveries": len(deliveries),
            "finders": len({one.finder_id for one in findings}),
            "cases": len(standing),
        }
        steps = {name: step["number"] for name, step in told["funnel"].items()}
        assert steps == {
            "received": len(findings),
            "with_proof": len(findings),
            "run": len(judged),
            "proven": len(proven),
            "cases": len(standing),
        }
        stuck = {name: one["number"] for name, one in told["stuck"].items()}
        assert stuck == {
            "set_aside": sum(one.stage == Stage.SET_ASIDE for one in findings),
            "inconclusive": sum(one.verdict == "inconclusive" for one in judged),
            "waiting_long": sum(one.stage == Stage.WAITING for one in findings),
            "unread": sum(one.state == "stored" for one in deliveries),
            "nominations": len(nominations),
        }
        days = told["series"]
        assert sum(day["received"] for day in days) == len(findings)
        assert sum(day["proven"] for day in days) == len(proven)
        assert sum(day["cases"] for day in days) == len(cases)


def test_lists_count_what_may_be_read(world: World):
    for person, reader in readers(world):
        actor = actor_of(person)
        findings = [one for one in world.findings if may.READ_FINDING(reader, one)]
        cases = [one for one in world.cases if may.READ_CASE(reader, one)]
        assert count_findings(actor).number == len(findings)
        assert count_cases(actor, CaseFilter(state="")).number == len(cases)
        notices = [one for one in world.notices if may.OWN_NOTICE(reader, one)]
        assert count_unread(actor, at=NOW) == len(notices)
        for finding in world.findings:
            # A narrowed list is counted as it is shown: nobody counts what is hidden.
            mark = finding.title.partition(" ")[0]
            found = count_findings(actor, FindingFilter(text=mark)).number
            assert found == may.READ_FINDING(reader, finding)
            by_severity = FindingFilter(severity="critical")
            grave = [one for one in findings if one.severity == 4]
            assert count_findings(actor, by_severity).number == len(grave)


def test_a_case_counts_the_messages_that_may_be_read(world: World):
    for person, reader in readers(world):
        for case in world.cases:
            if may.SEE_CASE(reader, case):
                of_it = (one for one in world.messages if one.coordination.case_id == case.pk)
                read = [one for one in of_it if may.READ_MESSAGE(reader, one)]
                assert tally_of(actor_of(person), case.key, at=NOW).all == len(read)


@pytest.mark.parametrize("limit", [25, 1])
def test_the_board_counts_the_cases_that_may_be_read_and_the_parties_that_are_seen(
    world: World, limit: int
):
    for person, reader in readers(world):
        columns = asked(world, person, f"/board?limit={limit}")["columns"]
        cases = [one for one in world.cases if may.READ_CASE(reader, one)]
        assert sum(one["count"] for one in columns) == sum(map(may.is_standing, cases))
        for card in (card for column in columns for card in column["cards"]):
            case = next(one for one in cases if one.key == card["key"])
            of_it = (one for one in world.participants if one.coordination.case_id == case.pk)
            seen = [one for one in of_it if not one.removed_at and may.READ_PARTY(reader, one)]
            assert card["parties"] == len(seen)
            assert card["joined"] == sum(one.joined_at is not None for one in seen)
            assert card["waiting"] == sum(one.invited_at is None for one in seen)


def test_an_organisation_counts_its_people_for_who_sees_it(world: World):
    for person, _ in readers(world):
        rows = asked(world, person, "/organisations?limit=200")["rows"]
        for row in rows:
            standing = [
                one
                for one in world.memberships
                if one.organisation.key == row["key"]
                and not (one.left_at or one.suspended_at)
                and one.person.is_active
            ]
            assert row["members"] == len(standing)


def test_an_operators_home_counts_what_may_be_read(world: World):
    for person, reader in readers(world):
        told = asked(world, person, "/exposures/home")
        assets = [one for one in world.assets if exposure.READ_ASSET(reader, one)]
        standing = [one for one in assets if exposure.stands(one)]
        open_ = [one for one in world.exposures if exposure.READ_EXPOSURE(reader, one)]
        excepted = {one.exposure_id for one in world.exceptions if one.exposure_id}
        notices = [one for one in world.change_notices if exposure.READ_NOTICE(reader, one)]
        assert (told["assets"], told["open"]) == (len(standing), len(open_))
        assert told["to_do"] == sum(one.pk not in excepted for one in open_)
        assert told["notices"] == sum(one.ended_at is None for one in notices)
        untold = told["untold"]
        assert untold["assets"] == untold["unplaced"] == untold["not_understood"] == len(standing)


def test_an_asset_counts_what_is_its_own(world: World):
    for person, reader in readers(world):
        rows = asked(world, person, "/assets?limit=200")["rows"]
        for row in rows:
            (asset,) = (one for one in world.assets if one.key == row["key"])
            assert exposure.READ_ASSET(reader, asset)
            of_it = [one for one in world.exposures if one.asset_id == asset.pk]
            assert (row["exposures"], row["installed"], row["unplaced"]) == (len(of_it), 1, 1)


def test_coordinators_count_every_operators_assets_and_name_none(world: World):
    for person, reader in readers(world):
        if not reader.reads_as_coordinator:
            continue
        told = asked(world, person, "/exposures/counts")
        standing = [one for one in world.assets if exposure.stands(one)]
        assert told["total"]["assets"] == len(standing)
        assert told["total"]["open"] == len(world.exposures)
        for row in told["organisations"]:
            own = [one for one in standing if one.organisation.key == row["organisation"]]
            assert row["assets"] == len(own)
