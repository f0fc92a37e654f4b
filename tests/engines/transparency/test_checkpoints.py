"""Checkpoints: what a log signs of itself, and what its witnesses have seen."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.engines.transparency.logs import LOG, START, STRANGER, WITNESS
from tests.engines.transparency.vectors import (
    NOTE,
    NOTE_KEY,
    PUBLIC_CHECKPOINT,
    PUBLIC_LOG_KEY,
    PUBLIC_WITNESSES,
    ROOTS,
)
from tidegate.engines.transparency import (
    EMPTY_HEAD,
    Checkpoint,
    TreeHead,
    VerifierKey,
    cosign,
    open_checkpoint,
    sign_checkpoint,
)
from tidegate.engines.transparency.errors import CheckpointError, NoteError
from tidegate.engines.transparency.notes import Note, sign

HEAD = TreeHead(8, ROOTS[8])


def test_a_public_logs_checkpoint_opens_with_all_of_its_witnesses():
    witnesses = [VerifierKey.parse(text) for text in PUBLIC_WITNESSES]
    signed = open_checkpoint(
        PUBLIC_CHECKPOINT.encode(), [VerifierKey.parse(PUBLIC_LOG_KEY)], witnesses
    )
    assert signed.checkpoint.origin == "arche2025h1.staging.ct.transparency.dev"
    assert signed.head.size == 1432088532
    assert {one.key for one in signed.cosignatures} == set(witnesses)
    assert {one.at for one in signed.cosignatures} == {
        datetime(2026, 5, 23, 21, 50, 24, tzinfo=UTC)
    }
    assert bytes(signed.note) == PUBLIC_CHECKPOINT.encode()
    assert len(signed.note.signatures) == 6


def test_the_text_is_the_one_of_the_specification():
    text = "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"
    checkpoint = Checkpoint.parse(text)
    assert (checkpoint.origin, checkpoint.head.size) == ("example.com/behind-the-sofa", 20852163)
    assert checkpoint.text == text
    assert Checkpoint.parse(text + "more\n").extensions == ("more",)


@pytest.mark.parametrize("head", [EMPTY_HEAD, HEAD, TreeHead(2**63 - 1, ROOTS[8])])
def test_what_a_log_signs_it_can_open(head):
    signed = open_checkpoint(sign_checkpoint(head, LOG), [LOG.key])
    assert (signed.head, signed.cosignatures) == (head, ())
    assert signed.checkpoint.origin == LOG.key.name


def test_a_witness_signs_with_its_time_and_only_who_knows_it_sees_that():
    signed = open_checkpoint(sign_checkpoint(HEAD, LOG), [LOG.key])
    raw = cosign(signed, WITNESS, START)
    (stated,) = open_checkpoint(raw, [LOG.key], [WITNESS.key]).cosignatures
    assert (stated.key, stated.at) == (WITNESS.key, START)
    assert open_checkpoint(raw, [LOG.key]).cosignatures == ()


def test_a_witness_alone_is_not_the_log():
    text = Checkpoint(LOG.key.name, HEAD).text
    raw = bytes(Note(text, (sign(text, WITNESS, at=START),)))
    for keys in ([LOG.key], [], [WITNESS.key]):
        with pytest.raises(CheckpointError, match="not signed by the log's key"):
            open_checkpoint(raw, keys, [WITNESS.key])


def test_another_key_of_the_same_name_is_not_the_log():
    with pytest.raises(CheckpointError, match="not signed by the log's key"):
        open_checkpoint(sign_checkpoint(HEAD, STRANGER), [LOG.key])


def test_a_log_that_changed_its_key_is_opened_with_either():
    for signer in (LOG, STRANGER):
        assert open_checkpoint(sign_checkpoint(HEAD, signer), [LOG.key, STRANGER.key]).head == HEAD


def test_a_checkpoint_of_another_log_is_refused_though_the_key_signed_it():
    text = Checkpoint("example.org/other", HEAD).text
    with pytest.raises(CheckpointError, match=r"of the log 'example\.org/other'"):
        open_checkpoint(bytes(Note(text, (sign(text, LOG),))), [LOG.key])


def test_extension_lines_are_signed_and_kept():
    text = replace(Checkpoint(LOG.key.name, HEAD), extensions=("more",)).text
    raw = bytes(Note(text, (sign(text, LOG),)))
    assert open_checkpoint(raw, [LOG.key]).checkpoint.extensions == ("more",)
    with pytest.raises(NoteError):
        open_checkpoint(raw.replace(b"more", b"less"), [LOG.key])


def test_a_note_that_is_no_checkpoint_is_refused():
    with pytest.raises(CheckpointError, match="not a checkpoint"):
        open_checkpoint(NOTE.encode(), [VerifierKey.parse(NOTE_KEY)])


ROOT = "XcnaeacGWamtVZy3Ad7ZoqudgjqtL0lgz+Nw7/RgQyg="


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\n8\n" + ROOT + "\n",
        "origin\n8\n",
        "origin\n08\n" + ROOT + "\n",
        "origin\n+8\n" + ROOT + "\n",
        "origin\n-8\n" + ROOT + "\n",
        "origin\n8 \n" + ROOT + "\n",
        "origin\n\u0668\n" + ROOT + "\n",
        "origin\n9223372036854775808\n" + ROOT + "\n",
        "origin\n8\n" + ROOT[:-1] + "\n",
        "origin\n8\n" + ROOT[:-2] + "h=\n",
        "origin\n8\nAAAA\n",
        "origin\n0\n" + ROOT + "\n",
        "origin\n8\n" + ROOT + "\n\n",
    ],
)
def test_what_is_not_exactly_a_checkpoint_is_refused(text):
    with pytest.raises(CheckpointError):
        Checkpoint.parse(text)


@given(st.text(alphabet="01a+/=\n \u2014", max_size=80))
def test_a_text_that_is_read_is_written_back(text):
    try:
        checkpoint = Checkpoint.parse(text)
    except CheckpointError:
        return
    assert checkpoint.text == text.removesuffix("\n") + "\n"
