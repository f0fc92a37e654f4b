"""When two proofs are one: a digest over what they do, not over how they were written down.

Two proofs with the same digest hold the same programs and files. Line endings, white space at the
ends of lines and the order in which files are listed make no difference, nor does anything that is
not run: titles, the harmless program, timeouts. Comments do, since telling them from texts would
mean to read the language; a proof that was cut down (`smallest`) has none that it does not need.
"""

from __future__ import annotations

import hashlib

import rfc8785

from tidegate.engines.formats.finding import Proof


def proof_digest(proof: Proof, *, names: bool = True) -> str:
    """Return the SHA-256, in hex, over the canonical form (RFC 8785) of a proof.

    What the programs are called, and which of them is the entry, makes no difference: a version is
    affected if any of them fires. The names of all other files do, because programs open and import
    them by name; `names=False` leaves those out, too, for proofs that were cut down.
    """
    programs = {proof.entry, *proof.variants}
    beside = sorted(
        [name if names else "", _digest(content)]
        for name, content in proof.files.items()
        if name not in programs and name != proof.benign
    )
    form = {
        "language": proof.language,
        "programs": sorted({_digest(proof.files[name]) for name in programs}),
        "files": beside,
        "needs": sorted([name, version] for name, version in proof.needs),
    }
    return hashlib.sha256(rfc8785.dumps(form)).hexdigest()


def _digest(content: bytes) -> str:
    return hashlib.sha256(_normalised(content)).hexdigest()


def _normalised(content: bytes) -> bytes:
    """Return a text without what editors change by themselves; what is no text, as it is."""
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        return content
    if "\0" in text:
        return content
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return "\n".join(line.rstrip(" \t") for line in lines).rstrip("\n").encode()
