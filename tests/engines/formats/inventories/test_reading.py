"""Whatever bytes come: an inventory, or one refusal with the mend."""

from __future__ import annotations

import bz2
import gzip
import hashlib
import json
import lzma
import tarfile
from pathlib import Path

import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.engines.formats.inventories.inventory_samples import (
    SPDX3_CONTEXT,
    cyclonedx,
    element,
    library,
    package,
    read,
    refusal,
    spdx,
    spdx3,
)

from tidegate.engines.formats.inventories.components import Inventory
from tidegate.engines.formats.inventories.reading import InventoryError, Limits, read_inventory

ROOT = Path(__file__).parents[4]
SBOMS = ROOT.parent / "shared" / "data" / "sboms"
SMALL = Limits(not_understood=5, components=50, schema_faults=3)
WORDS = (
    *("bomFormat", "CycloneDX", "specVersion", "1.6", "components", "metadata", "tools", "purl"),
    *("name", "version", "type", "operating-system", "properties", "value", "file", "group"),
    *("spdxVersion", "SPDX-2.3", "packages", "externalRefs", "referenceType", "SPDXID"),
    *("@context", SPDX3_CONTEXT, "@graph", "software_Package", "CreationInfo", "3.0.1"),
    *("lockfileVersion", "dependencies", "node_modules/a", "", "pkg:npm/a@1", "resolved", "link"),
)
values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-9, 9)
    | st.floats(allow_nan=False)
    | st.sampled_from(WORDS)
    | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(WORDS), inner, max_size=5)
    ),
    max_leaves=25,
)
DOCUMENTS = (
    cyclonedx(library("a", components=[library("b")]), metadata={"component": library("c")}),
    spdx(package("a", sourceInfo="built package from: x 1"), package("b")),
    spdx3(element("a"), element("b")),
    {"lockfileVersion": 3, "packages": {"": {}, "node_modules/a": {"version": "1"}}},
    {"lockfileVersion": 1, "dependencies": {"a": {"version": "1", "dependencies": {}}}},
)
LINES = (
    *("Package: a", "Status: install ok installed", "Version: 1", "Source: b (2)", "", " more"),
    *("SPDXVersion: SPDX-2.3", "PackageName: a", "PackageVersion: <text>1", "</text>", "FileName:"),
    *("a==1", "b>=1", "-r x", "c @ https://x", "\\", "a==1 \\", "[[package]]", 'name = "a"'),
    *('version = "1"', 'requires-python = "3"', "[metadata]", 'lock-version = "2"', "wheels = ["),
    *('<bom xmlns="http://cyclonedx.org/schema/bom/1.6">', "<components>", "<component>", "</bom>"),
    *("<name>a</name>", "</component>", "</components>", "<properties/>", "<!DOCTYPE a>"),
)


def inventory_or_refusal(raw: bytes, name: str = "") -> None:
    inventory: Inventory | None
    try:
        inventory = read_inventory(raw, name, limits=SMALL)
    except InventoryError as error:
        refused = str(error)
        inventory = None
    if inventory is None:
        assert refused.isprintable()
        return
    assert len(inventory.not_understood) <= SMALL.not_understood
    assert len(inventory.not_understood) <= inventory.not_understood_count
    for component in inventory.components:
        assert component.purl or (component.name and component.version)
        assert all(text.isprintable() for text in component)


@settings(max_examples=60)
@given(values)
def test_any_json_is_read_or_refused(value):
    inventory_or_refusal(json.dumps(value).encode())


@settings(max_examples=60)
@given(data=st.data())
def test_any_member_may_be_anything(data):
    document = json.loads(json.dumps(data.draw(st.sampled_from(DOCUMENTS))))
    for _ in range(data.draw(st.integers(1, 3))):
        holder = document
        while True:
            keys = list(holder) if isinstance(holder, dict) else list(range(len(holder)))
            if not keys:
                break
            key = data.draw(st.sampled_from(keys))
            inner = holder[key]
            if not isinstance(inner, dict | list) or data.draw(st.integers(0, 3)) == 0:
                holder[key] = data.draw(values)
                break
            holder = inner
    inventory_or_refusal(json.dumps(document).encode())


@settings(max_examples=60)
@given(st.lists(st.sampled_from(LINES) | st.text(max_size=8), max_size=12), st.booleans())
def test_any_text_is_read_or_refused(lines, named):
    name = "requirements.txt" if named else ""
    inventory_or_refusal("\n".join(lines).encode(), name)


@settings(max_examples=100)
@given(
    st.sampled_from([b"", b"\x1f\x8b", b"\x28\xb5\x2f\xfd", b"BZh", b"{", b"<", b"PK"]),
    st.binary(max_size=60),
)
def test_any_bytes_are_read_or_refused(begin, raw):
    inventory_or_refusal(begin + raw)


@pytest.mark.parametrize(
    "compress", [gzip.compress, zstandard.compress, bz2.compress, lzma.compress]
)
def test_compressed_ones_are_read_and_the_digest_is_that_of_what_came(compress):
    raw = compress(json.dumps(cyclonedx(library("a"))).encode())
    inventory = read(raw)
    assert len(inventory.components) == 1
    assert inventory.sha256 == hashlib.sha256(raw).hexdigest()


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (b"", "is empty"),
        (b"[]", "is a list"),
        (b"{", "not JSON at line 1"),
        (b'{"a":1}', "JSON with the members 'a'"),
        (b"hello", "no format read here"),
        (b"PK\x03\x04", "zip archive"),
        (b"\0" * 257 + b"ustar", "tar archive"),
        (gzip.compress(gzip.compress(b"{}", mtime=0), mtime=0), "compressed twice"),
        (gzip.compress(b"{}", mtime=0)[:-3], "cut short"),
        (b"\xffa", "not UTF-8 at byte 1"),
    ],
)
def test_what_cannot_be_read_is_refused_with_the_mend(raw, said):
    assert said in refusal(raw, "a.bin")


def test_a_bomb_is_refused_before_it_is_unpacked():
    raw = zstandard.compress(b"{" + b" " * (2 << 20))
    limits = Limits(unpacked_bytes=1 << 20)
    assert "holds more than 1 MiB" in refusal(raw, limits=limits)
    assert "larger than 0 MiB" in refusal(b"{}" * 9, limits=Limits(packed_bytes=9))


def test_more_components_than_the_limit_refuse_the_whole():
    document = cyclonedx(*(library(f"a{number}") for number in range(9)))
    said = refusal(json.dumps(document).encode(), "big.json", limits=Limits(components=8))
    assert said == "big.json: holds more than 8 components; split it"


def test_what_was_not_understood_is_listed_up_to_a_limit_and_counted_beyond():
    inventory = read(cyclonedx(*range(30), version="9"), limits=Limits(not_understood=4))
    assert len(inventory.not_understood) == 4
    assert inventory.not_understood_count == 31


def test_depth_that_would_end_the_process_does_not():
    deep = b'{"spdxVersion":"SPDX-2.3","packages":' + b"[" * 1000 + b"]" * 1000 + b"}"
    assert not read(deep).components
    nested = b'{"name":"a","version":"1","components":[' * 500 + b"]}" * 500
    deep = b'{"bomFormat":"CycloneDX","specVersion":"1.6","components":[' + nested + b"]}"
    assert len(read(deep).components) == 1


def test_the_two_real_ones_of_the_examples_are_understood_whole():
    counts = {}
    for path in sorted((ROOT / "examples" / "inventories").glob("*.json")):
        inventory = read(path.read_bytes(), path.name)
        assert not inventory.not_understood
        document = json.loads(path.read_bytes())
        described = document["metadata"]["component"]
        listed = {one["purl"] for one in [described, *document["components"]]}
        assert {one.purl for one in inventory.components} == listed
        counts[inventory.subject] = (len(inventory.components), inventory.repeated)
    assert counts == {
        "juice-shop 14.1.1": (979, 137),
        "org.keycloak/keycloak-parent 10.0.2": (904, 0),
    }


@pytest.mark.slow
@pytest.mark.skipif(not SBOMS.exists(), reason="the real ones are not here")
def test_real_ones_of_four_producers_come_in_and_keep_every_package_url():
    packed = (SBOMS / "bom-shelter-containers-sample.tar.zst").read_bytes()
    raw = zstandard.ZstdDecompressor(max_window_size=1 << 31).stream_reader(packed)
    seen: dict[str, int] = {}
    with tarfile.open(fileobj=raw, mode="r|") as archive:
        for member in archive:
            producer = member.name.split("-")[1] if member.isfile() else ""
            if not producer or seen.get(producer, 0) == 5:
                continue
            file = archive.extractfile(member)
            assert file is not None
            text = file.read()
            inventory = read(text, member.name)
            expected = {
                reference["referenceLocator"]
                for one in json.loads(text).get("packages", ())
                for reference in one.get("externalRefs", ())
                if reference["referenceType"] == "purl"
            }
            assert {one.purl for one in inventory.components if one.purl} == expected
            seen[producer] = seen.get(producer, 0) + 1
    assert seen == {"trivy": 5, "syft": 5, "bom": 5, "tern": 5}
