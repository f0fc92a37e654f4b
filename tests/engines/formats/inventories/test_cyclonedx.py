"""CycloneDX, as JSON and as XML: what is installed, as far as the document goes."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component as ModelComponent
from cyclonedx.model.component import ComponentType
from cyclonedx.output import make_outputter
from cyclonedx.schema import OutputFormat, SchemaVersion
from hypothesis import given, settings
from hypothesis import strategies as st
from packageurl import PackageURL
from tests.engines.formats.inventories.inventory_samples import (
    GLIBC,
    cyclonedx,
    library,
    places,
    read,
    refusal,
    the_component,
    words,
)

from tidegate.engines.formats.inventories.gathering import Limits

VERSIONS = {
    "1.4": SchemaVersion.V1_4,
    "1.5": SchemaVersion.V1_5,
    "1.6": SchemaVersion.V1_6,
    "1.7": SchemaVersion.V1_7,
}
names = st.text("abcdefghijklmnopqrstuvwxyz-_.", min_size=1, max_size=12).filter(
    lambda name: name.strip("-_.") == name
)
numbers = st.from_regex(r"[0-9]{1,3}\.[0-9]{1,3}(-rc\.[0-9]|\+b[0-9]|:1|~x)?", fullmatch=True)
purls = st.builds(
    PackageURL,
    type=st.sampled_from(["npm", "pypi", "maven", "deb", "golang"]),
    namespace=st.none() | names,
    name=names,
    version=numbers,
    qualifiers=st.dictionaries(st.just("arch"), names, max_size=1),
)
XML = b'<bom xmlns="http://cyclonedx.org/schema/bom/1.6" version="1">%s</bom>'


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("form", [OutputFormat.JSON, OutputFormat.XML])
@settings(max_examples=6)
@given(drawn=st.lists(purls, min_size=1, max_size=6))
def test_what_the_fields_own_library_writes_comes_back_whole(version, form, drawn):
    bom = Bom()
    bom.metadata.timestamp = datetime(2026, 11, 26, 10, tzinfo=UTC)
    for number, purl in enumerate(drawn):
        bom.components.add(
            ModelComponent(
                type=ComponentType.LIBRARY,
                bom_ref=str(number),
                group=purl.namespace,
                name=purl.name,
                version=purl.version,
                purl=purl,
            )
        )
    text = make_outputter(bom, form, VERSIONS[version]).output_as_string()
    inventory = read(text.encode())
    expected = {(str(one.purl), one.version) for one in bom.components}
    assert {(one.purl, one.version) for one in inventory.components} == expected
    assert inventory.repeated == len(bom.components) - len(expected)
    assert inventory.format == f"cyclonedx-{form.name.lower()}"
    assert inventory.format_version == version
    assert inventory.made_at == datetime(2026, 11, 26, 10, tzinfo=UTC)
    assert not inventory.not_understood


def test_the_product_itself_counts_and_names_the_inventory():
    described = library("shop", "2.1", components=[library("inner")])
    made = {"component": described, "tools": [{"name": "maker", "version": "1.2"}]}
    inventory = read(cyclonedx(library("a"), metadata=made))
    assert [one.name for one in inventory.components] == ["shop", "inner", "a"]
    assert inventory.subject == "shop 2.1"
    assert inventory.tool == "maker 1.2"


def test_components_within_components_count_down_to_a_depth_and_no_further():
    nested = library("leaf")
    for number in range(5):
        nested = library(f"c{number}", components=[nested])
    assert len(read(cyclonedx(nested)).components) == 6
    cut = read(cyclonedx(nested), limits=Limits(depth=3))
    assert len(cut.components) == 3
    assert "/components/0/components/0/components/0/components: is nested deeper" in words(cut)


def test_what_comes_again_is_counted_and_not_kept():
    inventory = read(cyclonedx(library("a"), library("b"), library("a"), library("a")))
    assert [one.name for one in inventory.components] == ["a", "b"]
    assert inventory.repeated == 2


@pytest.mark.parametrize(
    ("component", "place", "said"),
    [
        (7, "/components/0", "7 is not a component"),
        ({"type": "library", "name": "a"}, "/components/0", "neither a version nor"),
        ({"type": "library"}, "/components/0", "has no name"),
        (library("a", version="1") | {"version": 1.5}, "/components/0", 'write "1.5"'),
        (library("a") | {"purl": ["x"]}, "/components/0", "a list is not a text"),
        (library("a") | {"name": "a\x00"}, "/components/0", "cannot be shown"),
        (library("a") | {"version": "1" * 5000}, "/components/0", "5,000 characters"),
        (library("a", components=3), "/components/0/components", "3 is not a list"),
    ],
)
def test_what_is_wrong_is_named_and_the_rest_comes_in(component, place, said):
    inventory = read(cyclonedx(component, library("good")))
    assert "good" in {one.name for one in inventory.components}
    assert any(one.place == place and said in one.words for one in inventory.not_understood)


def test_a_bad_package_url_stays_as_it_came_so_that_it_is_unknown_and_not_lost():
    inventory = read(cyclonedx({**library("a"), "purl": "npm/a@1"}))
    assert the_component(inventory).purl == "npm/a@1"
    assert "pkg:npm/express@4.18.2" in words(inventory)


def test_a_version_that_only_the_package_url_has_is_taken_from_there():
    component = {"type": "library", "name": "libc6", "purl": GLIBC}
    assert the_component(read(cyclonedx(component))).version == "2.36-9+deb12u4"


def test_a_component_with_a_cpe_and_no_package_url_is_kept():
    device = {"type": "firmware", "name": "router", "version": "3", "cpe": "cpe:2.3:o:x:r:3:*:*:*"}
    component = the_component(read(cyclonedx(device)))
    assert (component.purl, component.name, component.version) == ("", "router", "3")


def test_files_are_told_as_a_number():
    files = [{"type": "file", "name": f"/bin/{number}"} for number in range(3)]
    inventory = read(cyclonedx(*files, library("a")))
    assert the_component(inventory).name == "a"
    assert "/components/0: 3 files" in words(inventory)


def properties(**named: str) -> list[dict[str, str]]:
    return [{"name": name.replace("_", ":"), "value": value} for name, value in named.items()]


@pytest.mark.parametrize(
    ("told", "source"),
    [
        (
            properties(
                aquasecurity_trivy_SrcName="glibc",
                aquasecurity_trivy_SrcVersion="2.36",
                aquasecurity_trivy_SrcRelease="9+deb12u4",
            ),
            ("glibc", "2.36-9+deb12u4"),
        ),
        (
            properties(
                aquasecurity_trivy_SrcName="vim",
                aquasecurity_trivy_SrcVersion="9.0",
                aquasecurity_trivy_SrcRelease="1",
                aquasecurity_trivy_SrcEpoch="2",
            ),
            ("vim", "2:9.0-1"),
        ),
        (
            properties(syft_metadata_source="glibc", syft_metadata_sourceVersion="2.36"),
            ("glibc", "2.36"),
        ),
        (
            properties(syft_metadata_sourceRpm="glibc-2.28-225.el8.src.rpm"),
            ("glibc", "2.28-225.el8"),
        ),
        ([{"name": 3}, "x", {"name": "syft:metadata:source"}], ("", "")),
    ],
)
def test_the_source_package_is_found_where_the_producer_hides_it(told, source):
    inventory = read(cyclonedx({**library("a"), "purl": GLIBC, "properties": told}))
    component = the_component(inventory)
    assert (component.source_name, component.source_version) == source


def test_the_operating_system_tells_the_release_of_its_packages_and_of_no_others():
    system = {"type": "operating-system", "name": "debian", "version": "12"}
    distro = {"type": "library", "name": "libc6", "purl": GLIBC}
    inventory = read(cyclonedx(distro, library("a"), system))
    assert [one.distribution for one in inventory.components] == ["debian-12", ""]
    assert len(inventory.components) == 2


def test_syfts_own_identifier_of_the_release_wins_over_the_name():
    system = {
        "type": "operating-system",
        "name": "Debian GNU/Linux",
        "version": "12 (bookworm)",
        "properties": properties(syft_distro_id="debian", syft_distro_versionID="12"),
    }
    inventory = read(cyclonedx({"type": "library", "name": "libc6", "purl": GLIBC}, system))
    assert the_component(inventory).distribution == "debian-12"


@pytest.mark.parametrize(("tool", "source"), [("syft", "libc6"), ("trivy", "")])
def test_what_syft_leaves_out_it_tells_by_that(tool, source):
    document = cyclonedx(
        {"type": "library", "name": "libc6", "purl": GLIBC},
        metadata={"tools": [{"vendor": "x", "name": tool, "version": "1"}]},
    )
    assert the_component(read(document)).source_name == source


def test_two_operating_systems_tell_nothing_and_that_is_said():
    systems = [
        {"type": "operating-system", "name": "debian", "version": number} for number in ("11", "12")
    ]
    inventory = read(cyclonedx({"type": "library", "name": "libc6", "purl": GLIBC}, *systems))
    assert the_component(inventory).distribution == ""
    assert "2 distributions (debian-11, debian-12)" in words(inventory)


def test_a_version_without_a_known_schema_is_read_all_the_same():
    inventory = read(cyclonedx(library("a"), version="9.9"))
    assert the_component(inventory).name == "a"
    assert "/specVersion" in places(inventory)


def test_violations_of_the_schema_are_listed_with_pointers_and_equal_ones_counted():
    hashed = [library(f"a{n}", hashes=[{"alg": "SHA-1", "content": "zz"}]) for n in range(3)]
    inventory = read(cyclonedx(*hashed, metadata={"timestamp": 5}))
    assert len(inventory.components) == 3
    said = words(inventory)
    assert "/components/0/hashes/0/content: against the schema" in said
    assert "so do 2 others" in said
    assert "/metadata/timestamp: against the schema: has another type" in said


def test_xml_is_checked_by_its_schema_as_well():
    component = (
        b'<component type="lib" bom-ref="r%d"><name>a</name><version>%d</version></component>'
    )
    inventory = read(XML % (b"<components>%s</components>" % (component * 2 % (1, 1, 2, 2))))
    assert [one.place for one in inventory.components] == ["r1", "r2"]
    assert "against the schema" in words(inventory)
    assert "so do 1 others" in words(inventory)


def test_xml_gives_what_json_gives():
    inner = (
        b'<metadata><tools><tool><name>maker</name></tool></tools><component type="application">'
        b"<name>shop</name><version>2</version></component></metadata>"
        b'<components><component type="operating-system"><name>debian</name><version>12</version>'
        b'</component><component type="library" bom-ref="x"><group>g</group><name>libc6</name>'
        b"<version>2</version><purl>pkg:deb/debian/libc6@2</purl><components>"
        b'<component type="library"><name>in</name><version>1</version></component></components>'
        b'<properties><property name="aquasecurity:trivy:SrcName">glibc</property></properties>'
        b"</component></components>"
    )
    inventory = read(XML % inner)
    first, second = inventory.components
    assert first == ("pkg:deb/debian/libc6@2", "g/libc6", "2", "x", "glibc", "", "debian-12")
    assert second.name == "in"
    assert (inventory.subject, inventory.tool) == ("shop 2", "maker")


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (
            b'<?xml version="1.0"?><!-- > --><!DOCTYPE b [<!ENTITY a "aa"><!ENTITY b "&a;&a;">]>'
            + XML % b"<components/>",
            "entity bomb",
        ),
        (b'<!DOCTYPE b SYSTEM "file:///etc/passwd">' + XML % b"", "document type"),
        (XML % b"&lol;", "not XML"),
        (XML % b"<a>", "not XML"),
        (XML % (b"<a>" * 300 + b"</a>" * 300), "not XML"),
        (b"<rdf/>", "SPDX as JSON"),
        ("<?xml version='1.0' encoding='utf-16'?><bom/>".encode("utf-16"), "UTF-16"),
        (b"<bom>\xff</bom>", "not UTF-8"),
    ],
)
def test_dangerous_or_other_xml_is_refused(raw, said):
    assert said in refusal(raw, "sbom.xml")
