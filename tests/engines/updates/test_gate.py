"""Nothing is published over records that vanished, and nothing but records is published."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tidegate.engines.updates.errors import PublicationError, VanishedError
from tidegate.engines.updates.gate import LARGEST, Addition, check, is_record

PATHS = st.sets(st.sampled_from([f"restricted/{letter}.age" for letter in "abcdefgh"]))


@settings(max_examples=200, deadline=None)
@given(held=PATHS, standing=PATHS, coming=PATHS, withdrawn=PATHS)
def test_what_is_held_stands_comes_or_is_withdrawn_by_name(
    held: set[str], standing: set[str], coming: set[str], withdrawn: set[str]
) -> None:
    additions = [Addition(path, b"") for path in coming]
    gone = held - standing - coming - withdrawn
    if gone:
        with pytest.raises(VanishedError) as caught:
            check(additions, withdrawn, held=[held], standing=list(standing))
        assert set(caught.value.paths) == gone
        for path in sorted(gone)[:5]:
            assert path in str(caught.value)
    else:
        check(additions, withdrawn, held=[{one} for one in held], standing=standing)


def test_an_advisory_is_not_withdrawn_in_silence() -> None:
    path = "advisories/TG-2026-k3m9q2x4.json"
    with pytest.raises(PublicationError, match="without a bundle that says so"):
        check([], {path}, held=[{path}], standing={path})
    check([Addition(path, b"withdrawn")], {path}, held=[{path}], standing=set())


@pytest.mark.parametrize(
    "path",
    [
        "changes/latest.json",
        "changes/000001.json",
        "advisories/a/b.json",
        "fixes/a.diff",
        "fixes/a/b/c.diff",
        "other/a.json",
        "advisories/../a.json",
        "advisories",
        "",
    ],
)
def test_only_paths_of_records_are_added(path: str) -> None:
    assert not is_record(path)
    with pytest.raises(PublicationError, match="no path of a record"):
        check([Addition(path, b"")], (), held=(), standing=())
    with pytest.raises(PublicationError, match="cannot be withdrawn"):
        check([], {path}, held=[{path}], standing={path})


def test_a_path_comes_once_and_is_not_too_large() -> None:
    one = Addition("advisories/a.json", b"")
    with pytest.raises(PublicationError, match="twice"):
        check([one, one], (), held=(), standing=())
    with pytest.raises(PublicationError, match="larger than 32 MiB"):
        check([Addition(one.path, bytes(LARGEST + 1))], (), held=(), standing=())
