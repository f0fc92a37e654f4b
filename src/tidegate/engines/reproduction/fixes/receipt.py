"""The rungs of a fix, signed: what was tried, on what, and what was seen.

An in-toto Statement v1 in a DSSE envelope, signed as the receipts of findings are. Its subjects
are the diff, or the archives of the released version, and the documents of the findings. Its
predicate (`PREDICATE_TYPE`; the binding form is `engines/formats/fix-receipt-1.schema.json`):

    fix         {kind, package, base, version, sha256}   sha256 is null for a released version
    findings    [{id, sha256}, ...]
    rungs       [{name, word, reason, details, variants}, ...]   from the lowest to the highest;
                                          a variant names its files by digest
    labels      [...]                     as they follow from the rungs
    runtimes    [{name, executable_sha256}, ...]
    archives    [{name, version, filename, sha256}, ...]   of both versions
    tests       {file name: sha256}       the tests that were given with it
    sandbox     {tier}
    started, finished                     RFC 3339 in UTC
    tidegate    version of the program

Whoever reads it need not believe the labels: they follow from the rungs, and `verify` looks.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from tidegate.engines.formats.finding import Finding
from tidegate.engines.formats.instants import written_to_seconds
from tidegate.engines.formats.receipts import OF_FIX, Statement
from tidegate.engines.reproduction import receipts
from tidegate.engines.reproduction.fixes import ladder
from tidegate.engines.reproduction.fixes.values import Fix, FixKind, Rung
from tidegate.engines.reproduction.receipts import InstanceKey

PREDICATE_TYPE: Final = OF_FIX.predicate_type


def statement(
    fix: Fix,
    findings: Sequence[Finding],
    state: Mapping[str, Any],
    rungs: Sequence[Rung],
    *,
    started: datetime,
    finished: datetime,
    tidegate: str,
    tier: str,
) -> dict[str, Any]:
    """Return the in-toto statement over a climb; `state` is what `Climber.begin` gave. Pure."""
    grounds = state["grounds"]
    archives = {
        archive["sha256"]: dict(archive)
        for ground in grounds
        for side in ground["archives"].values()
        for archive in side
    }
    runtimes = {g["runtime"]["executable_sha256"]: dict(g["runtime"]) for g in grounds}
    patch = fix.kind is FixKind.PATCH
    if patch:
        subjects = [("fix.diff", fix.digest)]
    else:
        subjects = [
            (archive["filename"], archive["sha256"])
            for ground in grounds
            for archive in ground["archives"]["fixed"][:1]
        ]
    subjects += [(finding.id, finding.digest) for finding in findings]
    predicate = {
        "fix": {
            "kind": fix.kind.value,
            "package": fix.package,
            "base": fix.base,
            "version": fix.version or None,
            "sha256": fix.digest if patch else None,
        },
        "findings": [{"id": finding.id, "sha256": finding.digest} for finding in findings],
        "rungs": [rung.described() for rung in ladder.in_order(rungs)],
        "labels": [label.value for label in ladder.labels(rungs)],
        "runtimes": list(runtimes.values()),
        "archives": list(archives.values()),
        "tests": {name: hashlib.sha256(content).hexdigest() for name, content in fix.tests.items()},
        "sandbox": {"tier": tier},
        "started": written_to_seconds(started),
        "finished": written_to_seconds(finished),
        "tidegate": tidegate,
    }
    unique = list({digest: (name, digest) for name, digest in subjects}.values())
    return receipts.statement(unique, predicate, PREDICATE_TYPE)


def sign(key: InstanceKey, said: Mapping[str, Any]) -> bytes:
    """Return the receipt, ready to be written to a file.

    Raises:
        ReceiptError: the statement is one that `verify` would refuse.
    """
    return key.sign(said, OF_FIX)


def verify(envelope: bytes, public_key_pem: bytes) -> Statement:
    """Check the receipt of a fix against a public key and return what it says.

    Raises:
        ReceiptError: one sentence for the first thing that is wrong; a label that does not follow
            from the rungs is.
    """
    return receipts.verify(envelope, public_key_pem, form=OF_FIX)
