"""The OpenPGP key: made once, read by nobody else, and its signatures read by other programs."""

from __future__ import annotations

import io
import shutil
import subprocess
import tarfile
from pathlib import Path

import pytest
import zstandard
from pysequoia import Sig, Tsk

from tidegate.engines.provider.signing import (
    KeyFileError,
    OpenPgpSigner,
    read_certificate,
    signature_fault,
)

USER = "Tidegate at example.org <security@example.org>"
SAMPLE = Path(__file__).parents[4] / "shared/data/csaf/cisa-signed-sample.tar.zst"


def test_a_key_is_made_once_and_is_its_owners_alone(tmp_path: Path):
    made = OpenPgpSigner.make(tmp_path / "key", USER)
    assert (tmp_path / "key").stat().st_mode & 0o777 == 0o600
    assert OpenPgpSigner.load(tmp_path / "key").fingerprint == made.fingerprint
    with pytest.raises(KeyFileError, match="made once"):
        OpenPgpSigner.make(tmp_path / "key", USER)
    (tmp_path / "key").chmod(0o640)
    with pytest.raises(KeyFileError, match="chmod 600"):
        OpenPgpSigner.load(tmp_path / "key")


@pytest.mark.parametrize("content", [b"", b"no key", None])
def test_a_file_without_a_private_key_is_told(tmp_path: Path, content: bytes | None):
    if content is None:
        content = OpenPgpSigner.make(tmp_path / "other", USER).certificate
    (tmp_path / "key").write_bytes(content)
    (tmp_path / "key").chmod(0o600)
    with pytest.raises(KeyFileError, match="holds no OpenPGP key"):
        OpenPgpSigner.load(tmp_path / "key")


def test_what_is_public_holds_nothing_private(tmp_path: Path):
    public = read_certificate(OpenPgpSigner.make(tmp_path / "key", USER).certificate)
    assert public is not None
    with pytest.raises(RuntimeError):
        Tsk.from_bytes(bytes(public)).signer()
    assert public.expiration is None


def test_a_signature_is_of_its_content_and_its_key_alone(tmp_path: Path):
    signer = OpenPgpSigner.make(tmp_path / "key", USER)
    other = OpenPgpSigner.make(tmp_path / "other", USER)
    signature = signer.sign(b"content")
    assert signer.has_signed(b"content", signature)
    assert not signer.has_signed(b"Content", signature)
    assert not other.has_signed(b"content", signature)
    assert not signer.has_signed(b"content", b"")


@pytest.mark.skipif(shutil.which("gpg") is None, reason="GnuPG is not installed")
def test_gnupg_verifies_our_signatures(tmp_path: Path):
    signer = OpenPgpSigner.make(tmp_path / "key", USER)
    for name, content in (
        ("public.asc", signer.certificate),
        ("document", b"content"),
        ("document.asc", signer.sign(b"content")),
    ):
        (tmp_path / name).write_bytes(content)
    (tmp_path / "home").mkdir(mode=0o700)
    gpg = ["gpg", "--homedir", str(tmp_path / "home"), "--batch", "--no-autostart", "--status-fd=1"]
    subprocess.run([*gpg, "--import", tmp_path / "public.asc"], check=True, capture_output=True)
    verified = subprocess.run(
        [*gpg, "--verify", tmp_path / "document.asc", tmp_path / "document"],
        capture_output=True,
    )
    assert b"VALIDSIG " in verified.stdout
    assert verified.returncode == 0


@pytest.mark.skipif(not SAMPLE.is_file(), reason="the sample is not here")
def test_real_signatures_are_read_and_refused_without_their_key(tmp_path: Path):
    ours = read_certificate(OpenPgpSigner.make(tmp_path / "key", USER).certificate)
    raw = zstandard.ZstdDecompressor().stream_reader(io.BytesIO(SAMPLE.read_bytes())).read()
    with tarfile.open(fileobj=io.BytesIO(raw)) as archive:
        found = [one for one in archive.getmembers() if one.name.endswith(".asc")]
        assert len(found) == 25
        for one in found[:5]:
            file = archive.extractfile(one)
            assert file is not None
            signature = file.read()
            assert Sig.from_bytes(signature).issuer_fingerprint
            assert ours is not None
            assert signature_fault(b"", signature, [ours]) is not None
