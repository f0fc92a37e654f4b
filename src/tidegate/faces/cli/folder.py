"""The main job: every finding in a folder is run, and each leaves a result and a receipt.

The output folder holds

- `receipts/<digest of the finding>.json`, the signed receipts;
- `results.jsonl`, one object a line as `tidegate reproduce --json` prints it;
- `instance.pub`, the key to check the receipts with.

A finding is done when its receipt is there and its result is; both are written whole or not at
all, so an interrupted job goes on where it was stopped.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tidegate import __version__
from tidegate.engines.formats.files import write_atomically
from tidegate.engines.formats.finding import Finding, Refusal, read_findings
from tidegate.engines.reproduction.receipts import InstanceKey, ReceiptError, verify
from tidegate.engines.reproduction.records import as_document, as_statement
from tidegate.engines.reproduction.reproduce import Reproduction
from tidegate.faces.cli.notes import Expectation, expectation_of

_KINDS = ("*.json", "*.jsonl")


@dataclass(frozen=True, slots=True)
class Item:
    """One record of the folder, with what its note expects."""

    path: Path
    record: Finding | Refusal
    expected: Expectation | None

    @property
    def name(self) -> str:
        """How the table names it."""
        return self.record.id if isinstance(self.record, Finding) else str(self.path.name)


@dataclass(frozen=True, slots=True)
class Row:
    """What became of one record."""

    item: Item
    verdict: str
    trust: str = ""
    vers: str = ""
    versions: str = ""
    reason: str = ""
    right_range: bool = True
    """Whether the range is what the note expects, if it expects one."""

    @property
    def as_expected(self) -> bool | None:
        """Whether it is what its note expects; None without a note."""
        expected = self.item.expected
        if expected is None:
            return None
        return self.verdict == expected.verdict and self.right_range

    @property
    def is_problem(self) -> bool:
        """Whether the job must not end as if all were well."""
        if self.as_expected is None:
            return self.verdict == "refused"
        return not self.as_expected


def items(folder: Path) -> Iterator[Item]:
    """Yield every record of every finding file below a folder, in the order of their paths.

    Raises:
        FindingFileError: a file cannot be read at all.
    """
    paths = sorted({path for kind in _KINDS for path in folder.rglob(kind) if path.is_file()})
    for path in paths:
        expected = expectation_of(path)
        for record in read_findings(path):
            yield Item(path, record, expected)


@dataclass(slots=True)
class Results:
    """The output folder of one job."""

    folder: Path
    key: InstanceKey
    _documents: dict[str, dict[str, Any]] = field(default_factory=dict)

    @classmethod
    def open(cls, folder: Path, key: InstanceKey) -> Results:
        """Open an output folder, new or from an interrupted job.

        Raises:
            OSError: it cannot be written.
        """
        (folder / "receipts").mkdir(parents=True, exist_ok=True)
        key.write_public_key(folder / "instance.pub")
        results = cls(folder, key)
        path = folder / "results.jsonl"
        if path.exists():
            for line in path.read_text("utf-8").splitlines():
                document = _object(line)
                if document is not None:
                    results._documents[document["finding_sha256"]] = document
        return results

    def done(self, finding: Finding) -> dict[str, Any] | None:
        """Return the result of a finding that has a valid receipt of this instance's."""
        document = self._documents.get(finding.digest)
        if document is None:
            return None
        try:
            receipt = self._receipt(finding).read_bytes()
            said = verify(receipt, self.key.public_key_pem).predicate["finding"]["sha256"]
        except (OSError, ReceiptError):
            return None
        return document if said == finding.digest else None

    def keep(self, reproduction: Reproduction, started: datetime) -> dict[str, Any]:
        """Sign and write what was found out about one finding; return its result."""
        finding = reproduction.finding
        statement = as_statement(
            reproduction, started=started, finished=datetime.now(UTC), tidegate=__version__
        )
        write_atomically(self._receipt(finding), self.key.sign(statement))
        document = as_document(reproduction)
        self._documents[finding.digest] = document
        lines = (json.dumps(one, ensure_ascii=False) for one in self._documents.values())
        text = "".join(f"{line}\n" for line in lines)
        write_atomically(self.folder / "results.jsonl", text.encode())
        return document

    def _receipt(self, finding: Finding) -> Path:
        return self.folder / "receipts" / f"{finding.digest}.json"


def row_of(item: Item, document: dict[str, Any]) -> Row:
    """Return the summary of one result."""
    found = document.get("range")
    expected = item.expected
    right = True
    if expected is not None and expected.vers is not None:
        right = found is not None and expected.agrees(found["runs"])
    return Row(
        item,
        verdict=document["verdict"],
        trust=document["trust"],
        vers=found["vers"] if found else "",
        versions=_counted(found) if found else "",
        reason=document["reason"],
        right_range=right,
    )


def _counted(found: dict[str, Any]) -> str:
    runs = found["runs"]
    untested = sum(run["verdict"] == "not-tested" for run in runs)
    return f"{len(found['affected'])} of {len(runs)}" + (
        f", {untested} not tested" if untested else ""
    )


def _object(line: str) -> dict[str, Any] | None:
    try:
        document = json.loads(line)
    except ValueError:
        return None  # the end of a line that was being written when the machine went down
    return document if isinstance(document, dict) and "finding_sha256" in document else None
