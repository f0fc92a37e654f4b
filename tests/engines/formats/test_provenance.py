"""A relay adds itself to the chain, and changes nothing else."""

from __future__ import annotations

from dataclasses import FrozenInstanceError, replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidegate.engines.formats.provenance import (
    MAX_HOPS,
    Credit,
    EmbargoTerms,
    Hop,
    Involvement,
    Provenance,
    is_relay_of,
    relayed,
)

NOW = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
TERMS = EmbargoTerms(NOW + timedelta(days=90), "TLP:RED", "Two people, no e-mail.")
FIRST = Provenance(
    credits=(Credit(("Jo",), "Lab"),),
    chain=(Hop("Lab", "LAB-7", NOW),),
    origins=("LAB-7",),
    terms=TERMS,
)

INSTANTS = st.datetimes(timezones=st.just(UTC))
NAMES = st.text(min_size=1, max_size=40).filter(lambda text: text.strip() != "")
HOPS = st.builds(Hop, NAMES, st.none() | NAMES, st.none() | INSTANTS)


@given(st.lists(HOPS, max_size=8))
def test_however_often_it_is_handed_on_only_the_chain_grows_and_only_at_its_end(hops):
    provenance = FIRST
    for hop in hops:
        if (hop.party, hop.identifier) == (
            provenance.chain[-1].party,
            provenance.chain[-1].identifier,
        ):
            continue
        before, provenance = provenance, relayed(provenance, hop)
        assert provenance.chain == (*before.chain, hop)
        assert replace(provenance, chain=()) == replace(before, chain=())
        assert is_relay_of(provenance, before)
    assert is_relay_of(provenance, FIRST)
    assert provenance.terms is TERMS


def test_terms_cannot_be_changed_in_place():
    with pytest.raises(FrozenInstanceError):
        FIRST.terms.ends = NOW  # type: ignore[misc]


@pytest.mark.parametrize(
    "changed",
    [
        replace(FIRST, terms=replace(TERMS, ends=NOW)),
        replace(FIRST, terms=replace(TERMS, ends=None)),
        replace(FIRST, terms=replace(TERMS, tlp="TLP:CLEAR")),
        replace(FIRST, terms=replace(TERMS, text="Anybody.")),
        replace(FIRST, credits=()),
        replace(FIRST, credits=(Credit(("Somebody else",)),)),
        replace(FIRST, origins=("OTHER-1", "LAB-7")),
        replace(FIRST, chain=()),
        replace(FIRST, chain=(Hop("Somebody else", "LAB-7", NOW),)),
    ],
)
def test_what_lost_a_part_or_changed_a_term_is_no_relay(changed):
    assert not is_relay_of(changed, FIRST)


def test_the_account_of_who_was_reached_and_the_hint_may_grow_on_the_way():
    later = replace(FIRST, involvements=(Involvement("vendor", "open"),), deduplicated=True)
    assert is_relay_of(later, FIRST)


@pytest.mark.parametrize(
    ("hop", "mend"),
    [
        (Hop(" ", "X-1", NOW), "give the name it goes by"),
        (Hop("x" * 301, None, None), "shorten them"),
        (Hop("x", "y" * 201, None), "shorten them"),
        (Hop("Lab", "LAB-7", None), "hand it on once"),
    ],
)
def test_a_hop_that_cannot_be_kept_is_refused_with_the_mend(hop, mend):
    with pytest.raises(ValueError, match=mend):
        relayed(FIRST, hop)


def test_a_full_chain_is_not_shortened_to_make_room():
    full = replace(FIRST, chain=tuple(Hop(f"P{n}", None, None) for n in range(MAX_HOPS)))
    with pytest.raises(ValueError, match="ask the first one"):
        relayed(full, Hop("one more", None, None))


def test_a_report_may_come_back_to_a_party_under_another_identifier():
    there = relayed(FIRST, Hop("CERT", "C-1", NOW))
    assert len(relayed(there, Hop("Lab", "LAB-7", NOW)).chain) == 3
