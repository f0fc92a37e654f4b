"""The verifiers: every true proof verifies, and whatever is changed in one does not."""

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tests.engines.transparency.logs import leaves_of
from tests.engines.transparency.vectors import CONSISTENCY, INCLUSION, LEAVES, ROOTS
from tidegate.engines.transparency import (
    EMPTY_HEAD,
    MemoryHashes,
    append,
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    root,
    verify_consistency,
    verify_inclusion,
)
from tidegate.engines.transparency.hashing import EMPTY_ROOT

HASHES = [leaf_hash(leaf) for leaf in leaves_of(200)]
STORE = MemoryHashes()
append(STORE, EMPTY_HEAD, HASHES)


@pytest.mark.parametrize(
    ("index", "size", "proof"), [(one[0], one[1], one[2:]) for one in INCLUSION]
)
def test_the_references_inclusion_proofs_verify(index, size, proof):
    hashes = [bytes.fromhex(one) for one in proof]
    assert verify_inclusion(leaf_hash(LEAVES[index]), index, size, hashes, ROOTS[size])


@pytest.mark.parametrize(
    ("old", "new", "proof"), [(one[0], one[1], one[2:]) for one in CONSISTENCY]
)
def test_the_references_consistency_proofs_verify(old, new, proof):
    hashes = [bytes.fromhex(one) for one in proof]
    assert verify_consistency(old, new, hashes, ROOTS[old], ROOTS[new])


@st.composite
def changed(draw, proof):
    """A proof that is not the given one: a bit, a hash less, one more, another order."""
    proof = list(proof)
    kind = draw(st.sampled_from(["bit", "less", "more", "swap", "short"]))
    at = draw(st.integers(0, max(0, len(proof) - 1)))
    if kind == "more" or not proof:
        return [*proof[:at], draw(st.sampled_from(HASHES)), *proof[at:]]
    if kind == "bit":
        bit = draw(st.integers(0, 255))
        number = int.from_bytes(proof[at], "big") ^ (1 << bit)
        return [*proof[:at], number.to_bytes(32, "big"), *proof[at + 1 :]]
    if kind == "less":
        return proof[:at] + proof[at + 1 :]
    if kind == "short":
        return [*proof[:at], proof[at][:-1], *proof[at + 1 :]]
    other = draw(st.integers(0, len(proof) - 1))
    proof[at], proof[other] = proof[other], proof[at]
    return proof


@settings(max_examples=150)
@given(st.data())
def test_an_inclusion_proof_verifies_and_no_changed_one_does(data):
    size = data.draw(st.integers(1, len(HASHES)))
    index = data.draw(st.integers(0, size - 1))
    proof = list(inclusion_proof(STORE, index, size))
    top = root(STORE, size)
    assert verify_inclusion(HASHES[index], index, size, proof, top)

    other = data.draw(changed(proof))
    assume(other != proof)
    assert not verify_inclusion(HASHES[index], index, size, other, top)
    elsewhere = data.draw(st.integers(-1, size).filter(lambda one: one != index))
    assert not verify_inclusion(HASHES[index], elsewhere, size, proof, top)
    assert not verify_inclusion(HASHES[index - 1], index, size, proof, top)
    assert not verify_inclusion(HASHES[index], index, size, proof, root(STORE, size - 1))


@settings(max_examples=150)
@given(st.data())
def test_a_consistency_proof_verifies_and_no_changed_one_does(data):
    new = data.draw(st.integers(1, len(HASHES)))
    old = data.draw(st.integers(1, new))
    proof = list(consistency_proof(STORE, old, new))
    before, after = root(STORE, old), root(STORE, new)
    assert verify_consistency(old, new, proof, before, after)

    other = data.draw(changed(proof))
    assume(other != proof)
    assert not verify_consistency(old, new, other, before, after)
    assert not verify_consistency(old, new, proof, root(STORE, old - 1), after)
    assert not verify_consistency(old, new, proof, before, root(STORE, new - 1))
    if old < new:
        assert not verify_consistency(old, new, proof, after, before)
        assert not verify_consistency(new, old, proof, after, before)


def test_any_tree_extends_the_empty_one_and_needs_no_proof():
    assert verify_consistency(0, 0, [], EMPTY_ROOT, EMPTY_ROOT)
    assert verify_consistency(0, 8, [], EMPTY_ROOT, ROOTS[8])
    assert not verify_consistency(0, 8, [ROOTS[8]], EMPTY_ROOT, ROOTS[8])
    assert not verify_consistency(0, 8, [], ROOTS[1], ROOTS[8])
    assert not verify_consistency(0, 0, [], EMPTY_ROOT, ROOTS[8])


def test_a_tree_extends_itself_and_no_other_of_its_size():
    assert verify_consistency(8, 8, [], ROOTS[8], ROOTS[8])
    assert not verify_consistency(8, 8, [], ROOTS[7], ROOTS[8])


def test_an_empty_tree_includes_nothing():
    assert not verify_inclusion(HASHES[0], 0, 0, [], EMPTY_ROOT)
    assert not verify_inclusion(b"", 0, 1, [], b"")


def test_a_proof_that_ends_below_the_root_shows_nothing_at_the_claimed_size():
    inside = inclusion_proof(STORE, 1, 4)
    assert verify_inclusion(HASHES[1], 1, 4, inside, root(STORE, 4))
    assert not verify_inclusion(HASHES[1], 1, 8, inside, root(STORE, 4))
    extends = consistency_proof(STORE, 2, 4)
    assert verify_consistency(2, 4, extends, root(STORE, 2), root(STORE, 4))
    assert not verify_consistency(2, 8, extends, root(STORE, 2), root(STORE, 4))
