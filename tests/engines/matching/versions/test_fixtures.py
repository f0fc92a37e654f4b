"""The 74,000 ordering facts of osv-scanner hold, but for those that are named with their reason."""

import io
import re
import tarfile
from pathlib import Path

import pytest
import zstandard

from tidegate.engines.matching.versions import Order, UnparsableVersionError, version_key

FACTS = Path(__file__).parents[5] / "shared/data/version-fixtures/osv-scanner-semantic.tar.zst"
EXCEPTIONS = Path(__file__).parent / "data/exceptions.tsv"
ORDERS = {
    "alpine-versions-generated.txt": Order.ALPINE,
    "alpine-versions.txt": Order.ALPINE,
    "cran-versions-generated.txt": Order.CRAN,
    "cran-versions.txt": Order.CRAN,
    "debian-versions-generated.txt": Order.DEBIAN,
    "debian-versions.txt": Order.DEBIAN,
    "maven-versions-generated.txt": Order.MAVEN,
    "maven-versions.txt": Order.MAVEN,
    "nuget-versions.txt": Order.NUGET,
    "packagist-versions-generated.txt": Order.PACKAGIST,
    "packagist-versions.txt": Order.PACKAGIST,
    "pypi-versions-generated.txt": Order.PYPI,
    "pypi-versions.txt": Order.PYPI,
    "redhat-versions.txt": Order.RPM,
    "rubygems-versions-generated.txt": Order.RUBYGEMS,
    "rubygems-versions.txt": Order.RUBYGEMS,
    "semver-versions.txt": Order.SEMVER,
}
NO_FACTS = {"all-versions.txt"}  # versions alone


def exceptions():
    lines = EXCEPTIONS.read_text("utf-8").splitlines()
    rows = [line.split("\t") for line in lines if not line.startswith("#")]
    return {(fixture, int(line)): (fact, said) for fixture, line, fact, said, _ in rows}


@pytest.fixture(scope="module")
def fixtures():
    if not FACTS.exists():
        pytest.skip("the fixtures of osv-scanner are not at hand")
    with FACTS.open("rb") as packed:
        unpacked = zstandard.ZstdDecompressor(max_window_size=2**31).stream_reader(packed).read()
    with tarfile.open(fileobj=io.BytesIO(unpacked)) as archive:
        return {
            Path(member.name).name: file.read().decode()
            for member in archive.getmembers()
            if (file := archive.extractfile(member))
        }


def facts_of(text):
    for line, fact in enumerate(text.splitlines(), 1):
        match = re.fullmatch(r"(.*?) ([<>=]) (.*)", fact.strip())
        if match and not fact.startswith(("#", "//")):
            yield line, fact.strip(), *(part.strip() for part in match.groups())


def said_of(order, one, other, known):
    for version in (one, other):
        if version not in known:
            try:
                known[version] = version_key(order, version)
            except UnparsableVersionError:
                known[version] = None
    left, right = known[one], known[other]
    if left is None or right is None:
        return "unparsable"
    return "<" if left < right else ">" if left > right else "="


def test_every_fixture_is_read(fixtures):
    assert set(fixtures) == set(ORDERS) | NO_FACTS


@pytest.mark.parametrize("name", ORDERS)
def test_facts_hold_but_for_those_that_are_named(fixtures, name):
    known: dict[str, bytes | None] = {}
    missed, count = {}, 0
    for line, fact, one, told, other in facts_of(fixtures[name]):
        said = said_of(ORDERS[name], one, other, known)
        count += 1
        if said != told:
            missed[line] = (fact, said)
    assert count > 20
    named = {line: what for (fixture, line), what in exceptions().items() if fixture == name}
    assert missed == named


def test_each_exception_has_a_reason():
    lines = EXCEPTIONS.read_text("utf-8").splitlines()
    rows = [line.split("\t") for line in lines if not line.startswith("#")]
    assert len(rows) == len(exceptions())
    assert all(len(row) == 5 and len(row[4]) > 10 for row in rows)
