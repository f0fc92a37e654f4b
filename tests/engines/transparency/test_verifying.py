"""Verifying a log: whatever was changed is found, wherever it was, and the first entry is named."""

import shutil
import tracemalloc
from itertools import islice

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.engines.transparency.logs import Ledger, entry, leaves_of, rows_of, tree_of
from tidegate.engines.transparency import (
    EMPTY_HEAD,
    Broken,
    Damage,
    LogFolder,
    MemoryHashes,
    Node,
    Place,
    Sound,
    TreeHead,
    append,
    leaf_hash,
    verify,
)
from tidegate.engines.transparency.tiles import bundle

SIZE = 600
LEDGER = Ledger(SIZE)
FOREIGN = entry(7, "never in the log").commitment.leaf


@pytest.fixture(scope="module")
def published(tmp_path_factory):
    path = tmp_path_factory.mktemp("log")
    LEDGER.publish(path)
    return path


@pytest.fixture
def folder(published, tmp_path):
    return LogFolder(shutil.copytree(published, tmp_path / "log"))


def copied(hashes):
    store = MemoryHashes()
    store.kept = dict(hashes.kept)
    return store


def tampered(leaves, act, at, *, foreign=FOREIGN):
    """The leaves after an act at index `at`, and what should be found there."""
    leaves = list(leaves)
    if act == "flip":
        leaves[at] = leaves[at].replace(b"digest", b"digesT")
        return leaves, Damage.CHANGED
    if act == "exchange":
        leaves[at] = entry(at, "another text").commitment.leaf
        return leaves, Damage.CHANGED
    if act == "drop":
        del leaves[at]
        return leaves, Damage.DROPPED if at < len(leaves) else Damage.TRUNCATED
    if act == "insert":
        leaves.insert(at, foreign)
        return leaves, Damage.INSERTED
    if act == "copy":
        leaves.insert(at, leaves[at - 1])
        return leaves, Damage.INSERTED
    if act == "swap":
        other = (at + len(leaves) // 3 + 1) % len(leaves)
        leaves[at], leaves[other] = leaves[other], leaves[at]
        return leaves, Damage.REORDERED
    if act == "truncate":
        return leaves[:at], Damage.TRUNCATED
    assert act == "rotate"
    return leaves[:at] + leaves[at + 1 :] + [leaves[at]], Damage.REORDERED


ACTS = st.sampled_from(["flip", "exchange", "drop", "insert", "copy", "swap", "truncate", "rotate"])


def broken(*args, **kwargs):
    """The verdict on a log that is not sound."""
    found = verify(*args, **kwargs)
    assert isinstance(found, Broken)
    return found


def first_changed(left, right):
    return next(
        (at for at, pair in enumerate(zip(left, right, strict=False)) if pair[0] != pair[1]),
        min(len(left), len(right)),
    )


@pytest.mark.parametrize("size", [0, 1, 2, 255, 256, 257, SIZE])
def test_what_was_not_changed_is_sound_at_any_size(size, tmp_path):
    ledger = Ledger(size)
    head, rows = ledger.head, rows_of(ledger.leaves)
    earlier = [ledger.head_at(one) for one in {0, size // 3, size}]
    folder = ledger.publish(tmp_path)
    assert verify(rows, head, hashes=ledger.hashes, folder=folder, earlier=earlier) == Sound(head)
    assert verify(rows, head)


# In the table of entries


@settings(max_examples=120)
@given(st.integers(1, SIZE), ACTS, st.data())
def test_what_was_done_to_the_table_is_found_and_named(size, act, data):
    at = data.draw(st.integers(0, size - 1))
    leaves, damage = tampered(LEDGER.leaves[:size], act, at)
    if leaves == LEDGER.leaves[:size]:
        return
    at = first_changed(leaves, LEDGER.leaves[:size])
    hashes, head = tree_of(LEDGER.leaves[:size])
    found = broken(rows_of(leaves), head, hashes=hashes)
    if act == "copy":
        damage = Damage.INSERTED if len(leaves) > 2 else found.damage
    assert found == Broken(Place.TABLE, at, at, damage)


@pytest.mark.parametrize("at", [0, 255, 256, 300, SIZE - 1])
@pytest.mark.parametrize("act", ["flip", "drop", "insert", "swap", "truncate"])
def test_the_tiles_alone_tell_as_much_as_the_table_of_hashes(act, at, folder):
    leaves, damage = tampered(LEDGER.leaves, act, at)
    at = first_changed(leaves, LEDGER.leaves)
    found = verify(rows_of(leaves), LEDGER.head, folder=folder)
    assert found == Broken(Place.TABLE, at, at, damage)


def test_an_entry_after_the_checkpoint_was_inserted():
    found = verify(rows_of(LEDGER.leaves), LEDGER.head_at(599))
    assert found == Broken(Place.TABLE, 599, 599, Damage.INSERTED)


def test_of_several_wrong_entries_the_first_is_named(folder):
    leaves = list(LEDGER.leaves)
    for at in (520, 301, 40):
        leaves[at] = FOREIGN
        found = broken(rows_of(leaves), LEDGER.head, hashes=LEDGER.hashes, folder=folder)
        assert (found.first, found.last) == (at, at)


def test_a_leaf_that_was_signed_in_the_wrong_place_is_wrong():
    leaves = [*LEDGER.leaves[:5], LEDGER.leaves[6]]
    hashes, head = tree_of(leaves)
    found = verify(rows_of(leaves), head, hashes=hashes)
    assert found == Broken(Place.TABLE, 5, 5, Damage.MISNUMBERED)


def test_an_entry_too_long_for_any_bundle_is_found(folder):
    leaves = list(LEDGER.leaves)
    leaves[9] = b"x" * 70_000
    found = verify(rows_of(leaves), LEDGER.head, folder=folder)
    assert found == Broken(Place.TABLE, 9, 9, Damage.CHANGED)


# In the table, and in what is kept of its hashes


def test_hashes_that_were_changed_with_the_entry_do_not_hide_it_where_others_are_left(folder):
    leaves = list(LEDGER.leaves)
    leaves[300] = FOREIGN
    rebuilt, _ = tree_of(leaves)
    found = verify(rows_of(leaves), LEDGER.head, hashes=rebuilt, folder=folder)
    assert found == Broken(Place.TABLE, 300, 300, Damage.CHANGED)


def test_inner_hashes_that_were_changed_beside_do_not_hide_it_where_the_leaves_are_left():
    leaves, hashes = list(LEDGER.leaves), copied(LEDGER.hashes)
    leaves[300] = FOREIGN
    for node in [node for node in hashes.kept if node.level > 0]:
        hashes.kept[node] = bytes(32)
    found = verify(rows_of(leaves), LEDGER.head, hashes=hashes)
    assert found == Broken(Place.TABLE, 300, 300, Damage.CHANGED)


def test_where_the_leaves_hash_is_changed_too_the_narrowest_signed_range_is_told():
    leaves, hashes = list(LEDGER.leaves), copied(LEDGER.hashes)
    leaves[300] = entry(300, "another").commitment.leaf
    hashes.kept[Node(0, 300)] = leaf_hash(leaves[300])
    found = verify(rows_of(leaves), LEDGER.head, hashes=hashes)
    assert found == Broken(Place.TABLE, 300, 301, Damage.UNKNOWN)


def rewritten(at):
    """Everything made anew around a changed entry; only what was signed is as it was."""
    leaves = list(LEDGER.leaves)
    leaves[at] = entry(at, "another").commitment.leaf
    return leaves, tree_of(leaves)[0]


def test_where_all_was_made_anew_the_whole_range_is_told():
    leaves, hashes = rewritten(300)
    found = verify(rows_of(leaves), LEDGER.head, hashes=hashes)
    assert found == Broken(Place.TABLE, 0, SIZE - 1, Damage.UNKNOWN)


def test_earlier_checkpoints_narrow_it_down_to_the_entry():
    leaves, hashes = rewritten(300)
    earlier = [LEDGER.head_at(size) for size in (400, 17, 301, 300)]
    found = verify(rows_of(leaves), LEDGER.head, hashes=hashes, earlier=earlier)
    assert found == Broken(Place.TABLE, 300, 300, Damage.UNKNOWN)
    found = verify(rows_of(leaves), LEDGER.head, earlier=earlier[:2])
    assert found == Broken(Place.TABLE, 17, 399, Damage.UNKNOWN)


@pytest.mark.parametrize(
    ("act", "last", "damage"),
    [
        ("drop", 300, Damage.DROPPED),
        ("copy", 300, Damage.INSERTED),
        ("flip", 300, Damage.CHANGED),
        ("truncate", 300, Damage.TRUNCATED),
    ],
)
def test_where_all_was_made_anew_the_numbers_in_the_leaves_may_tell(act, last, damage):
    leaves, _ = tampered(LEDGER.leaves, act, 300)
    found = verify(
        rows_of(leaves), LEDGER.head, hashes=tree_of(leaves)[0], earlier=[LEDGER.head_at(256)]
    )
    assert found == Broken(Place.TABLE, 256, last, damage)


def test_a_log_that_signed_another_history_is_found_by_an_earlier_checkpoint(tmp_path):
    other = Ledger(SIZE)
    other.leaves, other.hashes = rewritten(300)
    other.head = tree_of(other.leaves)[1]
    earlier = [LEDGER.head_at(256), LEDGER.head_at(310), LEDGER.head_at(400)]
    everything = {"hashes": other.hashes, "folder": other.publish(tmp_path)}
    found = verify(rows_of(other.leaves), other.head, earlier=earlier, **everything)
    assert found == Broken(Place.CHECKPOINT, 256, 309, Damage.REWRITTEN)
    assert verify(rows_of(other.leaves), other.head, earlier=earlier[:1], **everything)


def test_a_log_that_became_shorter_is_found_by_an_earlier_checkpoint():
    found = verify(rows_of(LEDGER.leaves[:5]), LEDGER.head_at(5), earlier=[LEDGER.head_at(9)])
    assert found == Broken(Place.CHECKPOINT, 5, 5, Damage.TRUNCATED)


# In the table of hashes


@settings(max_examples=60)
@given(
    st.sampled_from(sorted(LEDGER.hashes.kept, key=lambda one: (one.level, one.index))), st.data()
)
def test_a_wrong_or_lost_hash_is_found_with_the_entries_under_it(node, data):
    hashes = copied(LEDGER.hashes)
    lost = data.draw(st.booleans())
    if lost:
        del hashes.kept[node]
    else:
        hashes.kept[node] = bytes(32)
    found = verify(rows_of(LEDGER.leaves), LEDGER.head, hashes=hashes)
    damage = Damage.MISSING if lost else Damage.CHANGED
    assert found == Broken(Place.HASHES, node.first, node.last, damage, f"level {node.level}")


# In the tiles and the bundles


def hashes_in(raw):
    return [raw[at : at + 32] for at in range(0, len(raw), 32)]


@pytest.mark.parametrize(
    ("name", "level", "start"),
    [("tile/0/000", 0, 0), ("tile/0/002.p/88", 0, 512), ("tile/1/000.p/2", 8, 0)],
)
@pytest.mark.parametrize(
    ("act", "place"),
    [
        ("flip", 0),
        ("flip", 1),
        ("drop", 0),
        ("insert", 0),
        ("insert", 1),
        ("swap", 0),
        ("truncate", 1),
        ("append", 0),
    ],
)
def test_what_was_done_to_a_tile_is_found_and_named(name, level, start, act, place, folder):
    path = folder.path / name
    right = hashes_in(path.read_bytes())
    if act == "append":
        wrong, damage, place = [*right, bytes(32)], Damage.INSERTED, len(right)
    elif act == "flip":
        wrong, damage = list(right), Damage.CHANGED
        wrong[place] = bytes(32)
    else:
        wrong, damage = tampered(right, act, place, foreign=bytes(32))
        place = first_changed(right, wrong)
    path.write_bytes(b"".join(wrong))
    first = start + (place << level)
    found = verify(rows_of(LEDGER.leaves), LEDGER.head, folder=folder)
    assert found == Broken(Place.TILES, first, first + (1 << level) - 1, damage, name)


@pytest.mark.parametrize(("name", "start"), [("001", 256), ("002.p/88", 512)])
@pytest.mark.parametrize("act", ["flip", "exchange", "drop", "insert", "copy", "swap", "truncate"])
def test_what_was_done_to_a_bundle_is_found_and_named(name, start, act, folder):
    path = folder.path / "tile/entries" / name
    right = LEDGER.leaves[start : start + 256]
    wrong, damage = tampered(right, act, 30)
    path.write_bytes(bundle(wrong))
    at = start + first_changed(right, wrong)
    found = verify(rows_of(LEDGER.leaves), LEDGER.head, folder=folder)
    assert found == Broken(Place.BUNDLES, at, at, damage, f"tile/entries/{name}")


@settings(max_examples=60)
@given(st.integers(min_value=0), st.binary(min_size=1, max_size=3))
def test_no_byte_of_any_file_can_be_changed(published, tmp_path_factory, at, put):
    path = shutil.copytree(published, tmp_path_factory.mktemp("changed") / "log")
    files = sorted(one for one in (path / "tile").rglob("*") if one.is_file())
    sizes = [one.stat().st_size for one in files]
    at %= sum(sizes)
    for file, size in zip(files, sizes, strict=True):
        if at < size:
            raw = file.read_bytes()
            file.write_bytes(raw[:at] + put + raw[at + len(put) :])
            same = file.read_bytes() == raw
            break
        at -= size
    if same:
        assert verify(rows_of(LEDGER.leaves), LEDGER.head, folder=LogFolder(path))
    else:
        found = broken(rows_of(LEDGER.leaves), LEDGER.head, folder=LogFolder(path))
        assert found.file == str(file.relative_to(path))


def test_a_bundle_whose_last_entry_has_lost_its_length_is_found(folder):
    path = folder.path / "tile/entries/002.p/88"
    leaf = LEDGER.leaves[-1]
    path.write_bytes(path.read_bytes()[: -len(leaf) - 2] + leaf)
    found = verify(rows_of(LEDGER.leaves), LEDGER.head, folder=folder)
    assert found == Broken(Place.BUNDLES, 599, 599, Damage.CHANGED, "tile/entries/002.p/88")


@pytest.mark.parametrize(
    ("name", "place", "first", "last"),
    [
        ("tile/0/001", Place.TILES, 256, 511),
        ("tile/1/000.p/2", Place.TILES, 0, 511),
        ("tile/entries/002.p/88", Place.BUNDLES, 512, 599),
    ],
)
def test_a_lost_or_empty_file_is_named_with_its_entries(name, place, first, last, folder):
    for act in (lambda path: path.write_bytes(b""), lambda path: path.unlink()):
        act(folder.path / name)
        found = verify(rows_of(LEDGER.leaves), LEDGER.head, folder=folder)
        assert found == Broken(place, first, last, Damage.MISSING, name)


def test_a_full_tile_in_the_place_of_a_partial_one_has_to_begin_as_it(folder):
    raw = bytearray((folder.path / "tile/0/000").read_bytes())
    rows, head = rows_of(LEDGER.leaves[:100]), LEDGER.head_at(100)
    raw[100 * 32] ^= 1
    (folder.path / "tile/0/000").write_bytes(raw)
    assert verify(rows, head, folder=folder)
    raw[99 * 32] ^= 1
    (folder.path / "tile/0/000").write_bytes(raw)
    assert broken(rows, head, folder=folder).first == 99


def test_of_faults_in_several_places_the_first_entrys_is_told(folder):
    (folder.path / "tile/entries/001").unlink()
    hashes = copied(LEDGER.hashes)
    hashes.kept[Node(0, 200)] = bytes(32)
    found = broken(rows_of(LEDGER.leaves), LEDGER.head, hashes=hashes, folder=folder)
    assert (found.place, found.first) == (Place.HASHES, 200)


def test_a_verdict_is_one_sentence():
    assert str(Broken(Place.TABLE, 17, 17, Damage.CHANGED)) == (
        "entry 17 is the first wrong one in the table of entries: it was changed"
    )
    assert str(Broken(Place.TILES, 0, 255, Damage.MISSING, "tile/0/000")) == (
        "one of the entries 0 to 255 is the first wrong one in the tiles (tile/0/000):"
        " it is missing"
    )


# Large logs


def quick_leaf(index):
    return (
        b'{"at":"2026-11-30T12:00:00.000000Z","digest":"%064x","kind":"consent","sequence":%d}'
        % (
            index,
            index,
        )
    )


def quick_rows(size):
    return lambda start: map(quick_leaf, range(start, size))


def test_a_log_with_three_levels_of_tiles_is_verified_and_its_wrong_entry_found(tmp_path):
    size = 65_536 + 300
    store = MemoryHashes()
    head = append(store, EMPTY_HEAD, map(leaf_hash, quick_rows(size)(0)))
    folder = LogFolder(tmp_path)
    names = ["tile/1/000", "tile/1/001.p/1", "tile/2/000.p/1", "tile/0/255", "tile/0/257.p/44"]
    folder.publish(65_000, size, source=store, rows=quick_rows(size), checkpoint=b"")
    assert all((tmp_path / name).is_file() for name in names)
    folder.publish(0, 65_000, source=store, rows=quick_rows(size), checkpoint=b"")
    assert verify(quick_rows(size), head, folder=folder)

    def rows(start):
        return (quick_leaf(one if one != 40_000 else 7) for one in range(start, size))

    assert verify(rows, head, folder=folder) == Broken(Place.TABLE, 40_000, 40_000, Damage.CHANGED)


class Streamed:
    """Hashes of a log that are made when they are asked for: the test itself holds nothing."""

    def read(self, nodes):
        return [leaf_hash(quick_leaf(one.index)) if one.level == 0 else None for one in nodes]


def test_memory_does_not_grow_with_the_log():
    def peak(size):
        tracemalloc.start()
        rows = quick_rows(size)
        verdict = verify(rows, TreeHead(size, bytes(32)), hashes=Streamed())
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert not verdict
        return most

    peak(300)
    assert peak(8_000) < peak(1_000) * 1.5


def test_rows_are_asked_for_in_order_and_no_more_than_there_are():
    asked = []

    def rows(start):
        asked.append(start)
        return islice(iter(leaves_of(5)), start, None)

    assert verify(rows, LEDGER.head_at(5))
    assert asked == [0]
