"""The mandatory tests that are asked before a document goes out: each finds its fault.

First on documents of ours that were broken on purpose, then on the standard's own test documents,
where these are at hand: our verdict has to be OASIS's.
"""

from __future__ import annotations

import json
import tarfile
from collections.abc import Callable, Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from tests.engines.formats.advisories.records import example_record

from tidegate.engines.formats.advisories.csaf.csaf20 import csaf20
from tidegate.engines.formats.advisories.csaf.csaf21 import csaf21
from tidegate.engines.formats.advisories.csaf.mandatory import TESTS, mandatory_faults
from tidegate.engines.formats.advisories.csaf.views import View
from tidegate.engines.formats.advisories.csaf.words import Profile

EXAMPLE = example_record()
WITHDRAWN = example_record(withdrawn_at=EXAMPLE.modified_at, withdrawn_because="It was wrong.")

Document = dict[str, Any]


def advisory() -> Document:
    """Return a security advisory of 2.1."""
    return csaf21(EXAMPLE)


def old() -> Document:
    """Return a security advisory of 2.0."""
    return csaf20(EXAMPLE)


def vex() -> Document:
    """Return a VEX of 2.1."""
    return csaf21(EXAMPLE, Profile.VEX)


def withdrawn() -> Document:
    """Return a withdrawn document of 2.1."""
    return csaf21(WITHDRAWN)


def one(document: Document) -> Any:
    """Return the vulnerability of a document."""
    return document["vulnerabilities"][0]


def tracking(document: Document) -> Any:
    """Return what is said of a document's history."""
    return document["document"]["tracking"]


def package(document: Document) -> Any:
    """Return the branch of the record's package."""
    return document["product_tree"]["branches"][0]["branches"][0]


def metric(document: Document, name: str) -> Any:
    """Return a metric of 2.1."""
    return next(
        each["content"][name] for each in one(document)["metrics"] if name in each["content"]
    )


def branch(document: Document, category: str) -> Any:
    """Return the first branch of a category under the record's package."""
    return next(each for each in package(document)["branches"] if each["category"] == category)


def put(holder: Any, key: Any, value: Any) -> None:
    """Set a member; an assignment that may stand in a lambda."""
    holder[key] = value


def group(document: Document) -> None:
    """Define a product group twice."""
    products = ["P1-R1", "P1-R2"]
    document["product_tree"]["product_groups"] = [
        {"group_id": "G", "product_ids": products} for _ in range(2)
    ]


def history(document: Document, *numbers: str) -> None:
    """Give the revisions other numbers."""
    for revision, number in zip(tracking(document)["revision_history"], numbers, strict=True):
        revision["number"] = number


BREAKS: list[tuple[str, Callable[[], Document], Callable[[Document], Any]]] = [
    ("6.1.1", advisory, lambda d: one(d)["product_status"]["fixed"].append("nowhere")),
    ("6.1.1", old, lambda d: one(d)["scores"][0]["products"].append("nowhere")),
    ("6.1.1", advisory, lambda d: one(d)["flags"][0]["product_ids"].append("nowhere")),
    ("6.1.2", advisory, lambda d: package(d)["branches"].append(package(d)["branches"][0])),
    ("6.1.4", advisory, lambda d: put(one(d)["flags"][0], "group_ids", ["nowhere"])),
    ("6.1.5", advisory, group),
    ("6.1.6", advisory, lambda d: one(d)["product_status"]["unknown"].append("P1-R1")),
    ("6.1.7", advisory, lambda d: one(d)["metrics"].append(one(d)["metrics"][0])),
    ("6.1.7", old, lambda d: one(d)["scores"].append(one(d)["scores"][0])),
    ("6.1.9", advisory, lambda d: put(metric(d, "cvss_v3"), "baseScore", 1.0)),
    ("6.1.9", advisory, lambda d: put(metric(d, "cvss_v4"), "baseSeverity", "LOW")),
    ("6.1.10", advisory, lambda d: put(metric(d, "cvss_v3"), "attackVector", "LOCAL")),
    ("6.1.11", advisory, lambda d: put(one(d)["cwes"][0], "name", "Pollution")),
    ("6.1.11", old, lambda d: put(one(d)["cwe"], "id", "CWE-1000")),
    (
        "6.1.13",
        old,
        lambda d: put(
            package(d)["branches"][0]["product"]["product_identification_helper"],
            "purl",
            "pkg:maven/@1.3.4",
        ),
    ),
    ("6.1.14", advisory, lambda d: history(d, "2", "1")),
    ("6.1.16", advisory, lambda d: put(tracking(d), "version", "1")),
    ("6.1.17", advisory, lambda d: put(tracking(d), "version", "0")),
    ("6.1.18", advisory, lambda d: history(d, "0", "1")),
    ("6.1.19", advisory, lambda d: history(d, "1.0.0-rc.1", "2")),
    ("6.1.20", advisory, lambda d: put(tracking(d), "version", "2.0.0-rc.1")),
    ("6.1.21", advisory, lambda d: history(d, "1", "3")),
    ("6.1.21", advisory, lambda d: history(d, "2", "3")),
    ("6.1.22", advisory, lambda d: history(d, "2", "2")),
    ("6.1.23", advisory, lambda d: d["vulnerabilities"].append(one(d))),
    ("6.1.24", old, lambda d: one(d)["involvements"].append(one(d)["involvements"][0])),
    ("6.1.27.3", withdrawn, lambda d: put(d, "vulnerabilities", [{}])),
    ("6.1.27.4", vex, lambda d: d.pop("product_tree")),
    ("6.1.27.5", vex, lambda d: one(d).pop("notes")),
    ("6.1.27.6", old, lambda d: one(d).pop("product_status")),
    ("6.1.27.7", vex, lambda d: put(one(d), "product_status", {"recommended": ["P1-R1"]})),
    ("6.1.27.8", vex, lambda d: (one(d).pop("cve"), one(d).pop("ids"))),
    ("6.1.27.9", vex, lambda d: put(one(d), "threats", [])),
    ("6.1.27.10", vex, lambda d: one(d).pop("remediations")),
    ("6.1.27.11", vex, lambda d: d.pop("vulnerabilities")),
    ("6.1.27.12", advisory, lambda d: one(d)["product_status"].pop("known_affected")),
    ("6.1.27.13", advisory, lambda d: put(one(d), "product_status", {"fixed": ["P1-V1"]})),
    ("6.1.27.14", withdrawn, lambda d: d["document"].pop("notes")),
    ("6.1.27.15", withdrawn, lambda d: put(d, "product_tree", {})),
    ("6.1.27.16", withdrawn, lambda d: tracking(d)["revision_history"].pop()),
    ("6.1.27.17", withdrawn, lambda d: put(d["document"]["notes"][0], "title", "Why")),
    ("6.1.29", advisory, lambda d: one(d)["remediations"][0].pop("product_ids")),
    ("6.1.30", advisory, lambda d: put(tracking(d), "version", "2.0.0")),
    ("6.1.31", advisory, lambda d: put(branch(d, "product_version"), "name", "1.2 and earlier")),
    ("6.1.32", advisory, lambda d: one(d)["flags"][0].pop("product_ids")),
    (
        "6.1.33",
        advisory,
        lambda d: one(d)["flags"].append(
            one(d)["flags"][0] | {"label": "vulnerable_code_not_present"}
        ),
    ),
    (
        "6.1.35",
        advisory,
        lambda d: one(d)["remediations"].append(
            one(d)["remediations"][0] | {"category": "no_fix_planned"}
        ),
    ),
    (
        "6.1.36",
        advisory,
        lambda d: one(d)["remediations"][0]["product_ids"].extend(
            one(d)["product_status"]["known_not_affected"]
        ),
    ),
    ("6.1.37", advisory, lambda d: put(one(d), "discovery_date", "2026-01-01 09:30:00Z")),
    ("6.1.37", advisory, lambda d: put(one(d), "discovery_date", "2026-02-30T09:30:00Z")),
    (
        "6.1.42",
        advisory,
        lambda d: package(d)["branches"][0]["product"]["product_identification_helper"][
            "purls"
        ].append("pkg:npm/other"),
    ),
    ("6.1.47", advisory, lambda d: put(metric(d, "ssvc_v2"), "target_ids", ["CVE-1999-0001"])),
    ("6.1.49", advisory, lambda d: put(metric(d, "ssvc_v2"), "timestamp", "2036-01-01T00:00:00Z")),
    ("6.1.50", advisory, lambda d: put(branch(d, "product_version_range"), "name", "all < 2")),
    ("6.1.50", advisory, lambda d: put(branch(d, "product_version_range"), "name", "vers:npm/")),
    ("6.1.59", advisory, lambda d: put(branch(d, "product_version_range"), "name", "vers:npm/2")),
    ("6.1.62", advisory, lambda d: put(one(d), "discovery_date", "2036-01-01T00:00:00Z")),
]


@pytest.mark.parametrize("document", [old(), advisory(), vex(), withdrawn()])
def test_documents_as_they_are_written_break_no_test(document):
    assert mandatory_faults(document) == []


@pytest.mark.parametrize(("number", "write", "break_it"), BREAKS)
def test_each_test_finds_its_fault_and_names_the_place(number, write, break_it):
    document = deepcopy(write())
    break_it(document)
    found = [fault for fault in mandatory_faults(document) if fault.startswith(f"{number} /")]
    assert found, mandatory_faults(document)


def test_every_number_in_the_table_is_tried():
    assert {number for number, _, _ in BREAKS} == set(TESTS)


OASIS = Path(__file__).parents[6] / "shared" / "data" / "csaf" / "oasis-csaf-tests.tar.zst"

NOT_JUDGED = {
    "6-1-10-04": "members of CVSS 4.0 that are never written",
    "6-1-13-02": "a rule of package URLs of one type (oci)",
    "6-1-27-13-04": "a product path",
}
"""By the number in the name of the file: what is not seen, since no document of ours has it."""


def _oasis() -> Iterator[tuple[str, dict[str, Any]]]:
    zstandard = pytest.importorskip("zstandard")
    with (
        OASIS.open("rb") as packed,
        zstandard.ZstdDecompressor().stream_reader(packed) as raw,
        tarfile.open(fileobj=raw, mode="r|") as archive,
    ):
        for member in archive:
            if "/test/validator/data/" in member.name and (file := archive.extractfile(member)):
                yield member.name.removeprefix("./"), json.loads(file.read())


def _is_judged(name: str, document: dict[str, Any]) -> bool:
    """Say whether a document holds nothing that is never written here."""
    if any(number in name for number in NOT_JUDGED):
        return False
    history = document["document"]["tracking"]["revision_history"]
    if not all(revision["number"].isdecimal() for revision in history):
        return "-6-1-14-" not in name and "-6-1-16-" not in name and "-6-1-21-" not in name
    weaknesses = [each.get("cwes", ()) for each in document.get("vulnerabilities", ())]
    return all(cwe["version"] == "4.17" for cwes in weaknesses for cwe in cwes)


@pytest.mark.skipif(not OASIS.exists(), reason="the standard's test documents are not here")
def test_our_verdicts_on_the_standards_own_documents_are_oasis_own():
    files = dict(_oasis())
    judged, wrong = 0, []
    for edition in ("2.0", "2.1"):
        folder = f"csaf_{edition}/test/validator/data"
        for test in files[f"{folder}/testcases.json"]["tests"]:
            rule = TESTS.get(test["id"])
            if rule is None or edition not in rule.editions:
                continue
            for case in (*test["failures"], *test.get("valid", ())):
                document = files[f"{folder}/{case['name']}"]
                if _is_judged(case["name"], document):
                    judged += 1
                    if (not list(rule.find(View(document)))) != case["valid"]:
                        wrong.append((test["id"], case["name"]))
    assert wrong == []
    assert judged > 350
