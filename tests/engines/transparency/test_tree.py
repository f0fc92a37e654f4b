"""The tree: roots and proofs at any size, from stored hashes, as the RFC defines them."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.engines.transparency.definitions import (
    defined_path,
    defined_root,
    defined_subproof,
)
from tests.engines.transparency.logs import leaves_of, tree_of
from tests.engines.transparency.vectors import CONSISTENCY, INCLUSION, LEAVES, ROOTS
from tidegate.engines.transparency import (
    EMPTY_HEAD,
    MemoryHashes,
    Node,
    TreeHead,
    append,
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    root,
)
from tidegate.engines.transparency.errors import BrokenTreeError, MissingHashError
from tidegate.engines.transparency.frontier import Frontier
from tidegate.engines.transparency.hashing import EMPTY_ROOT, node_hash

SIZES = st.integers(0, 300)
HASHES = [leaf_hash(leaf) for leaf in leaves_of(300)]


def kept(size):
    store = MemoryHashes()
    append(store, EMPTY_HEAD, HASHES[:size])
    return store


def test_hashes_are_those_of_the_reference():
    # From: https://github.com/transparency-dev/merkle, rfc6962/rfc6962_test.go.
    assert ROOTS[0] == EMPTY_ROOT
    assert leaf_hash(b"").hex().startswith("6e340b9cffb37a989ca544e6bb780a2c")
    assert leaf_hash(b"L123456").hex() == (
        "395aa064aa4c29f7010acfe3f25db9485bbd4b91897b6ad7ad547639252b4d56"
    )
    assert node_hash(b"N123", b"N456").hex() == (
        "aa217fe888e47007fa15edab33c2b492a722cb106c64667fc2b044444de66bbb"
    )


@pytest.mark.parametrize("size", range(9))
def test_roots_are_those_of_the_reference_also_at_earlier_sizes(size):
    store, head = tree_of(LEAVES)
    assert head == TreeHead(8, ROOTS[8])
    assert root(store, size) == ROOTS[size]
    assert tree_of(LEAVES[:size])[1] == TreeHead(size, ROOTS[size])


@pytest.mark.parametrize(
    ("index", "size", "proof"), [(one[0], one[1], one[2:]) for one in INCLUSION]
)
def test_inclusion_proofs_are_those_of_the_reference(index, size, proof):
    store, _ = tree_of(LEAVES)
    assert [one.hex() for one in inclusion_proof(store, index, size)] == list(proof)


@pytest.mark.parametrize(
    ("old", "new", "proof"), [(one[0], one[1], one[2:]) for one in CONSISTENCY]
)
def test_consistency_proofs_are_those_of_the_reference(old, new, proof):
    store, _ = tree_of(LEAVES)
    assert [one.hex() for one in consistency_proof(store, old, new)] == list(proof)


@settings(max_examples=60)
@given(SIZES, st.data())
def test_every_root_and_every_proof_is_the_defined_one(size, data):
    store = kept(size)
    earlier = data.draw(st.integers(0, size))
    assert root(store, earlier) == defined_root(HASHES[:earlier])
    if earlier:
        index = data.draw(st.integers(0, earlier - 1))
        assert list(inclusion_proof(store, index, earlier)) == defined_path(index, HASHES[:earlier])
        proof = consistency_proof(store, earlier, size)
        assert list(proof) == defined_subproof(earlier, HASHES[:size], known=True)


@settings(max_examples=60)
@given(st.lists(st.integers(0, 40), max_size=8))
def test_it_does_not_matter_in_how_many_steps_a_tree_grew(steps):
    store, head = MemoryHashes(), EMPTY_HEAD
    for step in steps:
        head = append(store, head, HASHES[head.size : head.size + step])
    assert head.root == defined_root(HASHES[: head.size])
    assert store.kept == kept(head.size).kept


def test_an_append_reads_and_writes_a_hash_a_level_at_most():
    class Counting(MemoryHashes):
        touched = 0

        def read(self, nodes):
            self.touched += len(nodes)
            return super().read(nodes)

        def write(self, hashes):
            self.touched += len(hashes)
            super().write(hashes)

    store, head = Counting(), EMPTY_HEAD
    for one in HASHES:
        store.touched = 0
        head = append(store, head, [one])
        assert store.touched <= 2 * head.size.bit_length()


def test_nothing_is_appended_to_hashes_that_do_not_give_what_was_signed():
    store, head = tree_of(LEAVES[:7])
    store.kept[Node(1, 2)] = b"\0" * 32
    before = dict(store.kept)
    with pytest.raises(BrokenTreeError, match="the root of the 7 entries that was signed"):
        append(store, head, [b"\1" * 32])
    assert store.kept == before


def test_a_hash_that_is_lost_is_named():
    store, head = tree_of(LEAVES[:7])
    del store.kept[Node(1, 2)]
    with pytest.raises(MissingHashError, match=r"level 1, index 2 \(entries 4 to 5\)"):
        append(store, head, [b"\1" * 32])
    with pytest.raises(MissingHashError):
        root(store, 7)
    assert root(store, 4) == ROOTS[4]


@pytest.mark.parametrize(("index", "size"), [(-1, 3), (3, 3), (0, 0)])
def test_an_entry_outside_of_the_tree_has_no_proof(index, size):
    with pytest.raises(ValueError, match="is not one of a tree"):
        inclusion_proof(kept(5), index, size)


def test_a_smaller_tree_does_not_extend_a_larger_one():
    with pytest.raises(ValueError, match="does not extend"):
        consistency_proof(kept(5), 4, 3)
    with pytest.raises(ValueError, match="no -1 entries"):
        root(kept(5), -1)


@pytest.mark.parametrize(("size", "value"), [(-1, ROOTS[1]), (1, b"short"), (0, ROOTS[1])])
def test_a_head_that_no_tree_has_is_none(size, value):
    with pytest.raises(ValueError, match="a tree"):
        TreeHead(size, value)


def test_an_edge_refuses_what_does_not_fit():
    with pytest.raises(ValueError, match="a tree of 3 entries has 2 subtrees"):
        Frontier(3, [ROOTS[1]])
    with pytest.raises(ValueError, match="no subtree of level 1 begins at entry 1"):
        Frontier(1, [ROOTS[1]]).append(ROOTS[2], 1)


def test_a_copied_edge_grows_by_itself():
    edge = Frontier()
    edge.append(HASHES[0])
    copied = edge.copy()
    copied.append(HASHES[1])
    assert (edge.size, edge.root()) == (1, HASHES[0])
    assert copied.root() == node_hash(HASHES[0], HASHES[1])
