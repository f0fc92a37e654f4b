"""A restricted release opens for those it is for, and looks like any other."""

from __future__ import annotations

import secrets

import pyrage
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyrage.x25519 import Identity

from tidegate.engines.updates.audiences import (
    LARGEST,
    SMALLEST,
    new_restricted_path,
    open_restricted,
    pad,
    restrict,
    unpad,
)
from tidegate.engines.updates.errors import AudienceError
from tidegate.engines.updates.gate import is_record

US, THEM = Identity.generate(), Identity.generate()


def test_it_opens_for_those_it_is_for_and_for_nobody_else() -> None:
    sealed = restrict(b"what is restricted", [str(US.to_public())])
    assert open_restricted(sealed, f"{US}\n") == b"what is restricted"
    assert open_restricted(sealed, str(THEM)) is None
    assert b"restricted" not in sealed


def test_neither_length_nor_number_of_recipients_is_told() -> None:
    many = [str(Identity.generate().to_public()) for _ in range(15)]
    files = [
        restrict(b"", [str(US.to_public())]),
        restrict(secrets.token_bytes(SMALLEST - 8), [*many, str(US.to_public())]),
    ]
    # age adds one stanza of its own to each header, of a random length.
    stanzas = [file.split(b"\n---")[0].count(b"-> X25519") for file in files]
    assert stanzas == [16, 16]
    payloads = [len(file.split(b"\n---", 1)[1].split(b"\n", 1)[1]) for file in files]
    assert payloads[0] == payloads[1]
    seventeenth = restrict(b"", [*many, str(US.to_public()), str(THEM.to_public())])
    assert seventeenth.split(b"\n---")[0].count(b"-> X25519") == 32
    assert open_restricted(files[1], str(US)) is not None
    assert open_restricted(seventeenth, str(THEM)) == b""


def test_the_place_of_a_recipient_says_nothing() -> None:
    """The real one among 16 is not always where it was given: one chance in 16^12 to fail."""
    places = set()
    for _ in range(12):
        header = restrict(b"", [str(US.to_public())]).split(b"\n---")[0]
        parts = [b"-> X25519" + part for part in header.split(b"-> X25519")[1:]]
        places.add(next(n for n, part in enumerate(parts) if _opens(part)))
    assert len(places) > 1


def _opens(stanza: bytes) -> bool:
    """Say whether a stanza is ours: without a right MAC, age says so in other words."""
    raw = b"age-encryption.org/v1\n" + stanza.strip() + b"\n--- " + b"A" * 43 + b"\n" + bytes(16)
    try:
        pyrage.decrypt(raw, [US])
    except pyrage.DecryptError as error:
        return "No matching keys" not in str(error)
    return True


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=100), st.integers(0, 3 * SMALLEST))
def test_padding_is_to_powers_of_two_and_comes_off_again(start: bytes, length: int) -> None:
    content = start.ljust(length, b"x")
    padded = pad(content)
    assert len(padded) >= SMALLEST
    assert len(padded).bit_count() == 1
    assert unpad(padded) == content


@pytest.mark.parametrize(
    "padded",
    [
        b"",
        bytes(7),
        bytes(SMALLEST - 1),
        bytes(2 * SMALLEST),
        b"\xff" * SMALLEST,
        bytes(SMALLEST - 1) + b"x",
    ],
)
def test_what_is_padded_wrongly_is_refused(padded: bytes) -> None:
    with pytest.raises(AudienceError, match=r"padded wrongly|at most"):
        unpad(padded)


def test_nobody_and_no_key_are_refused_with_the_mend() -> None:
    with pytest.raises(AudienceError, match="name a recipient"):
        restrict(b"", [])
    with pytest.raises(AudienceError, match="age-keygen -y"):
        restrict(b"", ["age1nonsense"])
    with pytest.raises(AudienceError, match="at most 32 MiB"):
        pad(bytes(LARGEST))
    with pytest.raises(AudienceError) as caught:
        open_restricted(b"", "AGE-SECRET-KEY-1SECRET")
    assert "SECRET-KEY-1SECRET" not in str(caught.value)


def test_a_path_says_nothing() -> None:
    one, other = new_restricted_path(), new_restricted_path()
    assert one != other
    assert is_record(one)
    assert len(one) == len(other) == len("restricted/.age") + 32
