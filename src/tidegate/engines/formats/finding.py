"""What a finder hands in, read from a file: the native finding, version 1.

The contract is `finding-1.schema.json` beside this file, and what a schema cannot say: the purl
parses, the programs of a proof are among its files, base64 is base64. A bad record becomes a
`Refusal`, and the next one is read. Everything in a document is somebody else's word; nothing of
it is ever used as a path on this machine, the names of a proof's files included.
"""

from __future__ import annotations

import base64
import binascii
import stat
from dataclasses import dataclass, field
from enum import StrEnum
from typing import IO, TYPE_CHECKING, Any, Final

from tidegate.engines.formats.documents import (
    MAX_BYTES,
    TOO_LARGE,
    Document,
    Fault,
    field_path,
    parse,
    sha256_of,
    shown,
)
from tidegate.engines.formats.refusals import not_a_purl, schema, schema_fault
from tidegate.engines.formats.slicing import BYTE_ORDER_MARK, lines
from tidegate.engines.formats.targets import Target, TargetError, parse_target

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

__all__ = [
    "Effect",
    "Finding",
    "FindingFileError",
    "Proof",
    "Refusal",
    "Target",
    "parse_finding",
    "read_findings",
    "schema",
]

DEFAULT_TIMEOUT: Final = 20.0
"""Seconds for one run of a proof that names no timeout."""

MAX_FILE_BYTES: Final = 1 << 20
"""Largest file of a proof, decoded."""


class Effect(StrEnum):
    """What the attacker gains; it names the watcher that a run is judged by."""

    CODE_EXECUTION = "code-execution"
    FILE_READ = "file-read"
    FILE_WRITE = "file-write"
    NETWORK_REQUEST = "network-request"
    PROTOTYPE_POLLUTION = "prototype-pollution"
    MEMORY_SAFETY = "memory-safety"
    DENIAL_OF_SERVICE = "denial-of-service"
    ASSERTION = "assertion"


@dataclass(frozen=True, slots=True)
class Proof:
    """A proof of vulnerability: small programs, hostile by assumption."""

    language: str
    """`python` or `javascript`."""
    entry: str
    """The name, in `files`, of the program that is run; likewise `variants` and `benign`."""
    variants: tuple[str, ...]
    benign: str | None
    files: Mapping[str, bytes] = field(hash=False)
    """Flat names, checked against the contract's pattern; still never a path of this machine."""
    needs: tuple[tuple[str, str], ...]
    """Registry name and version of each other package that the program imports."""
    timeout: float = DEFAULT_TIMEOUT
    """Seconds for one run."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One suspected vulnerability in one package, as it was handed in."""

    id: str
    """The finder's own name for it; free text."""
    title: str
    target: Target
    effect: Effect
    proof: Proof | None
    aliases: tuple[str, ...]
    weaknesses: tuple[str, ...]
    digest: str
    """SHA-256, in hex, over the document's RFC 8785 form: the same for every way to write it."""
    document: Mapping[str, Any] = field(repr=False, compare=False)
    """The document as it came; not to be changed."""
    source: str = field(compare=False)
    line: int | None = field(compare=False)


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why one record is not a finding."""

    source: str
    line: int | None
    """Counted from 1; None for a file that holds one record."""
    field: str
    """Such as `target.purl`; empty for the record as a whole."""
    reason: str

    def __str__(self) -> str:
        # The name of a file may hold what a terminal obeys.
        source = "".join(s if s.isprintable() else repr(s)[1:-1] for s in self.source)
        place = source if self.line is None else f"{source} line {self.line}"
        return f"{place}: {self.field} {self.reason}" if self.field else f"{place}: {self.reason}"


class FindingFileError(Exception):
    """A file of findings cannot be read at all; the message names it, the reason and the mend."""


def read_findings(path: Path) -> Iterator[Finding | Refusal]:
    """Read one finding from a `.json` file, or one from each line of a `.jsonl` file.

    Lines are read as they are asked for, so a file may be larger than the memory; a record may
    have 64 MiB. Blank lines are skipped. Raises `FindingFileError`, at once, for a file that is
    missing, unreadable, not a regular file, or of another kind, and while reading if that fails.
    """
    kind = path.suffix.lower()
    shown_path = shown(str(path), 300)
    if kind not in (".json", ".jsonl"):
        raise FindingFileError(
            f"{shown_path} is not a file of findings;"
            " name it .json (one finding) or .jsonl (one a line)"
        )
    try:
        # Before it is opened: opening a pipe would wait for whoever writes to it.
        if not stat.S_ISREG(path.stat().st_mode):
            raise FindingFileError(f"{shown_path} is not a regular file; name a file of findings")
        file = path.open("rb")
    except (OSError, ValueError) as error:
        raise FindingFileError(_unreadable(shown_path, error)) from error
    return _records(file, str(path), one_a_line=kind == ".jsonl")


def _unreadable(shown_path: str, error: Exception) -> str:
    reason = getattr(error, "strerror", None) or str(error)
    return f"{shown_path} cannot be read: {reason}; check the path and its permissions"


def _records(file: IO[bytes], source: str, *, one_a_line: bool) -> Iterator[Finding | Refusal]:
    with file:
        try:
            if one_a_line:
                for number, record in lines(file, MAX_BYTES):
                    if record is None:
                        yield Refusal(source, number, "", TOO_LARGE.format(MAX_BYTES >> 20))
                    else:
                        yield parse_finding(record, source, number)
            else:
                raw = file.read(MAX_BYTES + len(BYTE_ORDER_MARK) + 1)
                yield parse_finding(raw.removeprefix(BYTE_ORDER_MARK), source, None)
        except OSError as error:
            raise FindingFileError(_unreadable(shown(source, 300), error)) from error


def parse_finding(raw: bytes, source: str, line: int | None = None) -> Finding | Refusal:
    """Read one finding from the bytes of one JSON document; never raises for any bytes.

    `source` and `line` say where it came from, for the texts of refusals.
    """
    parsed = parse(raw)
    made = _finding(parsed.value, source, line) if isinstance(parsed, Document) else parsed
    if isinstance(made, Fault):
        return Refusal(source, line, made.field, made.reason)
    return made


def _finding(document: Any, source: str, line: int | None) -> Finding | Fault:
    if fault := schema_fault(document):
        return fault
    try:
        target = parse_target(document["target"]["purl"])
    except TargetError as error:
        return Fault("target.purl", _bad_purl(document["target"]["purl"], error))
    proof = _proof(document["pov"], target) if "pov" in document else None
    if isinstance(proof, Fault):
        return proof
    return Finding(
        id=document["id"],
        title=document["title"],
        target=target,
        effect=Effect(document["effect"]),
        proof=proof,
        aliases=tuple(document.get("aliases", ())),
        weaknesses=tuple(document.get("weaknesses", ())),
        digest=sha256_of(document),
        document=document,
        source=source,
        line=line,
    )


def _bad_purl(text: str, error: TargetError) -> str:
    if str(error) == "is not a package URL":
        return not_a_purl(text)
    return f"{shown(text)} {error}"


def _proof(pov: Mapping[str, Any], target: Target) -> Proof | Fault:
    files: dict[str, bytes] = {}
    for name, content in pov["files"].items():
        decoded = _content(content)
        if isinstance(decoded, str):
            return Fault(field_path(("pov", "files", name)), decoded)
        files[name] = decoded
    if fault := _strange_program(pov, files):
        return fault
    needs = _needs(pov.get("needs", []), target)
    if isinstance(needs, Fault):
        return needs
    return Proof(
        language=pov["language"],
        entry=pov["entry"],
        variants=tuple(pov.get("variants", ())),
        benign=pov.get("benign"),
        files=files,
        needs=needs,
        timeout=float(pov.get("timeout", DEFAULT_TIMEOUT)),
    )


def _content(content: str | Mapping[str, str]) -> bytes | str:
    """Return a file's bytes, or the reason why it has none."""
    if isinstance(content, str):
        decoded = content.encode("utf-8")
    else:
        try:
            encoded = content["base64"].encode("ascii")
            decoded = base64.b64decode(encoded, validate=True)
        except (UnicodeEncodeError, binascii.Error):
            return "is not base64; write A-Z, a-z, 0-9, '+' and '/', padded with '='"
        # The decoder overlooks spare bits: two texts would mean one file.
        if base64.b64encode(decoded) != encoded:
            return "is not base64 in its one right form; encode the file again"
    if len(decoded) > MAX_FILE_BYTES:
        return f"has {len(decoded):,} bytes; at most {MAX_FILE_BYTES:,}"
    return decoded


def _strange_program(pov: Mapping[str, Any], files: Mapping[str, bytes]) -> Fault | None:
    named: list[tuple[tuple[str | int, ...], str]] = [(("pov", "entry"), pov["entry"])]
    named += [(("pov", "variants", i), name) for i, name in enumerate(pov.get("variants", ()))]
    if "benign" in pov:
        named.append((("pov", "benign"), pov["benign"]))
    for path, name in named:
        if name not in files:
            have = ", ".join(list(files)[:8]) + (", ..." if len(files) > 8 else "")
            return Fault(
                field_path(path),
                f"{shown(name)} is not in pov.files; add the file or name one of {have}",
            )
    return None


def _needs(purls: list[str], target: Target) -> tuple[tuple[str, str], ...] | Fault:
    needs: dict[str, str] = {}
    for index, purl in enumerate(purls):
        place = field_path(("pov", "needs", index))
        try:
            need = parse_target(purl)
        except TargetError as error:
            return Fault(place, f"{shown(purl)} {error}")
        if need.version is None:
            return Fault(place, f"{shown(purl)} names no version; add one such as @1.2.0")
        if target.type in ("npm", "pypi") and need.type != target.type:
            return Fault(
                place,
                f"{shown(purl)} is not of the target's world;"
                f" a program beside a {target.type} package can import {target.type} packages only",
            )
        if (need.type, need.package) == (target.type, target.package):
            return Fault(place, f"{shown(purl)} is the target itself; leave it out")
        if need.package in needs:
            return Fault(place, f"{shown(purl)} is needed twice; keep one version")
        needs[need.package] = need.version
    return tuple(needs.items())
