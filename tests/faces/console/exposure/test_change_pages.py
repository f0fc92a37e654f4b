"""Changes to plan: an operator reads no cause, coordinators see no asset, each release counts."""

from __future__ import annotations

from datetime import timedelta
from html import escape

import pytest

from tests.faces.console.exposure.browsing import browser_of, local, page_at, said_at, said_by
from tests.faces.console.exposure.seeded_directives import HOSTILE, NOW, PRODUCT, World
from tidegate.desks.exposure.models import ChangeNotice

pytestmark = pytest.mark.django_db


def of_case(world: World, rest: str = "") -> str:
    return f"/cases/{world.case.key}/changes{rest}"


def form(world: World, **changed: object) -> dict[str, object]:
    return {
        "organisation": world.key("operator"),
        "product": "the gate control",
        "before": local(NOW + timedelta(days=6)),
        "severity": "critical",
        "words": "At night",
        **changed,
    }


@pytest.mark.parametrize("who", ["officer", "engineer", "auditor"])
def test_an_operator_reads_when_on_what_and_how_bad_and_never_of_which_case(
    asked: World, who: str
) -> None:
    person = getattr(asked, who)
    for address in ("/changes", f"/changes/{asked.notice.key}"):
        body = page_at(person, address)
        assert escape(PRODUCT) in body
        assert asked.case.key not in body
        assert "minimist" not in body
    told = said_at(person, f"/changes/{asked.notice.key}")
    assert f"web-1 {HOSTILE}" in told
    assert "A window of two hours is enough." in told
    assert "High" in told


def test_that_it_was_read_is_noted_the_first_time(asked: World) -> None:
    page_at(asked.chief, f"/changes/{asked.notice.key}")
    assert ChangeNotice.objects.get(pk=asked.notice.pk).read_at is None
    page_at(asked.engineer, f"/changes/{asked.notice.key}")
    first = ChangeNotice.objects.get(pk=asked.notice.pk).read_at
    assert first is not None
    page_at(asked.officer, f"/changes/{asked.notice.key}")
    assert ChangeNotice.objects.get(pk=asked.notice.pk).read_at == first
    assert "not yet" not in said_at(asked.chief, f"/changes/{asked.notice.key}")


@pytest.mark.parametrize("who", ["operator", "provider", "finder"])
def test_nobody_else_learns_that_there_is_one(asked: World, who: str) -> None:
    person = getattr(asked, who)
    assert asked.notice.key not in page_at(person, "/changes")
    said_at(person, f"/changes/{asked.notice.key}", status=404)
    answer = browser_of(person).post(f"/changes/{asked.notice.key}/withdraw")
    assert answer.status_code == 404


def test_coordinators_see_whom_it_concerns_in_numbers_and_no_asset(asked: World) -> None:
    for address in (of_case(asked), "/changes", f"/changes/{asked.notice.key}"):
        body = page_at(asked.coordinator, address)
        assert "web-1" not in body
        assert "shop team" not in body
    told = said_at(asked.coordinator, of_case(asked))
    assert "Tidal Grid" in told
    assert "Harbour Commission" in told
    assert asked.notice.key in told
    assert f'href="{of_case(asked)}"' in page_at(
        asked.coordinator, f"/cases/{asked.case.key}/coordination"
    )


@pytest.mark.parametrize("who", ["officer", "operator", "provider", "finder"])
def test_nobody_else_previews_or_releases(asked: World, who: str) -> None:
    browser = browser_of(getattr(asked, who))
    assert browser.get(of_case(asked)).status_code == 404
    assert browser.post(of_case(asked, "/release"), form(asked)).status_code == 404
    assert ChangeNotice.objects.count() == 1


def test_a_notice_is_released_to_those_who_are_ticked_and_withdrawn(asked: World) -> None:
    browser = browser_of(asked.coordinator)
    answer = browser.post(of_case(asked, "/release"), form(asked))
    assert answer.headers["Location"] == f"{of_case(asked)}?done=released"
    made = ChangeNotice.objects.get(organisation__key=asked.key("operator"))
    assert "the gate control" in said_at(asked.operator, "/changes")
    # The provider acts for that operator.
    assert "the gate control" in said_at(asked.provider, "/changes")
    browser.post(f"/changes/{made.key}/withdraw")
    made.refresh_from_db()
    assert made.ended_at
    assert "It is over" in said_at(asked.operator, f"/changes/{made.key}")


def test_a_release_to_nobody_or_with_a_day_that_is_over_is_refused_as_written(
    asked: World,
) -> None:
    browser = browser_of(asked.coordinator)
    nobody = browser.post(of_case(asked, "/release"), form(asked, organisation=[]))
    assert nobody.status_code == 422
    assert "tick the operators that are to be told" in said_by(nobody)
    over = browser.post(
        of_case(asked, "/release"), form(asked, before=local(NOW - timedelta(days=1)))
    )
    assert over.status_code == 409
    assert 'value="the gate control"' in over.content.decode()
    assert ChangeNotice.objects.count() == 1


def test_an_empty_list_says_that_this_means_nothing(asked: World) -> None:
    assert "Nothing here means that none waits" in said_at(asked.operator, "/changes")
