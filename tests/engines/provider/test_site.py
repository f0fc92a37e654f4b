"""What lies in the public folder after documents were published."""

from __future__ import annotations

import hashlib
import json
import random
import zipfile
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from tests.engines.provider.publishing import (
    BASE,
    FIRST,
    PUBLISHER,
    PlainSigner,
    documents,
    named,
    relabelled,
)
from tidegate.engines.provider.documents import Label, SiteError, Version
from tidegate.engines.provider.site import Site
from tidegate.engines.provider.writing import work_folder

WHITE = "csaf/v2.0/white"
CLEAR = "csaf/v2.1/clear"
FEED = f"{WHITE}/csaf-feed-tlp-white.json"
LATER = FIRST + timedelta(days=60)


def site(folder: Path, **given: Any) -> Site:
    return Site(folder / "public", BASE, PUBLISHER, PlainSigner(), **given)


def feed(folder: Path, name: str = FEED) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((folder / "public" / name).read_bytes())["feed"]
    return loaded


def everything_fed(folder: Path, name: str = FEED) -> set[str]:
    """The ids of a feed and of what it leads to by `next`."""
    found: set[str] = set()
    here = name
    while here:
        page = feed(folder, here)
        found |= {entry["id"] for entry in page["entry"]}
        links = {link["rel"]: link["href"] for link in page["link"]}
        here = links.get("next", "").removeprefix(f"{BASE}/")
    return found


def files(folder: Path) -> dict[str, bytes]:
    root = folder / "public"
    return {
        str(path.relative_to(root)): path.read_bytes() for path in root.rglob("*") if path.is_file()
    }


def test_a_document_lies_in_the_year_of_its_first_release_with_hashes_beside_it(tmp_path: Path):
    one = documents(1)
    site(tmp_path).put([one], FIRST)
    here = tmp_path / "public" / WHITE / "2026/tg-2026-00000001.json"
    assert here.read_bytes() == one.csaf20
    for kind in ("sha256", "sha512"):
        said = here.with_name(f"{here.name}.{kind}").read_text()
        assert said == f"{hashlib.new(kind, one.csaf20).hexdigest()}  {here.name}\n"
    assert (tmp_path / "public" / CLEAR / "2026/tg-2026-00000001.json").read_bytes() == one.csaf21


def test_both_lists_name_every_document_and_quote_as_their_version_says(tmp_path: Path):
    site(tmp_path).put([documents(number) for number in (3, 1, 2)], FIRST)
    names = [f"2026/{named(number).lower()}.json" for number in (3, 1, 2)]
    root = tmp_path / "public"
    assert (root / WHITE / "index.txt").read_text().split() == names
    assert (root / WHITE / "changes.csv").read_text().splitlines()[0] == (
        '"2026/tg-2026-00000003.json","2026-11-02T12:30:00Z"'
    )
    assert (root / CLEAR / "changes.csv").read_text().splitlines() == [
        "2026/tg-2026-00000003.json,2026-11-02T12:30:00Z",
        "2026/tg-2026-00000002.json,2026-11-02T11:30:00Z",
        "2026/tg-2026-00000001.json,2026-11-02T10:30:00Z",
    ]


def test_a_revision_takes_the_place_of_the_document_and_comes_first(tmp_path: Path):
    here = site(tmp_path)
    here.put([documents(1), documents(2)], FIRST)
    here.put([documents(1, revised=LATER, title="Corrected")], LATER)
    root = tmp_path / "public"
    assert len((root / WHITE / "index.txt").read_text().split()) == 2
    assert (root / WHITE / "changes.csv").read_text().startswith('"2026/tg-2026-00000001.json"')
    assert [entry["title"] for entry in feed(tmp_path)["entry"]] == [
        "Corrected",
        "Prototype pollution in minimist",
    ]


def test_an_older_revision_never_replaces_a_newer_one(tmp_path: Path):
    here = site(tmp_path)
    here.put([documents(1, revised=LATER)], LATER)
    before = files(tmp_path)
    with pytest.raises(SiteError, match="a correction is a later revision"):
        here.put([documents(2), documents(1)], LATER)
    assert files(tmp_path) == before


@pytest.mark.parametrize("label", [Label.AMBER, Label.AMBER_STRICT, Label.RED, Label.GREEN])
def test_what_is_not_for_everybody_never_lies_in_public(tmp_path: Path, label: Label):
    here = site(tmp_path)
    with pytest.raises(SiteError, match="never lies in the public folder"):
        here.put([documents(2), documents(1, label=label)], FIRST)
    assert not (tmp_path / "public").exists()


@pytest.mark.parametrize("label", [Label.AMBER, Label.AMBER_STRICT, Label.RED])
def test_a_label_that_the_document_itself_denies_is_refused(tmp_path: Path, label: Label):
    closed = relabelled(documents(1), label)
    for lying in (
        replace(closed, label=Label.CLEAR),
        replace(documents(1), csaf21=closed.csaf21),
    ):
        with pytest.raises(SiteError, match=r"document says '(AMBER|RED)"):
            site(tmp_path).put([lying], FIRST)


def test_green_lies_in_a_tree_of_its_own_and_moves_when_it_is_cleared(tmp_path: Path):
    here = site(tmp_path, green_is_public=True)
    here.put([documents(1, label=Label.GREEN), documents(2)], FIRST)
    root = tmp_path / "public"
    assert (root / "csaf/v2.0/green/2026/tg-2026-00000001.json").is_file()
    assert everything_fed(tmp_path) == {named(2)}
    here.put([documents(1, revised=LATER)], LATER)
    assert not (root / "csaf/v2.0/green/2026/tg-2026-00000001.json").exists()
    assert (root / "csaf/v2.0/green/index.txt").read_text() == ""
    assert everything_fed(tmp_path, "csaf/v2.0/green/csaf-feed-tlp-green.json") == set()
    assert everything_fed(tmp_path) == {named(1), named(2)}


def test_a_long_feed_is_cut_and_the_first_file_has_what_changed_last(tmp_path: Path):
    here = site(tmp_path, page=3)
    for number in range(1, 9):
        here.put([documents(number)], FIRST)
    here.put([documents(2, revised=LATER)], LATER)
    assert [entry["id"] for entry in feed(tmp_path)["entry"]] == [named(2), named(8), named(7)]
    assert everything_fed(tmp_path) == {named(number) for number in range(1, 9)}
    metadata = json.loads(
        (tmp_path / "public/.well-known/csaf/provider-metadata.json").read_bytes()
    )
    urls = [one["url"] for one in metadata["distributions"][1]["rolie"]["feeds"]]
    assert [url.rpartition("/")[2] for url in urls] == [
        "csaf-feed-tlp-white.json",
        "csaf-feed-tlp-white-2026-3.json",
        "csaf-feed-tlp-white-2026-2.json",
        "csaf-feed-tlp-white-2026-1.json",
    ]


def test_one_more_document_rewrites_one_part_of_the_feed_and_no_document(tmp_path: Path):
    here = site(tmp_path, page=3)
    here.put([documents(number) for number in range(1, 9)], FIRST)
    before = {name: (tmp_path / "public" / name).stat().st_mtime_ns for name in files(tmp_path)}
    here.put([documents(9)], LATER)
    changed = {
        name for name, at in before.items() if (tmp_path / "public" / name).stat().st_mtime_ns != at
    }
    assert {name for name in changed if name.startswith(WHITE)} == {
        f"{WHITE}/index.txt",
        f"{WHITE}/changes.csv",
        FEED,
        f"{WHITE}/csaf-feed-tlp-white-2026-3.json",
    }


@settings(
    max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(seed=st.integers(0, 2**32), page=st.integers(1, 5))
def test_however_it_came_about_a_folder_lists_the_same_as_one_built_anew(
    tmp_path_factory: pytest.TempPathFactory, seed: int, page: int
):
    dice = random.Random(seed)
    folder = tmp_path_factory.mktemp("site")
    here = site(folder, page=page)
    newest: dict[int, Any] = {}
    for step in range(dice.randint(1, 6)):
        at = LATER + timedelta(hours=step)
        batch = {}
        for number in dice.sample(range(1, 9), dice.randint(1, 3)):
            released = FIRST.replace(year=dice.choice([2025, 2026]))
            if number in newest:
                released = newest[number].published_at - timedelta(hours=number)
            batch[number] = documents(number, released=released, revised=at)
        newest |= batch
        here.put(list(batch.values()), at)
    grown = {
        name: everything_fed(folder, name) for name in (FEED, f"{CLEAR}/csaf-feed-tlp-clear.json")
    }
    assert set(grown.values().__iter__().__next__()) == {named(number) for number in newest}
    lists = {name: raw for name, raw in files(folder).items() if name.endswith(("csv", "zip"))}
    index = {name: sorted(raw.split()) for name, raw in files(folder).items() if "index" in name}
    here.rebuild(newest.values(), LATER)
    assert {name: everything_fed(folder, name) for name in grown} == grown
    assert {name: raw for name, raw in files(folder).items() if name in lists} == lists
    assert {
        name: sorted(raw.split()) for name, raw in files(folder).items() if "index" in name
    } == index


def test_a_withdrawal_stays_and_says_so_everywhere(tmp_path: Path):
    here = site(tmp_path)
    here.put([documents(1), documents(2)], FIRST)
    here.withdraw([documents(1, revised=LATER, withdrawn_at=LATER)], LATER)
    assert feed(tmp_path)["entry"][0]["title"] == "Withdrawn: Prototype pollution in minimist"
    root = tmp_path / "public"
    assert json.loads((root / "osv/npm/TG-2026-00000001.json").read_bytes())["withdrawn"]
    assert b"Withdrawn: Prototype" in (root / "advisories/feed.atom").read_bytes()
    assert (root / WHITE / "2026/tg-2026-00000001.json").is_file()


def test_only_what_was_published_can_be_withdrawn(tmp_path: Path):
    here = site(tmp_path)
    here.put([documents(1)], FIRST)
    with pytest.raises(SiteError, match="never published here"):
        here.withdraw([documents(2, revised=LATER, withdrawn_at=LATER)], LATER)
    with pytest.raises(SiteError, match="does not say when"):
        here.withdraw([documents(1, revised=LATER)], LATER)


def test_nothing_published_vanishes_by_building_anew(tmp_path: Path):
    here = site(tmp_path)
    here.put([documents(1), documents(2)], FIRST)
    before = files(tmp_path)
    with pytest.raises(SiteError, match="would vanish"):
        here.rebuild([documents(1)], LATER)
    assert files(tmp_path) == before
    here.rebuild([documents(1)], LATER, may_vanish=True)
    assert not [name for name in files(tmp_path) if "00000002" in name]


def test_a_folder_of_another_address_is_not_mixed(tmp_path: Path):
    site(tmp_path).put([documents(1)], FIRST)
    other = Site(tmp_path / "public", "https://other.example", PUBLISHER, PlainSigner())
    with pytest.raises(SiteError, match="rebuild it"):
        other.put([documents(2)], FIRST)
    other.rebuild([documents(1), documents(2)], FIRST)
    assert not [raw for raw in files(tmp_path).values() if b"https://gate.example.org/csaf" in raw]


def test_the_same_again_changes_no_document_and_signs_nothing(tmp_path: Path):
    signer = PlainSigner()
    here = Site(tmp_path / "public", BASE, PUBLISHER, signer)
    here.put([documents(1)], FIRST)
    before, made = files(tmp_path), signer.made
    here.put([documents(1)], FIRST)
    assert (files(tmp_path), signer.made) == (before, made)


def test_an_empty_provider_is_whole(tmp_path: Path):
    site(tmp_path).put([], FIRST)
    assert feed(tmp_path)["entry"] == []
    assert (tmp_path / "public" / WHITE / "index.txt").read_text() == ""


def test_an_advisory_without_csaf_21_or_osv_is_in_the_others(tmp_path: Path):
    site(tmp_path).put([replace(documents(1, with_21=False), osv=None)], FIRST)
    assert everything_fed(tmp_path) == {named(1)}
    assert everything_fed(tmp_path, f"{CLEAR}/csaf-feed-tlp-clear.json") == set()
    assert not (tmp_path / "public/osv").exists()


@pytest.mark.parametrize("identifier", ["../TG", "TG/1", ".TG", "", "TG\n", "TG.1"])
def test_an_identifier_that_is_no_name_of_a_file_is_refused(tmp_path: Path, identifier: str):
    with pytest.raises(SiteError, match="cannot be the name of a file"):
        site(tmp_path).put([replace(documents(1), identifier=identifier)], FIRST)


@pytest.mark.parametrize("ecosystem", ["../../etc", "a/b", ".npm", "npm\n"])
def test_an_ecosystem_that_leads_elsewhere_is_refused(tmp_path: Path, ecosystem: str):
    with pytest.raises(SiteError, match="is no ecosystem"):
        site(tmp_path).put([documents(1, ecosystem=ecosystem)], FIRST)


def test_documents_of_two_advisories_are_not_published_as_one(tmp_path: Path):
    with pytest.raises(SiteError, match=r"its CSAF 2\.1 document is of"):
        site(tmp_path).put([replace(documents(1), csaf21=documents(2).csaf21)], FIRST)
    with pytest.raises(SiteError, match="its OSV record is of"):
        site(tmp_path).put([replace(documents(1), osv=documents(2).osv)], FIRST)
    with pytest.raises(SiteError, match="there twice"):
        site(tmp_path).put([documents(1), documents(1)], FIRST)


def test_the_osv_archive_is_laid_out_as_its_readers_expect(tmp_path: Path):
    here = site(tmp_path)
    here.put([documents(1), documents(2, ecosystem="Debian:12")], FIRST)
    here.put([documents(3)], FIRST)
    root = tmp_path / "public/osv"
    assert (root / "ecosystems.txt").read_text() == "Debian\nnpm\n"
    assert (root / "modified_id.csv").read_text().splitlines() == [
        "2026-11-02T12:30:00Z,npm/TG-2026-00000003",
        "2026-11-02T11:30:00Z,Debian/TG-2026-00000002",
        "2026-11-02T10:30:00Z,npm/TG-2026-00000001",
    ]
    with zipfile.ZipFile(root / "npm/all.zip") as archive:
        assert archive.testzip() is None
        assert archive.namelist() == ["TG-2026-00000001.json", "TG-2026-00000003.json"]
        assert archive.read("TG-2026-00000003.json") == documents(3).osv


def test_the_atom_feed_has_the_latest_first_and_survives_strange_titles(tmp_path: Path):
    here = site(tmp_path)
    here.put([documents(1), documents(2, title="<b>&\x0b]]>")], FIRST)
    feed = etree.fromstring((tmp_path / "public/advisories/feed.atom").read_bytes())
    titles = [str(one.text) for one in feed.iterfind(".//{*}entry/{*}title")]
    assert titles == [f"{named(2)}: <b>& ]]>", f"{named(1)}: Prototype pollution in minimist"]


def test_metadata_of_20_lies_at_the_well_known_address_and_at_its_own(tmp_path: Path):
    site(tmp_path).put([documents(1)], FIRST)
    root = tmp_path / "public/.well-known/csaf"
    at_root = (root / "provider-metadata.json").read_bytes()
    assert at_root == (root / "v2.0/provider-metadata.json").read_bytes()
    of_21 = json.loads((root / "v2.1/provider-metadata.json").read_bytes())
    assert of_21["metadata_version"] == Version.V21
    assert of_21["distributions"][0]["directory"] == {
        "tlp_label": "CLEAR",
        "url": f"{BASE}/{CLEAR}/",
    }


def test_nothing_that_is_being_prepared_lies_where_it_is_served(tmp_path: Path):
    here = site(tmp_path)
    here.put([documents(1)], FIRST)
    work = work_folder(tmp_path / "public")
    assert work.stat().st_mode & 0o077 == 0
    assert not [name for name in files(tmp_path) if "lock" in name or "journal" in name]
