"""Each attack that the TUF specification names (1.5.2), one by one, and what the client says of it.

Arbitrary software, rollback, fast-forward (with recovery), indefinite freeze, endless data, slow
retrieval (also in `test_addresses`), extraneous dependencies (here: roots and targets that nobody
asked for), mix-and-match, wrong software, malicious mirrors, and a compromise of keys.
"""

from __future__ import annotations

import itertools
from datetime import timedelta
from pathlib import Path

import pytest
from securesystemslib.signer import CryptoSigner  # type: ignore[attr-defined]
from tuf.api.metadata import Root, Snapshot, Targets, Timestamp  # type: ignore[attr-defined]

from tests.engines.updates.following.pulls import Client
from tests.engines.updates.following.repositories import NOW, Repository
from tidegate.engines.updates.following.bounds import Bounds
from tidegate.engines.updates.following.following import Place, follow
from tidegate.engines.updates.following.refusals import Cause, FollowError

ONE = "advisories/TG-2026-aaaaaaaa.json"
TWO = "advisories/TG-2026-bbbbbbbb.json"


def _served_targets(repository: Repository, name: str) -> list[str]:
    return [path for path in repository.files if path.startswith("targets/") and name in path]


def test_what_was_published_comes_once(client: Client, repository: Repository) -> None:
    repository.add(ONE, b"one")
    repository.add(TWO, b"two")
    arrived = client.pull().arrived
    assert [(one.change.path, one.read()) for one in arrived] == [(ONE, b"one"), (TWO, b"two")]
    assert client.pull().arrived == ()
    repository.add(ONE, b"one, corrected", "revised")
    assert [one.read() for one in client.pull().arrived] == [b"one, corrected"]


def test_changes_of_many_segments_are_read_from_where_one_is(
    client: Client, repository: Repository
) -> None:
    for number in range(8):
        repository.add(f"advisories/TG-2026-aaaaaaa{number}.json", b"%d" % number)
        if number == 3:
            assert len(client.pull().arrived) == 4
    assert [one.change.sequence for one in client.pull().arrived] == [5, 6, 7, 8]


def test_fixes_wait_until_somebody_wants_them(client: Client, repository: Repository) -> None:
    repository.add("fixes/TG-2026-aaaaaaaa/a.diff", b"--- a")
    followed = client.pull()
    assert (followed.arrived, followed.sequence) == ((), 1)


def test_arbitrary_software_is_not_the_bytes_that_were_signed(
    client: Client, repository: Repository
) -> None:
    repository.add(ONE, b"one")
    (path,) = _served_targets(repository, "aaaaaaaa")
    repository.files[path] = b"bad"
    client.is_refused(Cause.MIXED)
    waiting = {file.read_bytes() for file in (client.room / "waiting").iterdir()}
    assert b"bad" not in waiting


def test_wrong_software_of_the_right_name_is_refused(
    client: Client, repository: Repository
) -> None:
    repository.add(ONE, b"one")
    repository.add(TWO, b"two")
    first, second = _served_targets(repository, "aaaaaaaa") + _served_targets(
        repository, "bbbbbbbb"
    )
    repository.files[first] = repository.files[second]
    client.is_refused(Cause.MIXED)


def test_a_change_that_is_listed_and_signed_otherwise_is_refused(
    client: Client, repository: Repository
) -> None:
    repository.add(ONE, b"one")
    repository.changes[0]["sha256"] = "0" * 64
    repository._list_changes()
    repository.publish(["changes"])
    repository.update_snapshot()
    assert "change 1" in client.is_refused(Cause.MIXED).what


def test_an_older_timestamp_is_a_rollback(client: Client, repository: Repository) -> None:
    repository.update_timestamp()
    client.pull()
    repository.timestamp.version = 1
    repository.publish([Timestamp.type], bump=False)
    client.is_refused(Cause.ROLLED_BACK)
    assert client.believes()[Timestamp.type] == 2


@pytest.mark.parametrize("with_hashes", [False, True])
def test_an_older_snapshot_is_a_rollback(
    client: Client, repository: Repository, *, with_hashes: bool
) -> None:
    repository.with_hashes = with_hashes
    repository.update_snapshot()
    client.pull()
    repository.snapshot.version = 1
    repository.publish([Snapshot.type], bump=False)
    repository.update_timestamp()
    client.is_refused(Cause.ROLLED_BACK)
    assert client.believes()[Snapshot.type] == 2


@pytest.mark.parametrize("with_hashes", [False, True])
@pytest.mark.parametrize("role", [Targets.type, "records", "changes", "bin-0"])
def test_older_targets_are_a_rollback(
    client: Client, repository: Repository, role: str, *, with_hashes: bool
) -> None:
    repository.with_hashes = with_hashes
    repository.publish([role])
    repository.update_snapshot()
    client.pull()
    repository.signed[role].version = 1
    repository.publish([role], bump=False)
    repository.update_snapshot()
    client.is_refused(Cause.ROLLED_BACK)


def test_a_role_that_vanishes_from_the_snapshot_is_a_rollback(
    client: Client, repository: Repository
) -> None:
    client.pull()
    del repository.signed["bin-3"]
    del repository.snapshot.meta["bin-3.json"]
    repository.update_snapshot()
    client.is_refused(Cause.ROLLED_BACK)


def test_changes_that_end_earlier_are_a_rollback_though_they_are_signed(
    client: Client, repository: Repository
) -> None:
    repository.add(ONE, b"one")
    repository.add(TWO, b"two")
    client.pull()
    repository.changes.pop()
    repository._list_changes()
    repository.publish(["changes"])
    repository.update_snapshot()
    assert "2 is known here" in client.is_refused(Cause.ROLLED_BACK).what


def test_one_recovers_from_a_fast_forward_once_the_key_is_replaced(
    client: Client, repository: Repository
) -> None:
    repository.timestamp.version = 99_999
    repository.update_timestamp()
    client.pull()
    repository.timestamp.version = 1
    repository.publish([Timestamp.type])
    client.is_refused(Cause.ROLLED_BACK)
    repository.rotate(Timestamp.type)
    repository.bump_root()
    repository.timestamp.version = 1
    repository.publish([Timestamp.type])
    client.pull()
    assert client.believes()[Timestamp.type] == 2


def test_one_recovers_from_a_fast_forward_of_the_snapshot(
    client: Client, repository: Repository
) -> None:
    repository.snapshot.version = 99_999
    repository.update_snapshot()
    client.pull()
    for role in (Snapshot.type, Timestamp.type):
        repository.rotate(role)
    repository.bump_root()
    repository.snapshot.version = 1
    repository.update_snapshot()
    client.pull()
    assert client.believes()[Snapshot.type] == 2


@pytest.mark.parametrize(
    "role", [Root.type, Timestamp.type, Snapshot.type, Targets.type, "changes"]
)
def test_what_is_past_its_day_is_refused_and_its_name_and_this_clock_are_said(
    client: Client, repository: Repository, role: str
) -> None:
    client.pull()
    repository.signed[role].expires = NOW - timedelta(seconds=1)
    if role == Root.type:
        repository.bump_root()
    else:
        repository.publish([role])
        repository.update_snapshot()
        if role in (Timestamp.type, Snapshot.type):
            repository.signed[role].expires = NOW - timedelta(seconds=1)
    said = client.is_refused(Cause.EXPIRED)
    assert role in said.what
    assert "2026-11-27 12:00" in said.what


def test_a_mirror_that_stands_still_is_believed_until_its_day_and_no_longer(
    client: Client, repository: Repository
) -> None:
    repository.timestamp.expires = NOW + timedelta(days=1)
    repository.update_timestamp()
    client.pull()
    client.pull(now=NOW + timedelta(hours=23))
    client.is_refused(Cause.EXPIRED, now=NOW + timedelta(days=1))


def test_a_carried_folder_is_taken_late_only_as_far_as_the_operator_says(
    client: Client, repository: Repository
) -> None:
    repository.timestamp.expires = NOW
    repository.update_timestamp()
    client.is_refused(Cause.EXPIRED, now=NOW + timedelta(days=2))
    late = timedelta(days=3)
    assert client.pull(now=NOW + timedelta(days=2), late=late).expires_at == NOW
    client.is_refused(Cause.EXPIRED, now=NOW + timedelta(days=3), late=late)


def test_late_data_is_no_way_around_a_rollback(client: Client, repository: Repository) -> None:
    repository.update_timestamp()
    client.pull()
    repository.timestamp.version = 1
    repository.publish([Timestamp.type], bump=False)
    client.is_refused(Cause.ROLLED_BACK, late=timedelta(days=30))


def test_a_clock_that_was_set_back_is_seen(client: Client) -> None:
    client.pull()
    client.is_refused(Cause.CLOCK, now=NOW - timedelta(days=1), last_pull=NOW)
    client.pull(now=NOW - timedelta(minutes=5), last_pull=NOW)


@pytest.mark.parametrize(
    ("name", "size"),
    [("metadata/timestamp.json", 1 << 20), ("metadata/2.root.json", 1 << 20)],
)
def test_endless_metadata_is_cut_off(
    client: Client, repository: Repository, name: str, size: int
) -> None:
    client.pull()
    repository.files[name] = b" " * size
    client.is_refused(Cause.TOO_LARGE)


def test_an_endless_target_is_cut_off_at_its_signed_length(
    client: Client, repository: Repository
) -> None:
    repository.add(ONE, b"one")
    (path,) = _served_targets(repository, "aaaaaaaa")
    repository.files[path] = b"x" * 100_000
    said = client.is_refused(Cause.TOO_LARGE)
    assert said.place == str(client.served)


def test_a_target_that_is_signed_as_huge_is_not_even_asked_for(
    client: Client, repository: Repository
) -> None:
    repository.add(ONE, b"x" * 5_000)
    client.is_refused(Cause.TOO_LARGE, bounds=Bounds(file_bytes=4_096))


def test_a_pull_has_a_bound_of_bytes(client: Client, repository: Repository) -> None:
    repository.add(ONE, b"x" * 5_000)
    client.is_refused(Cause.TOO_LARGE, bounds=Bounds(total_bytes=6_000))


def test_a_pull_has_a_bound_of_time(client: Client) -> None:
    client.is_refused(Cause.TOO_SLOW, bounds=Bounds(total_seconds=0.0))


def test_a_snapshot_of_another_time_is_mixed(client: Client, repository: Repository) -> None:
    repository.with_hashes = True
    repository.update_snapshot()
    client.pull()
    old = repository.files["metadata/2.snapshot.json"]
    repository.add(ONE, b"one")
    repository.files["metadata/3.snapshot.json"] = old
    client.is_refused(Cause.MIXED)


def test_targets_of_another_time_are_mixed(client: Client, repository: Repository) -> None:
    repository.add(ONE, b"one")
    old = repository.files[f"metadata/{repository.signed['changes'].version}.changes.json"]
    repository.add(TWO, b"two")
    current = f"metadata/{repository.signed['changes'].version}.changes.json"
    repository.files[current] = old
    client.is_refused(Cause.MIXED)


@pytest.mark.parametrize("role", [Timestamp.type, Snapshot.type, Targets.type, "changes", "bin-0"])
def test_what_another_key_signed_is_refused(
    client: Client, repository: Repository, role: str
) -> None:
    for number in range(8):
        repository.add(f"advisories/TG-2026-aaaaaaa{number}.json", b"%d" % number)
    repository.signers[role] = [CryptoSigner.generate_ed25519()]
    repository.publish([role])
    repository.update_snapshot()
    client.is_refused(Cause.NOT_SIGNED)
    assert client.known == 0


def test_too_few_signatures_are_refused(client: Client, repository: Repository) -> None:
    repository.add_key(Targets.type)
    repository.root.roles[Targets.type].threshold = 2
    repository.bump_root()
    repository.signers[Targets.type].pop()
    repository.publish([Targets.type])
    repository.update_snapshot()
    client.is_refused(Cause.NOT_SIGNED)


def test_roots_are_followed_one_by_one(client: Client, repository: Repository) -> None:
    client.pull()
    for _ in range(3):
        old = repository.rotate(Root.type)
        repository.bump_root(*old)
    assert client.pull().root_version == 4


def test_a_root_that_the_old_keys_did_not_sign_is_refused_and_the_old_one_stays(
    client: Client, repository: Repository
) -> None:
    client.pull()
    repository.rotate(Root.type)
    repository.bump_root()
    client.is_refused(Cause.NOT_SIGNED)
    assert client.believes()[Root.type] == 1


def test_a_root_of_another_version_under_the_next_name_is_refused(
    client: Client, repository: Repository
) -> None:
    client.pull()
    repository.files["metadata/2.root.json"] = repository.first_root
    client.is_refused(Cause.MIXED)


def test_extraneous_roots_without_end_are_not_followed(
    client: Client, repository: Repository
) -> None:
    for _ in range(260):
        repository.bump_root()
    # As many as python-tuf follows in one go; the rest waits for the next pull.
    assert client.pull().root_version == 257


def test_a_revoked_key_signs_nothing_any_more(client: Client, repository: Repository) -> None:
    client.pull()
    (stolen,) = repository.rotate(Timestamp.type)
    repository.bump_root()
    repository.update_timestamp()
    client.pull()
    repository.signers[Timestamp.type] = [stolen]
    repository.update_timestamp()
    client.is_refused(Cause.NOT_SIGNED)


def test_a_target_that_only_another_role_signs_is_not_taken(
    client: Client, repository: Repository
) -> None:
    repository._target("changes", ONE, b"slipped in by the wrong role")
    repository.changes.append(
        {
            "sequence": 1,
            "at": "2026-11-27T11:00:00Z",
            "path": ONE,
            "sha256": "0" * 64,
            "what": "published",
        }
    )
    repository._list_changes()
    repository.publish(["changes"])
    repository.update_snapshot()
    assert "missing" in client.is_refused(Cause.MALFORMED).what


def test_a_malicious_mirror_changes_nothing_that_an_honest_one_brought(
    client: Client, repository: Repository, tmp_path: Path
) -> None:
    repository.add(ONE, b"one")
    client.pull()
    before = client.believes()
    liar = Repository()
    liar.add(ONE, b"lie")
    client.repository = liar
    client.is_refused(Cause.NOT_SIGNED)
    assert client.believes() == before
    client.repository = repository
    repository.add(TWO, b"two")
    assert [one.read() for one in client.pull().arrived] == [b"two"]


def test_what_a_killed_pull_left_is_used_and_half_a_file_is_not(
    client: Client, repository: Repository
) -> None:
    repository.add(ONE, b"one" * 1_000)
    repository.add(TWO, b"two" * 1_000)
    first = client.pull()
    client.known = 0
    whole, half = (one.file for one in first.arrived)
    assert whole is not None
    assert half is not None
    half.write_bytes(b"two")
    for path in _served_targets(repository, "aaaaaaaa"):
        (client.served / path).unlink()
        del repository.files[path]
    again = client.pull()
    assert [one.read() for one in again.arrived] == [b"one" * 1_000, b"two" * 1_000]


@pytest.mark.parametrize("missing", ["metadata/timestamp.json", "metadata", "targets"])
def test_a_folder_that_is_not_whole_teaches_nothing(
    client: Client, repository: Repository, missing: str
) -> None:
    repository.add(ONE, b"one")
    for path in [path for path in repository.files if path.startswith(missing)]:
        del repository.files[path]
    client.is_refused(Cause.UNREACHABLE)


@pytest.mark.parametrize("cause", list(Cause))
def test_every_refusal_says_what_it_means_and_what_to_do(cause: Cause) -> None:
    said = FollowError(cause, "it")
    assert said.means.endswith(".")
    assert said.mend.endswith(".")


def test_the_words_of_python_tuf_never_reach_a_terminal_raw(
    client: Client, repository: Repository
) -> None:
    repository.files["metadata/timestamp.json"] = b'{"signed": "\x1b[2J"}'
    said = client.is_refused(Cause.MALFORMED)
    assert all(sign.isprintable() for sign in said.what)


def test_a_mirror_that_lost_files_brings_everything_or_nothing(
    client: Client, repository: Repository
) -> None:
    repository.add(ONE, b"one")
    whole = dict(repository.files)
    for lost in list(itertools.combinations(sorted(whole), 2))[::4]:
        repository.files = {path: raw for path, raw in whole.items() if path not in lost}
        room = client.folder / "rooms" / str(abs(hash(lost)))
        served = client.folder / "half" / str(abs(hash(lost)))
        repository.write(served)
        root = whole["metadata/1.root.json"]
        try:
            followed = follow(Place(str(served)), room, root, known=0, now=NOW)
        except FollowError:
            continue
        assert [one.read() for one in followed.arrived] == [b"one"]
