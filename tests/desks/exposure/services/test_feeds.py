"""A good edition comes in whole, a bad one not at all; what is said keeps its source and time."""

from __future__ import annotations

import gzip
import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.desks.exposure.published import (
    VECTOR,
    about,
    catalogue,
    decided,
    epss,
    exposed,
    jsonl,
    kev_entry,
    listed,
    records,
    said,
    taken,
    written,
)
from tests.desks.exposure.rooms import (
    NOW,
    day,
    install,
    make_asset,
    make_coordinate,
    make_operator,
    make_other,
)
from tidegate.desks.access.actors import HOUSE, OWNER
from tidegate.desks.access.refusals import NotFoundError
from tidegate.desks.access.words import OrganisationKind
from tidegate.desks.exposure.models import (
    Advisory,
    Assertion,
    Deadline,
    Edition,
    Exposure,
    FeedState,
    Vulnerability,
)
from tidegate.desks.exposure.services import contents, feeds, matching
from tidegate.desks.exposure.services.feeds import Outcome, Progress
from tidegate.desks.exposure.services.staging import Staging
from tidegate.desks.findings.services.refusals import NotPossibleError
from tidegate.desks.ledger.models import Entry
from tidegate.engines.feeds import FEEDS, read_edition

pytestmark = pytest.mark.django_db

ONE, TWO, THREE = "CVE-2026-1001", "CVE-2026-1002", "CVE-2026-1003"


def kinds() -> list[str]:
    return list(Entry.objects.order_by("index").values_list("kind", flat=True))


def web_server(scope: str = "fceb", **columns: Any):
    """Make an asset on which the npm package `web` 1.5.0 is installed."""
    asset = make_asset(make_operator(scope=scope), **columns)
    install(asset, make_coordinate("npm", "web", "1.5.0"))
    matching.match_asset(asset, at=NOW)
    return asset


def test_an_edition_is_taken_counts_and_is_on_record(tmp_path: Path):
    done = taken("kev", catalogue(tmp_path, ONE, TWO))
    assert (done.outcome, done.records, done.vulnerabilities) == (Outcome.TAKEN, 2, 2)
    edition = FeedState.objects.get(name="kev").edition
    assert edition is not None
    assert (edition.outcome, edition.version, edition.records) == ("taken", "2026.12.08", 2)
    assert edition.came_from == str(tmp_path / "kev-8.json")
    entry = Entry.objects.get()
    assert entry.kind == "feed-taken"
    assert (entry.said["feed"], entry.said["sha256"]) == ("kev", edition.sha256)


def test_who_does_not_run_the_instance_takes_and_follows_nothing(tmp_path: Path):
    path = str(catalogue(tmp_path, ONE))
    for actor in (make_operator().actor, make_other(OrganisationKind.VENDOR).actor):
        with pytest.raises(NotFoundError):
            feeds.take(actor, "kev", path, at=NOW)
        with pytest.raises(NotFoundError):
            feeds.follow(actor, "kev", is_followed=True, at=NOW)
    assert not FeedState.objects.exists()


def test_a_file_of_this_machine_is_named_by_its_owner_alone(tmp_path: Path):
    """Else an administrator from afar would learn which files there are."""
    coordinator = make_other(OrganisationKind.COORDINATOR).actor
    for path in (str(catalogue(tmp_path, ONE)), "/etc/shadow", str(tmp_path / "none")):
        with pytest.raises(NotPossibleError, match="runs commands on it alone"):
            feeds.take(coordinator, "kev", path, at=NOW)
        with pytest.raises(NotPossibleError, match="runs commands on it alone"):
            feeds.follow(coordinator, "kev", place=path, is_followed=True, at=NOW)


def test_what_cannot_be_had_from_a_place_is_said_with_the_mend(tmp_path: Path):
    for feed, place, words in (
        ("kve", "", "no feed 'kve'; there are kev, epss"),
        ("kev", str(tmp_path / "none.json"), "name the file of kev"),
        ("kev", str(tmp_path), "name the file"),
        ("kev", "ftp://example.org/kev.json", "write https"),
    ):
        with pytest.raises(NotPossibleError, match=words):
            feeds.take(OWNER, feed, place, at=NOW)
    assert not Edition.objects.exists()
    assert kinds() == []


def test_a_folder_of_feeds_is_looked_through_by_their_names(tmp_path: Path):
    catalogue(tmp_path, ONE).rename(tmp_path / "kev.json")
    records(tmp_path, about("GHSA-aaaa-bbbb-cccc"), name="osv-npm.jsonl")
    assert taken("kev", tmp_path).outcome is Outcome.TAKEN
    assert taken("osv-npm", tmp_path).outcome is Outcome.TAKEN


def test_the_same_edition_again_is_confirmed_and_changes_nothing(tmp_path: Path):
    path = catalogue(tmp_path, ONE)
    feeds.follow(OWNER, "kev", place=str(path), is_followed=True, at=NOW)
    taken("kev", path)
    before = list(Assertion.objects.values())
    again = taken("kev", path, at=day(1))
    assert again.outcome is Outcome.NOT_NEW
    state = FeedState.objects.get(name="kev")
    assert (state.checked_at, state.confirmed_at) == (day(1), day(1))
    assert list(Assertion.objects.values()) == before
    assert Edition.objects.count() == 1
    assert kinds().count("feed-taken") == 1


@pytest.mark.parametrize(
    "bad",
    [
        pytest.param(lambda to: catalogue(to, ONE, day=9), id="shrunk-by-half"),
        pytest.param(lambda to: catalogue(to, ONE, TWO, THREE, day=7), id="back-in-time"),
        pytest.param(
            lambda to: catalogue(
                to, ONE, TWO, THREE, day=9, entries=({**kev_entry("CVE-2026-1004"), "dueDate": 1},)
            ),
            id="broken-schema",
        ),
        pytest.param(lambda to: written(to / "kev-9.json", b'{"title"'), id="cut-short"),
        pytest.param(
            lambda to: written(
                to / "kev-9.json",
                catalogue(to, ONE, TWO, THREE, day=9)
                .read_bytes()
                .replace(b'"count": 3', b'"count": 4'),
            ),
            id="not-all-of-it",
        ),
    ],
)
def test_nothing_of_a_refused_edition_is_kept_but_why(tmp_path: Path, bad):
    asset = web_server()
    taken("osv-npm", records(tmp_path, about("GHSA-aaaa-bbbb-cccc", aliases=[ONE])))
    taken("kev", catalogue(tmp_path, ONE, TWO))
    before = world()
    refused = taken("kev", bad(tmp_path), at=day(1))
    assert refused.outcome is Outcome.REFUSED
    assert world() == before
    counting = FeedState.objects.get(name="kev").edition
    assert counting is not None
    assert counting.version == "2026.12.08"
    row = Edition.objects.get(outcome="refused")
    assert row.words == refused.words
    assert kinds()[-1] == "feed-refused"
    assert Exposure.objects.get(asset=asset).in_kev


def world():
    """All that came from feeds, and all that follows from it."""
    return [
        list(model.objects.order_by("pk").values())
        for model in (Vulnerability, Advisory, Assertion, Exposure, Deadline)
    ]


def test_an_edition_that_breaks_off_in_its_middle_leaves_nothing(tmp_path: Path):
    documents = [about(f"GHSA-aaaa-bbbb-{number:04}") for number in range(40)]
    whole = records(tmp_path, *documents).read_bytes()
    cut = gzip.compress(whole)[:-200]
    refused = taken("osv-npm", written(tmp_path / "cut.jsonl.gz", cut))
    assert refused.outcome is Outcome.REFUSED
    assert not Advisory.objects.exists()


def test_a_mirror_that_sends_the_same_bad_edition_is_told_of_once(tmp_path: Path):
    path = catalogue(tmp_path, ONE, TWO, day=8)
    feeds.follow(OWNER, "kev", place=str(path), is_followed=True, at=NOW)
    feeds.take(HOUSE, "kev", at=NOW)
    path.write_bytes(catalogue(tmp_path, ONE, TWO, day=7).read_bytes())
    for hours in range(3):
        at = day(1) + timedelta(hours=hours)
        assert feeds.take(HOUSE, "kev", at=at).outcome is Outcome.REFUSED
    assert kinds().count("feed-refused") == Edition.objects.filter(outcome="refused").count() == 1
    state = FeedState.objects.get(name="kev")
    assert state.trouble
    assert (state.troubled_since, state.checked_at) == (day(1), day(1) + timedelta(hours=2))
    path.write_bytes(catalogue(tmp_path, ONE, TWO, day=9).read_bytes())
    feeds.take(HOUSE, "kev", at=day(2))
    state.refresh_from_db()
    assert (state.trouble, state.troubled_since) == ("", None)


def test_a_listing_counts_only_while_it_is_listed_and_that_it_ended_is_on_record(tmp_path: Path):
    asset = web_server()
    taken("osv-npm", records(tmp_path, about("GHSA-aaaa-bbbb-cccc", aliases=[ONE])))
    taken("kev", catalogue(tmp_path, ONE, TWO, THREE))
    assert Exposure.objects.get(asset=asset).in_kev
    done = taken("kev", catalogue(tmp_path, TWO, THREE, day=9), at=day(1))
    assert listed() == {TWO, THREE}
    assert (done.vanished, ONE in done.words) == (1, True)
    ended = Assertion.objects.get(vulnerability__name=ONE, kind="kev")
    assert (ended.since, ended.ended_at) == (NOW, day(1))
    assert Entry.objects.latest("index").said["listed_no_more"] == [ONE]
    exposure = Exposure.objects.get(asset=asset)
    assert not exposure.in_kev
    changes = exposure.deadlines.latest("number").record["changes"]
    assert {"in_kev": "no"}.items() <= {one["name"]: one["after"] for one in changes}.items()
    # Listed again, it counts again, and both times stay.
    taken("kev", catalogue(tmp_path, ONE, TWO, THREE, day=10), at=day(2))
    assert listed() == {ONE, TWO, THREE}
    assert Assertion.objects.filter(vulnerability__name=ONE, kind="kev").count() == 2


def test_a_broken_entry_ends_no_listing(tmp_path: Path):
    """It may be that of a listed one: nobody knows what such a catalogue lists no more."""
    names = [f"CVE-2026-{number}" for number in range(2000, 2200)]
    taken("kev", catalogue(tmp_path, *names, ONE))
    broken = {**kev_entry(ONE), "dueDate": "soon"}
    done = taken("kev", catalogue(tmp_path, *names[1:], day=9, entries=(broken,)), at=day(1))
    assert (done.outcome, done.refused_records, done.vanished) == (Outcome.TAKEN, 1, 0)
    assert "Entries of it are broken" in done.words
    assert {ONE, names[0]} <= listed()


def test_a_listing_that_is_listed_still_is_the_same_one(tmp_path: Path):
    taken("kev", catalogue(tmp_path, ONE))
    (before,) = Assertion.objects.all()
    taken("kev", catalogue(tmp_path, ONE, TWO, day=9), at=day(1))
    after = Assertion.objects.get(vulnerability__name=ONE)
    assert (after.pk, after.since, after.ended_at) == (before.pk, NOW, None)
    assert after.version == "2026.12.09"


def test_the_first_catalogue_tells_of_everything_what_is_not_in_it(tmp_path: Path):
    asset = web_server(exposed="no")
    taken("osv-npm", records(tmp_path, about("GHSA-aaaa-bbbb-cccc", aliases=[ONE])))
    assert not Exposure.objects.get(asset=asset).is_determined
    told: list[Progress] = []
    taken("kev", catalogue(tmp_path, TWO), told=told.append)
    exposure = Exposure.objects.get(asset=asset)
    assert exposure.is_determined
    newest = exposure.deadlines.latest("number")
    assert newest.record["facts"]["in_kev"] == ["no", "CISA KEV catalogue 2026.12.08"]
    assert told[-1].words == "kev: computing deadlines"


def test_sources_are_kept_beside_each_other_with_what_disagrees(tmp_path: Path):
    document = decided(ONE, exploitation="active", vector=VECTOR, score=7.0)
    taken("vulnrichment", records(tmp_path, document))
    assert said(ONE, "ssvc")["vulnrichment:CISA-ADP"]["exploitation"] == "active"
    score = said(ONE, "cvss")["vulnrichment:CISA-ADP:3.1"]
    assert (score["published"], score["recomputed"], score["agrees"]) == (7.0, 9.8, False)
    taken("cve", records(tmp_path, decided(ONE, exploitation="none"), name="cve.jsonl"))
    assert {source: value["exploitation"] for source, value in said(ONE, "ssvc").items()} == {
        "vulnrichment:CISA-ADP": "active",
        "cve:CISA-ADP": "none",
    }


def test_a_source_that_says_otherwise_ends_what_it_said_and_both_stay(tmp_path: Path):
    asset = web_server(exposed="yes")
    taken("osv-npm", records(tmp_path, about("GHSA-aaaa-bbbb-cccc", aliases=[ONE])))
    taken("kev", catalogue(tmp_path, ONE))
    assert not Exposure.objects.get(asset=asset).is_determined
    taken("vulnrichment", records(tmp_path, decided(ONE)), at=day(1))
    exposure = Exposure.objects.get(asset=asset)
    assert exposure.is_determined
    later = decided(ONE, exploitation="active")
    taken("vulnrichment", records(tmp_path, later), at=day(2))
    rows = Assertion.objects.filter(vulnerability__name=ONE, kind="ssvc").order_by("pk")
    assert [(row.value["exploitation"], row.since, row.ended_at) for row in rows] == [
        ("none", day(1), day(2)),
        ("active", day(2), None),
    ]


def test_what_is_not_said_any_more_stays_and_is_counted(tmp_path: Path):
    asset = web_server()
    names = ("GHSA-aaaa-bbbb-cccc", "GHSA-aaaa-bbbb-dddd", "GHSA-aaaa-bbbb-eeee")
    taken("osv-npm", records(tmp_path, *(about(name) for name in names)))
    taken("vulnrichment", records(tmp_path, *(decided(name) for name in (ONE, TWO, THREE))))
    again = taken("osv-npm", records(tmp_path, *(about(name) for name in names[1:])), at=day(1))
    assert again.vanished == 1
    assert Advisory.objects.get(identifier=names[0]).vanished_at == day(1)
    assert set(exposed()) == set(names)
    assert Exposure.objects.filter(asset=asset, cleared_at=None).count() == 3
    taken("vulnrichment", records(tmp_path, decided(TWO), decided(THREE)), at=day(1))
    assert said(ONE, "ssvc")
    # It has come back; nothing had happened to it.
    taken("osv-npm", records(tmp_path, *(about(name, fixed="1.6.0") for name in names)), at=day(2))
    assert Advisory.objects.get(identifier=names[0]).vanished_at is None


def test_scores_are_replaced_each_day_and_lists_follow(tmp_path: Path):
    asset = web_server()
    taken("osv-npm", records(tmp_path, about("GHSA-aaaa-bbbb-cccc", aliases=[ONE])))
    first = epss(f"{ONE},0.25,0.5", f"{TWO},0.1,0.2", day="2026-12-09T00:00:00+0000")
    taken("epss", written(tmp_path / "epss.csv", first))
    assert Exposure.objects.get(asset=asset).epss == 0.25
    second = epss(f"{ONE},0.75,0.9", day="2026-12-10T00:00:00+0000", version="v2026.12.10")
    taken("epss", written(tmp_path / "epss.csv", second + f"{TWO},0.1,0.2\n".encode()), at=day(1))
    assert Exposure.objects.get(asset=asset).epss == 0.75
    rows = Assertion.objects.filter(kind="epss")
    assert {(row.value["score"], row.version, row.ended_at) for row in rows} == {
        (0.75, "v2026.12.10", None),
        (0.1, "v2026.12.10", None),
    }


def test_exposures_follow_each_batch_and_progress_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("tidegate.desks.exposure.services.feeds.BATCH", 3)
    asset = web_server()
    open_now: list[int] = []
    told: list[Progress] = []

    def hear(far: Progress) -> None:
        told.append(far)
        open_now.append(Exposure.objects.filter(asset=asset, cleared_at=None).count())

    documents = [about(f"GHSA-aaaa-bbbb-{number:04}") for number in range(8)]
    taken("osv-npm", records(tmp_path, *documents), told=hear)
    assert [(far.done, far.of) for far in told] == [(0, 0), (3, 8), (6, 8), (8, 8)]
    assert open_now == [0, 3, 6, 8]


@given(st.integers(1, 500), st.integers(0, 10**6), st.integers(1, 500))
def test_a_step_is_smaller_where_much_is_exposed_and_never_nothing(step, touched, most):
    following = contents.next_step(step, touched, most)
    assert 1 <= following <= max(step, most)
    if touched > contents.EXPOSURES_AT_ONCE:
        assert following < step or following == 1
    elif touched == 0:
        assert following == min(most, 2 * step)


def test_batches_give_what_one_step_gives(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    web_server()
    documents = [
        decided(f"CVE-2026-{number}", vector=VECTOR, score=9.8) for number in range(1000, 1020)
    ]
    path = records(tmp_path, *documents)
    taken("vulnrichment", path)
    whole = told_of_everything()
    for model in (Assertion, Advisory, FeedState, Edition):
        model.objects.all().delete()
    monkeypatch.setattr("tidegate.desks.exposure.services.feeds.BATCH", 7)
    taken("vulnrichment", path)
    assert told_of_everything() == whole


def told_of_everything():
    return (
        set(Advisory.objects.values_list("source", "identifier", "digest")),
        sorted(
            (name, source, kind, json.dumps(value))
            for name, source, kind, value in Assertion.objects.values_list(
                "vulnerability__name", "source", "kind", "value"
            )
        ),
    )


def test_one_that_was_stopped_goes_on_by_being_taken_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("tidegate.desks.exposure.services.feeds.BATCH", 2)
    first = records(tmp_path, about("GHSA-aaaa-bbbb-0000"))
    taken("osv-npm", first)
    documents = [about(f"GHSA-aaaa-bbbb-{number:04}") for number in range(5)]
    second = records(tmp_path, *documents, name="second.jsonl")
    stop_after(monkeypatch, 1)
    with pytest.raises(KeyboardInterrupt):
        taken("osv-npm", second, at=day(1))
    counting = FeedState.objects.get(name="osv-npm").edition
    assert counting is not None
    assert counting.came_from == str(first)
    assert Advisory.objects.count() == 2
    monkeypatch.undo()
    assert taken("osv-npm", second, at=day(1)).outcome is Outcome.TAKEN
    assert Advisory.objects.count() == 5
    assert sorted(Edition.objects.values_list("outcome", flat=True)) == ["taken", "taken"]


def stop_after(monkeypatch: pytest.MonkeyPatch, batches: int) -> None:
    real, count = contents.write, iter(range(100))

    def write(*given, **more):
        if next(count) >= batches:
            raise KeyboardInterrupt
        return real(*given, **more)

    monkeypatch.setattr(contents, "write", write)


def test_one_that_was_stopped_is_given_up_for_a_newer_one_or_for_the_last_good_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """In whichever state its publisher leaves it: what is kept is in the end one whole edition."""
    one, two = "GHSA-aaaa-bbbb-0001", "GHSA-aaaa-bbbb-0002"
    good = records(tmp_path, about(one, fixed="2.0.0"), about(two, fixed="2.0.0"))
    taken("osv-npm", good)
    later = records(tmp_path, about(one, fixed="3.0.0"), about(two, fixed="3.0.0"), name="b.jsonl")
    with monkeypatch.context() as patched:
        patched.setattr("tidegate.desks.exposure.services.feeds.BATCH", 1)
        stop_after(patched, 1)
        with pytest.raises(KeyboardInterrupt):
            taken("osv-npm", later, at=day(1))
    assert len(fixes()) == 2
    assert taken("osv-npm", good, at=day(2)).outcome is Outcome.TAKEN
    assert fixes() == {"2.0.0"}
    assert not Edition.objects.filter(outcome="taking").exists()
    assert Edition.objects.get(outcome="stopped").came_from == str(later)


def fixes() -> set[str]:
    return set(Advisory.objects.values_list("affected__slices__ended", flat=True))


def test_of_two_that_are_taken_at_once_the_one_that_began_last_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("tidegate.desks.exposure.services.feeds.BATCH", 1)
    name = "GHSA-aaaa-bbbb-0001"
    slow = records(tmp_path, about(name), about("GHSA-aaaa-bbbb-0002"))
    quick = records(
        tmp_path, about(name, fixed="3.0.0", modified="2026-12-09T00:00:00Z"), name="q.jsonl"
    )
    real, times = contents.write, iter(range(100))

    def write(*given, **more):
        touched = real(*given, **more)
        if next(times) == 0:
            # As another machine would, where the folder's lock is none.
            with monkeypatch.context() as patched:
                patched.setattr("tidegate.instance.private_files.fcntl.flock", lambda *_: None)
                taken("osv-npm", quick, at=day(1))
        return touched

    monkeypatch.setattr(contents, "write", write)
    with pytest.raises(NotPossibleError, match="somebody else has taken osv-npm meanwhile"):
        taken("osv-npm", slow)
    counting = FeedState.objects.get(name="osv-npm").edition
    assert counting is not None
    assert counting.came_from == str(quick)
    assert fixes() == {"3.0.0"}


def test_records_between_reading_and_the_verdict_are_in_no_memory_and_under_no_name(tmp_path: Path):
    with Staging(tmp_path, 10) as staging:
        reading = read_edition(
            FEEDS["osv-npm"],
            records(tmp_path, *(about(f"GHSA-aaaa-bbbb-{n:04}") for n in range(25))),
            now=NOW,
        )
        came = list(reading)
        for record in came:
            staging.add(record)
        assert [path.name for path in tmp_path.iterdir()] == ["records.jsonl"]
        batches = list(staging.batches())
    assert [len(batch) for batch in batches] == [10, 10, 5]
    assert [record for batch in batches for record in batch] == came


def test_what_no_column_holds_stops_no_edition(tmp_path: Path):
    """A hostile record is kept as far as it goes; the others come in."""
    long = "9" * 900
    affected = [
        {
            "package": {"ecosystem": "Debian:" + "x" * 300, "name": "web"},
            "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}]}],
        },
        {
            "package": {"ecosystem": "npm", "name": "n" * 500},
            "ranges": [
                {"type": "SEMVER", "events": [{"introduced": "0"}, {"fixed": f"1.0.{long}"}]}
            ],
        },
    ]
    done = taken("osv-npm", records(tmp_path, about("X" * 100, affected=affected), about("GHSA-1")))
    assert (done.outcome, done.records, done.refused) == (Outcome.TAKEN, 2, ())
    row = Advisory.objects.get(identifier="X" * 100)
    assert [one.package.name for one in row.affected.all()] == ["n" * 500]
    assert row.not_covered[0].startswith("Debian:xxx")
    (bounds,) = row.affected.get().slices.all()
    assert len(bounds.ended) == 300


def test_to_follow_is_on_record_and_another_place_begins_anew(tmp_path: Path):
    state = feeds.follow(OWNER, "kev", is_followed=True, at=NOW)
    assert (state.is_followed, state.place) == (True, "")
    FeedState.objects.update(etag='"1"', trouble="broken", troubled_since=NOW, checked_at=NOW)
    assert feeds.follow(OWNER, "kev", is_followed=True, at=NOW).etag == '"1"'
    there = "https://mirror.example.org/kev.json?token=secret"
    state = feeds.follow(OWNER, "kev", place=there, is_followed=True, at=day(1))
    assert (state.place, state.etag, state.trouble, state.checked_at) == (there, "", "", None)
    feeds.follow(OWNER, "kev", is_followed=False, at=day(2))
    assert FeedState.objects.get().place == there
    assert kinds() == ["feed-followed", "feed-followed", "feed-left"]
    assert "secret" not in "".join(Entry.objects.values_list("text", flat=True))


def test_the_ledger_says_nothing_of_what_is_exposed(tmp_path: Path):
    web_server()
    taken("osv-npm", records(tmp_path, about("GHSA-aaaa-bbbb-cccc", aliases=[ONE])))
    (entry,) = Entry.objects.all()
    assert set(entry.said) == {
        *("actor", "case", "feed", "kind", "organisation", "person", "records"),
        *("refused_records", "said_at", "sha256", "vanished", "version"),
    }
    assert jsonl(entry.said).count(b"exposure") == 0
