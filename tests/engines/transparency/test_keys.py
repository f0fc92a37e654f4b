"""Verifier keys: read and written as C2SP signed-note has them, and in no other way."""

import base64
import contextlib

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from tests.engines.transparency.vectors import (
    GO_KEY,
    GO_SEED,
    NOTE_KEY,
    PUBLIC_LOG_KEY,
    PUBLIC_WITNESSES,
)
from tidegate.engines.transparency import NoteSigner, SignatureKind, VerifierKey
from tidegate.engines.transparency.errors import KeyStringError
from tidegate.engines.transparency.keys import is_key_name


@pytest.mark.parametrize("text", [NOTE_KEY, GO_KEY, PUBLIC_LOG_KEY, *PUBLIC_WITNESSES])
def test_published_keys_are_read_and_written_back(text):
    assert str(VerifierKey.parse(text)) == text


def test_the_example_of_the_specification_has_its_parts():
    key = VerifierKey.parse(NOTE_KEY)
    assert (key.name, key.kind, key.key_id.hex()) == (
        "example.com/foo",
        SignatureKind.NOTE,
        "530d903a",
    )


def test_a_signer_has_the_key_that_its_seed_has_elsewhere():
    seed = base64.b64decode(GO_SEED)[1:]
    signer = NoteSigner("PeterNeumann", Ed25519PrivateKey.from_private_bytes(seed))
    assert str(signer.key) == GO_KEY
    assert signer.key.verifies(b"said", signer.sign(b"said"))
    assert not signer.key.verifies(b"not said", signer.sign(b"said"))
    assert not signer.key.verifies(b"said", b"")


def test_one_key_under_two_kinds_has_two_ids():
    private = Ed25519PrivateKey.from_private_bytes(bytes(32))
    ids = {NoteSigner("example.org", private, kind).key.key_id for kind in SignatureKind}
    assert len(ids) == 2


@pytest.mark.parametrize(
    "text",
    [
        "",
        "example.com/foo",
        "example.com/foo+530d903a",
        "+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
        NOTE_KEY.replace("530d903a", "530D903A"),
        NOTE_KEY.replace("530d903a", "530d903b"),
        NOTE_KEY.replace("530d903a", "30d903a"),
        NOTE_KEY.replace("example.com/foo", "example.com/fop"),
        NOTE_KEY.replace("example", "exam ple"),
        NOTE_KEY[:-4],
        NOTE_KEY + "\n",
        NOTE_KEY + "=",
        "example.org+12345678+" + base64.b64encode(b"\6" + bytes(32)).decode(),
        "x" * 2000 + NOTE_KEY,
    ],
)
def test_what_is_not_exactly_a_key_is_refused_with_the_mend(text):
    with pytest.raises(KeyStringError, match="write"):
        VerifierKey.parse(text)


@given(st.text(max_size=60), st.integers(0, len(NOTE_KEY)))
def test_no_text_does_more_than_be_refused(text, at):
    written = NOTE_KEY[:at] + text + NOTE_KEY[at + len(text) :]
    with contextlib.suppress(KeyStringError):
        assert str(VerifierKey.parse(written)) == written


@pytest.mark.parametrize("name", ["", "a b", "a+b", "a\u00a0b", "a\nb", "a\x00b", "a\u2003"])
def test_a_name_that_no_signature_line_could_have_is_refused(name):
    assert not is_key_name(name)
    with pytest.raises(KeyStringError, match="not a name for a key"):
        VerifierKey(name, SignatureKind.NOTE, bytes(32))


def test_a_key_of_another_length_is_refused():
    with pytest.raises(KeyStringError, match="not 32 bytes"):
        VerifierKey("example.org", SignatureKind.NOTE, bytes(31))
