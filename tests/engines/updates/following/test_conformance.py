"""The cases of the conformance suite of TUF clients, held to `follow`.

From: https://github.com/theupdateframework/tuf-conformance (names of its tests; the cases are
written anew, since the suite drives a program of its own interface).

Covered here, by the suite's names:

    basic             init_and_refresh, implicit_refresh, invalid_initial_root (test_roots),
                      unsigned_initial_root (test_roots), timestamp_eq_versions_check,
                      timestamp_content_changes, custom_fields, new_targets_hash_mismatch,
                      new_targets_version_mismatch
    rollback          simple_snapshot_rollback, new_snapshot_version_mismatch,
                      new_targets_fast_forward_recovery; and in test_attacks:
                      new_timestamp_version_rollback, snapshot_rollback (basic, with hashes),
                      targets_rollback (basic, with hashes), new_snapshot_fast_forward_recovery,
                      new_timestamp_fast_forward_recovery
    expiration        expired_metadata; and in test_attacks: root, timestamp, snapshot, targets
                      and delegated targets expired
    keys              root_has_keys_but_not_snapshot, wrong_hashing_algorithm, snapshot_threshold,
                      duplicate_keys_root
    key rotations     root_rotation (all 16), non_root_rotations (all 10, of timestamp, snapshot
                      and targets)
    file download     downloads_expected_file, in_sub_dir, repository_substitutes_target_file,
                      multiple_changes_to_target
    delegations       graphs are not covered but for ours: targetfile_search in the layout that is
                      published, and a target that the role may not sign (test_attacks)

Not covered: `static_repositories`, which needs repositories of others; `quoting_issues`, since the
names of our roles and targets need no quoting, and others are refused (`changes.is_path`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from securesystemslib.signer import CryptoSigner  # type: ignore[attr-defined]
from tuf.api.metadata import Key, Root, Snapshot, Targets, Timestamp  # type: ignore[attr-defined]

from tests.engines.updates.following.pulls import Client, client_of
from tests.engines.updates.following.repositories import NOW, Repository
from tidegate.engines.updates.following.refusals import Cause

ONE = "advisories/TG-2026-aaaaaaaa.json"


def test_init_and_refresh_fetch_each_role_once(client: Client, repository: Repository) -> None:
    followed = client.pull()
    # root 2 that is not there, timestamp, snapshot, targets, changes, and latest.json
    assert followed.fetched_files == 6
    assert client.believes() == {"root": 1, "timestamp": 1, "snapshot": 1, "targets": 1}
    # root 2 and the timestamp are asked for again, nothing else
    assert client.pull().fetched_files == 2


def test_a_timestamp_of_the_same_version_with_other_content_is_not_taken(
    client: Client, repository: Repository
) -> None:
    client.pull()
    before = (client.room / "metadata" / "timestamp.json").read_bytes()
    repository.snapshot.version = 100
    repository._list_snapshot()
    repository.publish([Timestamp.type], bump=False)
    client.pull()
    assert (client.room / "metadata" / "timestamp.json").read_bytes() == before


def test_fields_that_are_not_known_are_signed_and_passed_over(
    client: Client, repository: Repository
) -> None:
    client.pull()
    repository.root.unrecognized_fields["custom"] = {"a": [1, 2]}
    keyid = repository.root.roles[Root.type].keyids[0]
    repository.root.keys[keyid].unrecognized_fields["extra"] = 1
    repository.root.roles[Root.type].unrecognized_fields["another"] = "value"
    repository.bump_root()
    assert client.pull().root_version == 2


def test_targets_that_are_not_the_ones_hashed_are_refused(
    client: Client, repository: Repository
) -> None:
    repository.with_hashes = True
    repository.update_snapshot()
    client.pull()
    repository.publish([Targets.type])
    repository.update_snapshot()
    name = f"metadata/{repository.targets.version}.targets.json"
    repository.targets.expires += timedelta(days=1)
    repository.files[name] = repository.sign(Targets.type, repository.targets)
    client.is_refused(Cause.MIXED)
    assert client.believes()[Targets.type] == 1


def test_targets_of_another_version_than_the_snapshot_says_are_refused(
    client: Client, repository: Repository
) -> None:
    client.pull()
    repository.publish([Targets.type])
    repository.snapshot.meta["targets.json"].version = 3
    repository.snapshot.version += 1
    repository.files["metadata/2.snapshot.json"] = repository.sign("snapshot", repository.snapshot)
    repository.update_timestamp()
    repository.files["metadata/3.targets.json"] = repository.files["metadata/2.targets.json"]
    client.is_refused(Cause.MIXED)


def test_a_snapshot_that_only_changes_its_version_is_not_asked_for(
    client: Client, repository: Repository
) -> None:
    repository.update_snapshot()
    client.pull()
    repository.snapshot.version = 1
    repository.publish([Snapshot.type], bump=False)
    client.pull()
    assert client.believes()[Snapshot.type] == 2


def test_a_snapshot_that_the_timestamp_does_not_name_is_refused(
    client: Client, repository: Repository
) -> None:
    repository.snapshot.version = 2
    repository.files["metadata/1.snapshot.json"] = repository.sign("snapshot", repository.snapshot)
    client.is_refused(Cause.MIXED)
    assert "snapshot" not in client.believes()


def test_one_recovers_from_a_fast_forward_of_targets(
    client: Client, repository: Repository
) -> None:
    repository.targets.version = 99
    repository.publish([Targets.type])
    repository.update_snapshot()
    client.pull()
    repository.rotate(Snapshot.type)
    repository.bump_root()
    repository.targets.version = 1
    repository.publish([Targets.type])
    repository.update_snapshot()
    client.pull()
    assert client.believes()[Targets.type] == 2


def test_local_metadata_that_has_expired_still_leads_to_what_is_new(
    client: Client, repository: Repository
) -> None:
    repository.timestamp.expires = NOW + timedelta(days=7)
    repository.update_timestamp()
    client.pull()
    repository.timestamp.expires = NOW + timedelta(days=21)
    repository.add(ONE, b"one")
    later = client.pull(now=NOW + timedelta(days=18))
    assert [one.read() for one in later.arrived] == [b"one"]


def test_keys_that_only_the_root_lists_sign_nothing(client: Client, repository: Repository) -> None:
    client.pull()
    for _ in range(4):
        repository.root.add_key(CryptoSigner.generate_ed25519().public_key, Snapshot.type)
    repository.root.roles[Snapshot.type].threshold = 5
    repository.bump_root()
    repository.update_snapshot()
    client.is_refused(Cause.NOT_SIGNED)
    assert client.believes()[Root.type] == 2
    assert client.believes()[Snapshot.type] == 1


def test_a_threshold_above_the_number_of_keys_is_never_met(
    client: Client, repository: Repository
) -> None:
    for _ in range(4):
        repository.add_key(Snapshot.type)
    repository.root.roles[Snapshot.type].threshold = 6
    repository.bump_root()
    repository.update_snapshot()
    client.is_refused(Cause.NOT_SIGNED)


def test_an_odd_hash_algorithm_of_a_key_means_nothing(
    client: Client, repository: Repository
) -> None:
    keyid = repository.root.roles[Snapshot.type].keyids[0]
    repository.root.keys[keyid].unrecognized_fields["keyid_hash_algorithms"] = ["md5"]
    repository.bump_root()
    repository.update_snapshot()
    assert client.pull().root_version == 2


def test_one_key_under_many_names_counts_once(client: Client, repository: Repository) -> None:
    """Names of keys are the publisher's to choose; the same key may not meet a threshold alone."""
    signer = repository.signers[Snapshot.type][0]
    real = signer.public_key
    for number in range(5):
        other = Key.from_dict(f"{number:064x}", real.to_dict())
        repository.root.add_key(other, Snapshot.type)
    repository.root.roles[Snapshot.type].threshold = 3
    repository.bump_root()
    repository.update_snapshot()
    client.is_refused(Cause.NOT_SIGNED)


@pytest.mark.parametrize(
    "path", [ONE, "restricted/0123456789abcdef0123456789abcdef.age"], ids=["plain", "other folder"]
)
def test_a_target_comes_as_it_was_signed(client: Client, repository: Repository, path: str) -> None:
    repository.add(path, b"content")
    assert [one.read() for one in client.pull().arrived] == [b"content"]


def test_a_target_that_changes_often_is_always_the_signed_one(
    client: Client, repository: Repository
) -> None:
    repository.add(ONE, b"content")
    client.pull()
    for number in range(6):
        content = b"content %d" % number
        repository.add(ONE, content, "revised")
        if number % 2:
            continue
        honest = dict(repository.files)
        for path in [path for path in honest if path.startswith("targets/advisories/")]:
            repository.files[path] = b"malicious"
        client.is_refused(Cause.MIXED)
        repository.files = honest
        assert [one.read() for one in client.pull().arrived] == [content]


@dataclass(frozen=True)
class Version:
    """Keys, threshold and signatures of one version of a role; keys are numbers."""

    keys: tuple[int, ...]
    threshold: int
    signatures: tuple[int, ...]


FIVE = (0, 1, 2, 3, 4)
ONE_CHANGED = (0, 1, 3, 4, 5)

FOLLOWED = {
    "1 of 1, key changed": [
        Version((1,), 1, (1,)),
        Version((2,), 1, (2, 1)),
        Version((2,), 1, (2,)),
    ],
    "1 of 1, with signatures that mean nothing": [
        Version((1,), 1, (3, 1, 4)),
        Version((2,), 1, (3, 2, 1, 4)),
        Version((2,), 1, (3, 2, 4)),
    ],
    "3 of 5, signed by others each time": [
        Version(FIVE, 3, (0, 2, 4)),
        Version(FIVE, 3, (0, 4, 1)),
        Version(FIVE, 3, (0, 1, 3)),
        Version(FIVE, 3, (0, 1, 3)),
    ],
    "3 of 5, one changed": [Version(FIVE, 3, (0, 2, 4)), Version(ONE_CHANGED, 3, (0, 4, 1))],
    "3 of 5, one changed in a step": [
        Version(FIVE, 3, (0, 2, 4)),
        Version(ONE_CHANGED, 3, (0, 2, 4, 5)),
        Version(ONE_CHANGED, 3, (0, 4, 5)),
    ],
    "3 of 5, all changed in a step": [
        Version(FIVE, 3, (0, 2, 4)),
        Version((5, 6, 7, 8, 9), 3, (0, 2, 4, 5, 6, 7)),
        Version((5, 6, 7, 8, 9), 3, (5, 6, 7)),
    ],
    "1 of 3 becomes 2 of 3": [Version((1, 2, 3), 1, (1,)), Version((1, 2, 3), 2, (1, 2))],
    "2 of 3 becomes 1 of 3": [
        Version((1, 2, 3), 2, (1, 2)),
        Version((1, 2, 3), 1, (1, 2)),
        Version((1, 2, 3), 1, (1,)),
    ],
    "1 of 1 becomes 2 of 2": [Version((1,), 1, (1,)), Version((1, 2), 2, (1, 2))],
}

REFUSED = {
    "the old key did not sign": [Version((1,), 1, (1,)), Version((2,), 1, (2, 3, 4))],
    "the new key did not sign": [Version((1,), 1, (1,)), Version((2,), 1, (1, 3, 4))],
    "too few of the new keys": [Version(FIVE, 3, (0, 2, 4)), Version(ONE_CHANGED, 3, (0, 2, 4))],
    "too few of the old keys": [Version(FIVE, 3, (0, 2, 4)), Version(ONE_CHANGED, 3, (0, 4, 5))],
    "a raised threshold is not met": [
        Version((1, 2, 3), 1, (1,)),
        Version((1, 2, 3), 2, (2,)),
    ],
    "the old threshold is not met when it is lowered": [
        Version((1, 2, 3), 2, (1, 2)),
        Version((1, 2, 3), 1, (2,)),
    ],
}


@pytest.fixture(scope="module")
def keys() -> list[CryptoSigner]:
    return [CryptoSigner.generate_ed25519() for _ in range(10)]


def _set(repository: Repository, role: str, keys: list[CryptoSigner], version: Version) -> None:
    repository.root.roles[role].keyids.clear()
    repository.root.roles[role].threshold = version.threshold
    for number in version.keys:
        repository.root.add_key(keys[number].public_key, role)
    repository.signers[role] = [keys[number] for number in version.signatures]


def _roots(
    repository: Repository, keys: list[CryptoSigner], roots: list[Version], folder: Path
) -> Client:
    repository.root.version = 0
    for version in roots:
        _set(repository, Root.type, keys, version)
        repository.bump_root()
    return client_of(repository, folder)


@pytest.mark.parametrize("case", FOLLOWED)
def test_roots_change_hands(
    repository: Repository, keys: list[CryptoSigner], tmp_path: Path, case: str
) -> None:
    client = _roots(repository, keys, FOLLOWED[case], tmp_path)
    assert client.pull().root_version == len(FOLLOWED[case])


@pytest.mark.parametrize("case", REFUSED)
def test_roots_do_not_change_hands_without_both(
    repository: Repository, keys: list[CryptoSigner], tmp_path: Path, case: str
) -> None:
    client = _roots(repository, keys, REFUSED[case], tmp_path)
    client.is_refused(Cause.NOT_SIGNED)
    assert client.believes()[Root.type] == len(REFUSED[case]) - 1


@pytest.mark.parametrize("role", [Timestamp.type, Snapshot.type, Targets.type])
@pytest.mark.parametrize(
    ("version", "is_good"),
    [
        (Version((2,), 1, (2,)), True),
        (Version((1,), 1, (3, 1, 4)), True),
        (Version((2,), 1, (1, 3, 4)), False),
        (Version(ONE_CHANGED, 3, (0, 2, 4)), False),
        (Version(ONE_CHANGED, 3, (0, 4)), False),
        (Version(FIVE, 3, (0, 2, 4)), True),
        (Version(FIVE, 3, (0, 4, 1)), True),
        (Version(FIVE, 3, (0, 1, 3)), True),
        (Version(FIVE, 3, (1, 2, 3)), True),
        (Version(FIVE, 3, (2, 3, 4)), True),
    ],
)
def test_other_roles_change_hands(
    client: Client,
    repository: Repository,
    keys: list[CryptoSigner],
    role: str,
    version: Version,
    *,
    is_good: bool,
) -> None:
    _set(repository, role, keys, version)
    repository.bump_root()
    repository.publish([role])
    repository.update_snapshot()
    if is_good:
        client.pull()
    else:
        client.is_refused(Cause.NOT_SIGNED)
