"""The inbox and the board over the API."""

from __future__ import annotations

import pytest

from tests.desks.cases.makers import make_proven_case
from tests.faces.api.conftest import problem
from tests.faces.api.programs import World, ahead, invite, make_world

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.faces.api.urls")]


@pytest.fixture
def world() -> World:
    return make_world()


def test_an_inbox_says_what_waits_and_not_what_it_is_about(world: World) -> None:
    assert world.vendor.told("/inbox")["rows"] == []
    (row,) = world.coordinator.told("/inbox")["rows"]
    assert (row["what"], row["case"]) == ("coordination", world.case.key)
    path = world.opened()
    world.coordinator.does(f"{path}/embargo", {"ends_at": ahead(30)}, 201)
    invite(world.coordinator, path, world.vendor)
    (row,) = world.vendor.told("/inbox")["rows"]
    assert (row["what"], row["case"], row["title"]) == ("invitation", world.case.key, "")
    assert row["organisation"] == world.vendor.key
    assert world.other_vendor.told("/inbox")["rows"] == []


def test_the_board_shows_each_their_own_cases(world: World) -> None:
    cases = [make_proven_case() for _ in range(3)]
    path = world.secret()
    columns = {one["name"]: one for one in world.coordinator.told("/board?limit=2")["columns"]}
    assert [card["key"] for card in columns["active"]["cards"]] == [path.removeprefix("/cases/")]
    assert columns["active"]["cards"][0]["parties"] == 2
    waiting = columns["uncoordinated"]
    assert (waiting["count"], len(waiting["cards"])) == (3, 2)
    rest = world.coordinator.told(waiting["next"])
    assert (len(rest["cards"]), rest["next"]) == (1, None)
    shown = {card["key"] for card in (*waiting["cards"], *rest["cards"])}
    assert shown == {case.key for case in cases}
    theirs = world.vendor.told("/board")["columns"]
    assert {one["name"]: one["count"] for one in theirs if one["count"]} == {"active": 1}
    assert sum(one["count"] for one in world.other_vendor.told("/board")["columns"]) == 0


def test_a_column_that_is_none_and_bounds_are_named(world: World) -> None:
    problem(world.coordinator.get("/board/lost"), 400, "bad-question")
    for wrong in ("limit=0", "limit=201", "after=-1", "after=10001"):
        problem(world.coordinator.get(f"/board/active?{wrong}"), 422, "not-valid")
