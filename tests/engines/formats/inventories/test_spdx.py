"""SPDX 2 and 3: what is installed, as far as the document goes."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from spdx_tools.spdx.parser.parse_anything import parse_file
from spdx_tools.spdx.writer.tagvalue.tagvalue_writer import write_document_to_file
from tests.engines.formats.inventories.inventory_samples import (
    SPDX3_CONTEXT,
    element,
    package,
    places,
    read,
    spdx,
    spdx3,
    the_component,
    words,
)


def test_the_fields_own_library_sees_the_same_packages_in_json_and_in_tag_value(tmp_path):
    path = tmp_path / "image.spdx.json"
    path.write_text(
        json.dumps(spdx(*(package(f"p{number}", f"{number}.0") for number in range(9))))
    )
    model = parse_file(str(path))
    tags = tmp_path / "image.spdx"
    write_document_to_file(model, str(tags), validate=False)
    expected = {
        (reference.locator, one.version)
        for one in model.packages
        for reference in one.external_references
    }
    for file in (path, tags):
        inventory = read(file.read_bytes())
        assert {(one.purl, one.version) for one in inventory.components} == expected
        assert inventory.format_version == "2.3"
        assert inventory.tool == "maker-1.2"
        assert inventory.made_at == datetime(2026, 11, 26, 10, tzinfo=UTC)
        assert inventory.subject == "an image"
        assert not inventory.not_understood


@pytest.mark.parametrize(
    ("info", "source"),
    [
        ("built package from: glibc 2.36-9+deb12u1", ("glibc", "2.36-9+deb12u1")),
        ("built package from: vim 2:9.0.1378-2", ("vim", "2:9.0.1378-2")),
        ("built package from: glibc", ("glibc", "")),
        ("acquired package info from DPKG DB: /var/lib/dpkg/status", ("", "")),
        ("built package from: three words here", ("", "")),
        (["x"], ("", "")),
    ],
)
def test_trivys_source_package_is_found(info, source):
    component = the_component(read(spdx(package("libc6", sourceInfo=info))))
    assert (component.source_name, component.source_version) == source


@pytest.mark.parametrize(
    "system",
    [
        {"SPDXID": "SPDXRef-OperatingSystem-1", "name": "debian", "versionInfo": "12.5"},
        {"name": "debian", "versionInfo": "12.5", "primaryPackagePurpose": "OPERATING-SYSTEM"},
    ],
)
def test_the_operating_system_tells_the_release(system):
    libc = package("libc6", purl="pkg:deb/debian/libc6@2.36")
    component = the_component(read(spdx(libc, system)))
    assert component.distribution == "debian-12.5"


def test_the_schema_is_checked_and_refuses_nothing():
    """Trivy's fractional seconds and its missing members, for which whole documents are refused."""
    lacking = package("a")
    del lacking["downloadLocation"]
    made = {"created": "2022-12-27T15:32:41.99576Z", "creators": ["Tool: trivy"]}
    inventory = read(spdx(lacking, creationInfo=made))
    assert the_component(inventory).name == "a"
    assert inventory.made_at is not None
    assert "/packages/0: against the schema: 'downloadLocation' is missing" in words(inventory)


@pytest.mark.parametrize(
    ("document", "place"),
    [
        (spdx(3, package("a")), "/packages/0"),
        (spdx(package("b", externalRefs="x"), package("a")), "/packages/0/externalRefs"),
        (spdx(package("a"), version="2.9"), "/spdxVersion"),
        (spdx(package("a"), {"name": "layer", "SPDXID": "SPDXRef-l"}), "/packages/1"),
    ],
)
def test_what_is_wrong_is_named_and_the_rest_comes_in(document, place):
    inventory = read(document)
    assert "a" in {one.name for one in inventory.components}
    assert place in places(inventory)


def test_several_package_urls_of_one_package_are_told():
    twice = package("a")
    twice["externalRefs"] *= 2
    other = package("b")
    other["externalRefs"].append({**other["externalRefs"][0], "referenceLocator": "pkg:npm/c@1"})
    inventory = read(spdx(twice, other))
    assert [one.purl for one in inventory.components] == ["pkg:npm/a@1.0", "pkg:npm/b@1.0"]
    assert places(inventory) == ["/packages/1/externalRefs"]


def test_a_cycle_of_relationships_matters_to_nobody():
    relations = [
        {"spdxElementId": a, "relatedSpdxElement": b, "relationshipType": "DEPENDS_ON"}
        for a, b in (("SPDXRef-a", "SPDXRef-b"), ("SPDXRef-b", "SPDXRef-a"))
    ]
    inventory = read(spdx(package("a"), package("b"), relationships=relations))
    assert len(inventory.components) == 2
    assert not inventory.not_understood


TAGS = b"""SPDXVersion: SPDX-2.3
DocumentName: an image
Creator: Tool: maker-1.2
PackageName: glibc
SPDXID: SPDXRef-glibc
PackageVersion: 2.36
PackageComment: <text>PackageName: not this one
PackageVersion: 9</text>
PackageSourceInfo: built package from: glibc-src 2.36-9
ExternalRef: PACKAGE-MANAGER purl pkg:deb/debian/glibc@2.36
ExternalRef: SECURITY cpe23Type cpe:2.3:a:x:glibc:2.36:*:*:*:*:*:*:*
what is this
FileName: ./a
SPDXID: SPDXRef-file
PackageName: nothing
PackageComment: <text>never closed
"""


def test_tag_value_is_read_line_by_line_and_a_text_over_several_lines_is_one():
    inventory = read(TAGS, "image.spdx")
    component = the_component(inventory)
    assert component == (
        "pkg:deb/debian/glibc@2.36",
        "glibc",
        "2.36",
        "SPDXRef-glibc",
        "glibc-src",
        "2.36-9",
        "",
    )
    assert places(inventory) == ["line 12", "line 16", "line 15"]


def test_spdx_3_is_read_and_checked():
    by_identifier = element("b")
    del by_identifier["software_packageUrl"]
    by_identifier["externalIdentifier"] = [
        {
            "type": "ExternalIdentifier",
            "externalIdentifierType": "packageUrl",
            "identifier": "pkg:deb/debian/b@1",
        }
    ]
    system = element("debian", "12", software_primaryPurpose="operatingSystem")
    del system["software_packageUrl"]
    info = "built package from: glibc 2.36"
    inventory = read(spdx3(element("a", software_sourceInfo=info), by_identifier, system))
    assert [one.purl for one in inventory.components] == ["pkg:npm/a@1.0", "pkg:deb/debian/b@1"]
    assert inventory.components[0].source_name == "glibc"
    assert inventory.components[1].distribution == "debian-12"
    assert (inventory.format, inventory.format_version) == ("spdx3-json", "3.0.1")
    assert inventory.tool == "maker 1.2"
    assert not inventory.not_understood


def test_spdx_3_that_breaks_its_schema_says_where():
    inventory = read(spdx3(element("a", software_homePage=5), element("b", mystery=1), 7, {}))
    assert [one.name for one in inventory.components] == ["a", "b"]
    assert {"/@graph/3/software_homePage", "/@graph/4", "/@graph/5", "/@graph/6/type"} <= set(
        places(inventory)
    )


def test_spdx_3_with_one_element_and_no_graph_is_read():
    inventory = read({"@context": SPDX3_CONTEXT, **element("a")})
    assert the_component(inventory).name == "a"
