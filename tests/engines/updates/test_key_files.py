"""An offline key opens with its passphrase, with nothing else, and is never overwritten."""

from __future__ import annotations

import base64
import hashlib
import re
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from tidegate.engines.updates.errors import KeyFileError
from tidegate.engines.updates.key_files import (
    COST,
    make_key_file,
    name_of,
    open_key_file,
    public_path,
    read_public,
)

WORDS = "five random words are enough"
CHEAP = 16


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "root-1.pem"


def test_a_key_opens_with_its_passphrase_and_signs(path: Path) -> None:
    public = make_key_file(path, WORDS, cost=CHEAP)
    signer = open_key_file(path, WORDS)
    assert signer.public_key == public == read_public(public_path(path))
    public.verify_signature(signer.sign(b"a root"), b"a root")
    assert name_of(public) == f"root-1 ({public.keyid[:8]})"


def test_only_its_owner_can_read_it_and_nothing_of_it_is_plain(path: Path) -> None:
    make_key_file(path, WORDS, cost=CHEAP)
    assert path.stat().st_mode & 0o077 == 0
    assert b"ENCRYPTED PRIVATE KEY" in path.read_bytes()
    with pytest.raises(TypeError):
        load_pem_private_key(path.read_bytes(), None)


def test_another_passphrase_does_not_open_it(path: Path) -> None:
    make_key_file(path, WORDS, cost=CHEAP)
    with pytest.raises(KeyFileError, match="does not open with this passphrase"):
        open_key_file(path, WORDS + " ")


def test_a_key_is_never_overwritten(path: Path) -> None:
    make_key_file(path, WORDS, cost=CHEAP)
    before = path.read_bytes()
    with pytest.raises(KeyFileError, match="never overwritten"):
        make_key_file(path, WORDS, cost=CHEAP)
    assert path.read_bytes() == before


def test_a_short_passphrase_makes_no_file(path: Path) -> None:
    with pytest.raises(KeyFileError, match="under 12 characters"):
        make_key_file(path, "short", cost=CHEAP)
    assert not path.exists()


def test_a_file_says_how_dear_a_guess_is_and_is_not_asked_for_more(path: Path) -> None:
    make_key_file(path, WORDS, cost=CHEAP)
    assert COST == 1 << 17
    for cost in (b"0", b"3", b"2097152"):
        path.write_bytes(path.read_bytes().replace(b"n=16", b"n=" + cost))
        with pytest.raises(KeyFileError, match="not a key file"):
            open_key_file(path, WORDS)
        path.write_bytes(path.read_bytes().replace(b"n=" + cost, b"n=16"))
    assert open_key_file(path, WORDS)


def test_it_opens_without_this_program_as_the_documentation_says(path: Path) -> None:
    make_key_file(path, WORDS, cost=CHEAP)
    raw = path.read_bytes()
    found = re.search(rb"scrypt n=(\d+) r=8 p=1 salt=(\S+)", raw)
    assert found
    password = hashlib.scrypt(
        WORDS.encode(), salt=base64.b64decode(found[2]), n=int(found[1]), r=8, p=1, dklen=32
    )
    assert load_pem_private_key(raw, password.hex().encode())


@pytest.mark.parametrize("raw", [b"", b"nonsense", b"-----BEGIN PUBLIC KEY-----\n"])
def test_what_is_no_key_is_refused(path: Path, raw: bytes) -> None:
    path.write_bytes(raw)
    with pytest.raises(KeyFileError):
        open_key_file(path, WORDS)
    with pytest.raises(KeyFileError):
        read_public(path)
    with pytest.raises(KeyFileError, match="cannot be read"):
        read_public(path.with_name("missing.pub"))
