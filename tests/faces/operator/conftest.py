"""What tests of the operator's client share: a coordinator that publishes, and an operator."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from securesystemslib.signer import CryptoSigner  # type: ignore[attr-defined]

from tests.engines.updates.following.repositories import Repository
from tidegate.engines.formats.advisories.record import (
    Basis,
    Decision,
    Evidence,
    Product,
    Publisher,
    Record,
    Remedy,
    RemedyKind,
    RevisionNote,
    Span,
    TriedFix,
    record_data,
)
from tidegate.engines.updates.audiences import new_restricted_path, restrict
from tidegate.engines.updates.bundles import make_bundle
from tidegate.faces.operator.main import run

EVIDENCE = Evidence(Basis.RUN, "coordinator.example")
MINIMIST = "TG-2026-mmmm2222"


def record(identifier: str = MINIMIST, **changed: Any) -> Record:
    """Return a record of minimist 0.0.8 to 1.2.5; of what is older it could not be told."""
    purl = changed.pop("purl", "pkg:npm/minimist")
    fixed = changed.pop("fixed", "1.2.6")
    published = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=1)
    made = Record(
        identifier=identifier,
        title="Prototype pollution",
        summary="A parser can be made to change prototypes.",
        description="Text.",
        label="TLP:CLEAR",
        publisher=Publisher("Coordinator", "https://coordinator.example", "a@coordinator.example"),
        revisions=(RevisionNote(1, published, "First."),),
        products=(
            Product(
                "vendor",
                purl.rpartition("/")[2],
                purl,
                affected=(Span("0.0.8", fixed, is_fixed=True, evidence=EVIDENCE),),
                unknown=(Span("0.0.1", "0.0.8", is_fixed=True, evidence=EVIDENCE),),
            ),
        ),
        remedies=(Remedy(RemedyKind.VENDOR_FIX, "Update.", purl, fixed),),
        fixes=(
            TriedFix(
                "one",
                purl,
                fixed,
                is_patch=False,
                labels=("proof-silenced", "variants-silenced"),
                rungs=(),
                sha256="",
                receipt_sha256="0" * 64,
            ),
        ),
        decisions=(
            Decision(
                "DT_BOD2604",
                (("In KEV", "no"), ("Automatable", "yes"), ("Technical Impact", "total")),
                "14 days",
                published,
            ),
        ),
    )
    return replace(made, **changed)


def revised(before: Record, **changed: Any) -> Record:
    """Return the next revision of a record."""
    note = RevisionNote(before.revision + 1, before.modified_at, "Corrected.")
    return replace(before, revisions=(*before.revisions, note), **changed)


@dataclass
class Coordinator:
    """Publishes records into a folder."""

    served: Path
    repository: Repository = field(default_factory=lambda: Repository(now=datetime.now(UTC)))
    signer: CryptoSigner = field(default_factory=CryptoSigner.generate_ed25519)

    def bundle(self, one: Record) -> bytes:
        return make_bundle(
            one.identifier,
            one.revision,
            record_data(one),
            subjects={"osv.json": b"{}"},
            documents={"openvex": {}},
            signer=self.signer,
        )

    def publish(self, *records: Record) -> None:
        for one in records:
            what = "withdrawn" if one.withdrawn_at else "published"
            self.repository.add(f"advisories/{one.identifier}.json", self.bundle(one), what)
        self.repository.write(self.served)

    def restrict(self, one: Record, *recipients: str) -> str:
        path = new_restricted_path()
        self.repository.add(path, restrict(self.bundle(one), recipients), "restricted")
        self.repository.write(self.served)
        return path


@dataclass
class Operator:
    """Runs the command, and reads what it says."""

    folder: Path
    capture: pytest.CaptureFixture[str]
    said: str = ""
    complained: str = ""

    @property
    def home(self) -> Path:
        return self.folder / "home"

    def does(self, *arguments: object) -> int:
        self.capture.readouterr()
        code = run([str(one) for one in arguments])
        self.said, self.complained = self.capture.readouterr()
        return code

    def asks(self, *arguments: object) -> Any:
        self.does(*arguments, "--json")
        return json.loads(self.said)

    def has(self, name: str, content: str | dict[str, Any]) -> Path:
        """Write a file of this operator's."""
        file = self.folder / name
        text = content if isinstance(content, str) else json.dumps(content, indent=2) + "\n"
        file.write_text(text, encoding="utf-8")
        return file

    def configures(self, before: str, after: str) -> None:
        file = self.home / "operator.toml"
        text = file.read_text(encoding="utf-8")
        assert before in text
        file.write_text(text.replace(before, after), encoding="utf-8")


def lock(version: str, asked: str = "^1.2.0", **others: str) -> dict[str, Any]:
    """Return a package-lock.json with minimist in a version."""
    return {
        "name": "app",
        "version": "1.0.0",
        "lockfileVersion": 3,
        "requires": True,
        "packages": {
            "": {"name": "app", "version": "1.0.0", "dependencies": {"minimist": asked, **others}},
            "node_modules/minimist": {
                "version": version,
                "resolved": f"https://registry.npmjs.org/minimist/-/minimist-{version}.tgz",
                "integrity": "sha512-AAAA",
            },
            **{
                f"node_modules/{name}": {"version": range_.lstrip("^~")}
                for name, range_ in others.items()
            },
        },
    }


@pytest.fixture
def coordinator(tmp_path: Path) -> Coordinator:
    made = Coordinator(tmp_path / "served")
    made.repository.write(made.served)
    return made


@pytest.fixture
def newcomer(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Operator:
    """Return an operator who has not set anything up."""
    monkeypatch.setenv("TIDEGATE_OPERATOR_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("COLUMNS", "160")
    monkeypatch.chdir(tmp_path)
    return Operator(tmp_path, capsys)


@pytest.fixture
def operator(newcomer: Operator, coordinator: Coordinator) -> Operator:
    """Return an operator with one asset, a lock file with minimist 1.2.0, and no advisory yet."""
    root = newcomer.folder / "root.json"
    root.write_bytes(coordinator.repository.first_root)
    newcomer.has("package-lock.json", lock("1.2.0"))
    given = ("--root", root, "--from", coordinator.served)
    inventory = ("--inventory", "package-lock.json", "--asset", "web", "--exposed", "no")
    assert newcomer.does("init", *given, *inventory) == 0
    return newcomer
