"""Tables: every row of one stands in its tree, the address decides, and own ones are one's own."""

from __future__ import annotations

import json
import re
from importlib import resources

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from tests.faces.console.exposure.browsing import browser_of, page_at, said_at, said_by
from tests.faces.console.exposure.seeded_directives import World
from tidegate.engines.rules import shipped_table

pytestmark = pytest.mark.django_db

BOD = "/tables/cisa-bod-26-04"
ROW_9 = "in_kev=yes&publicly_exposed=no&automatable=yes&technical_impact=total"


def own_table(title: str = "Ours") -> SimpleUploadedFile:
    """Return a decision table of one's own, as a file."""
    folder = resources.files("tidegate.engines.rules") / "shipped"
    place = next(
        one
        for one in folder.rglob("*.json")  # type: ignore[attr-defined]
        if "coordinator" in one.name
    )
    written = json.loads(place.read_text("utf-8"))
    written |= {"name": title, "namespace": "x_org.example#ours", "key": "OURS"}
    return SimpleUploadedFile("ours.json", json.dumps(written).encode())


def test_each_row_has_its_place_in_the_tree_with_the_directives_number(asked: World) -> None:
    body = page_at(asked.engineer, BOD)
    numbers = [int(one) for one in re.findall(r'id="row-(\d+)"', body)]
    assert sorted(numbers) == list(range(1, 17))
    table = shipped_table("cisa-bod-26-04")
    assert body.count('class="tree__end ') == len(table.rows)
    assert "sha256" in body
    assert table.sha256 in body


def test_the_address_decides_and_marks_the_row_and_its_way(asked: World) -> None:
    body = page_at(asked.engineer, f"{BOD}?{ROW_9}")
    assert "3 days &amp; forensic investigation" in body
    assert 'href="#row-9">Row 9</a>' in body
    marked = re.findall(r'class="tree__node tree__node--on"(?: id="(row-\d+)")?', body)
    assert [one for one in marked if one] == ["row-9"]
    assert len(marked) == 4
    assert "tree__node--on" not in page_at(asked.engineer, BOD)


def test_with_a_day_it_says_by_when_and_why(asked: World) -> None:
    asks = f"{ROW_9}&listed_on=2026-11-20&scope=fceb&zone=America/New_York"
    told = said_at(asked.engineer, f"{BOD}?{asks}")
    assert "23 Nov 2026 , counted whole in America/New_York" in told
    assert "24 Nov 2026, 05:00 UTC" in told
    assert "binds from 2026-12-07" in told


def test_what_is_not_known_of_a_listed_one_is_undetermined(asked: World) -> None:
    told = said_at(asked.engineer, f"{BOD}?in_kev=yes&publicly_exposed=no")
    assert "Undetermined" in told
    assert "Rows that remain possible" in told


def test_a_word_that_is_none_of_the_tables_is_refused_with_those_that_are(asked: World) -> None:
    for asks in ("in_kev=perhaps", f"{ROW_9}&listed_on=soon", f"{ROW_9}&listed_on=9999-12-31"):
        assert "It cannot be told." in said_at(asked.engineer, f"{BOD}?{asks}", status=422)
    wrong = f"{ROW_9}&listed_on=2026-11-20&zone=Moon&scope=fceb"
    assert "no time zone" in said_at(asked.engineer, f"{BOD}?{wrong}", status=422)
    assert "one of" in said_at(asked.engineer, f"{BOD}?in_kev=perhaps", status=422)
    empty = f"{ROW_9}&listed_on=2026-11-20&scope=nss"
    assert "choose another scope" in said_at(asked.engineer, f"{BOD}?{empty}", status=422)


def test_a_table_that_no_policy_set_reads_wants_every_value(asked: World) -> None:
    table = shipped_table("cisa-coordinator")
    first, *_ = table.points
    address = f"/tables/cisa-coordinator?{first.word}={first.words[0]}"
    assert "needs" in said_at(asked.engineer, address, status=422)
    all_of_them = "&".join(f"{point.word}={point.words[0]}" for point in table.points)
    told = said_at(asked.engineer, f"/tables/cisa-coordinator?{all_of_them}")
    assert "of the table's mapping" in told


def test_an_own_table_is_seen_by_its_organisation_and_nobody_else(asked: World) -> None:
    key = asked.key("officer")
    settings = f"/organisation/{key}/operating"
    answer = browser_of(asked.officer).post(f"{settings}/table", {"document": own_table()})
    assert answer.headers["Location"] == f"{settings}?done=table"
    listed = page_at(asked.auditor, "/tables")
    address = re.search(rf'href="(/tables/[^"]+\?organisation={key})"', listed)
    assert address is not None
    assert "Harbour Commission" in said_at(asked.auditor, address.group(1))
    for who in ("operator", "coordinator", "chief"):
        person = getattr(asked, who)
        assert "Harbour Commission" not in page_at(person, "/tables")
        said_at(person, address.group(1), status=404)


def test_an_own_table_that_is_none_is_refused_beside_its_form(asked: World) -> None:
    address = f"/organisation/{asked.key('officer')}/operating/table"
    wrong = SimpleUploadedFile("ours.json", b'{"a": 1}')
    answer = browser_of(asked.officer).post(address, {"document": wrong})
    assert answer.status_code == 409
    assert "ours.json" in said_by(answer)
