from __future__ import annotations

import hashlib
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.engines.updates.following.pulls import Client
from tests.engines.updates.following.repositories import Repository
from tidegate.engines.updates.following.refusals import Cause, FollowError
from tidegate.engines.updates.following.roots import MAX_ROOT_BYTES, read_root


def test_a_fingerprint_is_that_of_the_bytes_that_were_given(repository: Repository) -> None:
    root = read_root(repository.first_root)
    digest = hashlib.sha256(repository.first_root).hexdigest()
    assert root.fingerprint.replace(" ", "") == digest
    assert (root.version, root.threshold, len(root.keys)) == (1, 1, 1)


@pytest.mark.parametrize("part", ["version", "expires", "keys", "roles", "consistent_snapshot"])
def test_a_root_without_one_of_its_parts_is_none(repository: Repository, part: str) -> None:
    document = json.loads(repository.first_root)
    del document["signed"][part]
    with pytest.raises(FollowError) as caught:
        read_root(json.dumps(document).encode())
    assert caught.value.cause is Cause.ROOT


def test_a_root_that_its_own_keys_did_not_sign_is_none(
    repository: Repository, client: Client
) -> None:
    document = json.loads(repository.first_root)
    document["signatures"][0]["sig"] = "00" * 64
    raw = json.dumps(document).encode()
    with pytest.raises(FollowError, match="own keys"):
        read_root(raw)
    client.root = raw
    client.is_refused(Cause.NOT_SIGNED)


def test_other_metadata_is_no_root(repository: Repository) -> None:
    with pytest.raises(FollowError) as caught:
        read_root(repository.files["metadata/timestamp.json"])
    assert caught.value.cause is Cause.ROOT


@settings(max_examples=50, deadline=None)
@given(st.one_of(st.binary(max_size=200), st.just(b"{}" * MAX_ROOT_BYTES)))
def test_no_bytes_bring_it_down(raw: bytes) -> None:
    with pytest.raises(FollowError):
        read_root(raw)
