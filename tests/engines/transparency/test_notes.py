"""Signed notes: read strictly, unknown signers kept and ignored, known ones verified."""

import base64
import contextlib
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from tests.engines.transparency.logs import LOG, START, STRANGER, WITNESS
from tests.engines.transparency.vectors import GO_KEY, GO_NOTE, GO_SEED, NOTE, NOTE_KEY
from tidegate.engines.transparency import NoteSigner, VerifierKey
from tidegate.engines.transparency.errors import NoteError
from tidegate.engines.transparency.notes import Note, SignatureLine, cosignature, sign

TEXT = "something\n\nand more\n"
SIGNED = Note(TEXT, (sign(TEXT, LOG), sign(TEXT, WITNESS, at=START)))


@pytest.mark.parametrize(("raw", "key"), [(NOTE, NOTE_KEY), (GO_NOTE, GO_KEY)])
def test_published_notes_verify_and_are_written_back(raw, key):
    note = Note.parse(raw.encode())
    assert bytes(note) == raw.encode()
    assert [one.name for one in note.verified([VerifierKey.parse(key)])] == [key.split("+")[0]]


def test_a_note_is_signed_as_another_implementation_signs_it():
    seed = base64.b64decode(GO_SEED)[1:]
    signer = NoteSigner("PeterNeumann", Ed25519PrivateKey.from_private_bytes(seed))
    text = Note.parse(GO_NOTE.encode()).text
    assert bytes(Note(text, (sign(text, signer),))) == GO_NOTE.encode()


def test_a_text_may_hold_empty_lines_for_the_last_one_divides():
    assert Note.parse(bytes(SIGNED)) == SIGNED
    assert set(SIGNED.verified([LOG.key, WITNESS.key])) == {LOG.key, WITNESS.key}


def test_unknown_signers_are_kept_and_ignored_also_under_a_known_name():
    broken = replace(sign(TEXT, STRANGER), signature=bytes(64))
    note = Note.parse(bytes(SIGNED.with_signatures([broken])))
    assert broken in note.signatures
    assert set(note.verified([LOG.key])) == {LOG.key}


def test_a_signature_of_a_known_key_that_does_not_fit_refuses_the_note():
    line = SIGNED.signatures[0]
    forged = replace(line, signature=line.signature[::-1])
    with pytest.raises(NoteError, match="changed after it was signed"):
        SIGNED.with_signatures([forged]).verified([LOG.key])
    with pytest.raises(NoteError, match="changed after it was signed"):
        replace(SIGNED, text="something else\n").verified([LOG.key])


def test_a_cosignature_covers_its_time():
    line = SIGNED.signatures[1]
    assert cosignature(WITNESS.key, line).at == START
    later = replace(line, signature=b"\0\0\0\0\x7f" + line.signature[5:])
    with pytest.raises(NoteError):
        replace(SIGNED, signatures=(later,)).verified([WITNESS.key])


def test_a_cosignature_is_no_signature_of_the_log_and_the_other_way_round():
    swapped = SignatureLine(LOG.key.name, LOG.key.key_id, sign(TEXT, WITNESS, at=START).signature)
    with pytest.raises(NoteError):
        Note(TEXT, (swapped,)).verified([LOG.key])
    bare = SignatureLine(WITNESS.key.name, WITNESS.key.key_id, sign(TEXT, LOG).signature)
    with pytest.raises(NoteError):
        Note(TEXT, (bare,)).verified([WITNESS.key])


@pytest.mark.parametrize("size", [1, 8, 71, 73])
def test_a_signature_of_another_length_does_not_fit(size):
    for signer in (LOG, WITNESS):
        line = SignatureLine(signer.key.name, signer.key.key_id, bytes(size))
        with pytest.raises(NoteError, match="does not fit"):
            Note(TEXT, (line,)).verified([signer.key])


def test_a_time_that_nobody_could_be_shown_is_refused():
    line = SignatureLine("w", b"1234", b"\x7f" + bytes(71))
    with pytest.raises(NoteError, match="after the year 9999"):
        cosignature(WITNESS.key, line)


@pytest.mark.parametrize(
    "at",
    [None, datetime(2026, 1, 1), datetime(1969, 1, 1, tzinfo=UTC)],  # noqa: DTZ001
)
def test_a_cosignature_without_its_time_is_not_made(at):
    with pytest.raises(ValueError, match="cosignature"):
        sign(TEXT, WITNESS, at=at)


def test_a_logs_signature_has_no_time():
    with pytest.raises(ValueError, match="only a cosignature"):
        sign(TEXT, LOG, at=START)


@pytest.mark.parametrize("text", ["no newline", "a\tb\n", "a\rb\n", ""])
def test_a_text_that_no_note_could_have_is_not_signed(text):
    with pytest.raises(NoteError):
        sign(text, LOG)


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b"", "not a signed note"),
        (NOTE.encode()[:-1], "not a signed note"),
        (NOTE.encode().replace(b"\n\n", b"\n"), "not a signed note"),
        ("\n\n— a b\n".encode(), "not a signed note"),
        (NOTE.encode().replace(b"\n", b"\r\n"), "control character"),
        (NOTE.encode().replace(b"This", b"\xff"), "not UTF-8 at byte 1"),
        (NOTE.encode().replace("—".encode(), b"-"), "not a signature line"),
        (NOTE.encode().replace(b"foo Uw", b"foo  Uw"), "not a signature line"),
        (NOTE.encode().replace(b"foo Uw", b"f+o Uw"), "not a signature line"),
        (NOTE.encode().replace(b"QM=", b"QN="), "not a signature line"),
        (NOTE.encode().replace(b"QM=", b"QM"), "not a signature line"),
        ("x\n\n— a AAAAAA==\n".encode(), "not a signature line"),
        (("x\n\n" + "— a AAAAAAA=\n" * 101).encode(), "101 signatures; at most 100"),
        (b"x" * (1 << 20) + NOTE.encode(), "larger than 1 MiB"),
    ],
)
def test_what_is_not_exactly_a_note_is_refused(raw, reason):
    with pytest.raises(NoteError, match=reason):
        Note.parse(raw)


@given(st.integers(0, len(bytes(SIGNED)) - 1), st.binary(max_size=3))
def test_a_note_that_was_changed_anywhere_is_refused(at, put):
    whole = bytes(SIGNED)
    raw = whole[:at] + put + whole[at + len(put) :]
    with contextlib.suppress(NoteError):
        signed = Note.parse(raw).verified([LOG.key, WITNESS.key])
        # What is left is a line that became somebody else's: its key then signed nothing.
        assert raw == whole or len(signed) < 2
