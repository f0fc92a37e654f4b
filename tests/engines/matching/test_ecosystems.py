"""Every ecosystem is found by OSV's word and by package URL, and has one name for one package."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tidegate.engines.matching.ecosystems import (
    ECOSYSTEMS,
    ecosystem_named,
    ecosystem_of_purl,
    release_named,
)


@pytest.mark.parametrize(
    ("word", "name", "release"),
    [
        ("PyPI", "PyPI", ""),
        ("Debian:12", "Debian", "12"),
        ("Alpine:v3.19", "Alpine", "v3.19"),
        ("Ubuntu:22.04:LTS", "Ubuntu", "22.04:LTS"),
        ("Ubuntu:Pro:18.04:LTS", "Ubuntu", "Pro:18.04:LTS"),
        ("Rocky Linux:9", "Rocky Linux", "9"),
        ("Red Hat:enterprise_linux:9::baseos", "Red Hat", "enterprise_linux:9::baseos"),
        ("openSUSE:Leap 15.5", "openSUSE", "Leap 15.5"),
        ("crates.io", "crates.io", ""),
    ],
)
def test_osv_words_are_known_with_their_release(word, name, release):
    found = ecosystem_named(word)
    assert found is not None
    assert (found.name, release_named(word)) == (name, release)
    assert found.word(release) == word


@pytest.mark.parametrize("word", ["", "OSS-Fuzz", "GIT", "debian:12", "pypi", ":12"])
def test_what_is_not_covered_is_not_guessed(word):
    assert ecosystem_named(word) is None


@pytest.mark.parametrize(
    ("kind", "namespace", "name"),
    [
        ("deb", "debian", "Debian"),
        ("deb", "ubuntu", "Ubuntu"),
        ("apk", "alpine", "Alpine"),
        ("alpine", "", "Alpine"),
        ("alpine", None, "Alpine"),
        ("apk", "wolfi", "Wolfi"),
        ("rpm", "redhat", "Red Hat"),
        ("rpm", "rhel", "Red Hat"),
        ("rpm", "sles", "SUSE"),
        ("rpm", "opensuse-leap", "openSUSE"),
        ("rpm", "amzn", "Amazon Linux"),
        ("rpm", "amazon", "Amazon Linux"),
        ("rpm", "ol", "Oracle Linux"),
        ("golang", "github.com/foo", "Go"),
        ("npm", "@babel", "npm"),
        ("npm", None, "npm"),
        ("PyPI", None, "PyPI"),
    ],
)
def test_package_urls_lead_to_their_ecosystem(kind, namespace, name):
    found = ecosystem_of_purl(kind, namespace)
    assert found is not None
    assert found.name == name


@pytest.mark.parametrize(
    ("kind", "namespace"),
    [("deb", ""), ("deb", None), ("rpm", "plan9"), ("apk", ""), ("generic", ""), ("oci", None)],
)
def test_a_package_of_nobody_knows_whose_distribution_is_not_covered(kind, namespace):
    assert ecosystem_of_purl(kind, namespace) is None


@pytest.mark.parametrize(
    ("word", "namespace", "name", "normal"),
    [
        ("PyPI", None, "Zope.Interface__x", "zope-interface-x"),
        ("npm", "@Babel", "Core", "@babel/core"),
        ("npm", None, "lodash", "lodash"),
        ("Maven", "org.Apache", "Log4j", "org.Apache:Log4j"),
        ("Go", "github.com/BurntSushi", "toml", "github.com/burntsushi/toml"),
        ("Go", None, "stdlib", "stdlib"),
        ("Packagist", "Symfony", "HTTP-Kernel", "symfony/http-kernel"),
        ("NuGet", None, "Newtonsoft.Json", "newtonsoft.json"),
        ("crates.io", None, "serde_json", "serde-json"),
        ("RubyGems", None, "RedCloth", "RedCloth"),
        ("Debian", "debian", "Curl", "curl"),
        ("Red Hat", "rhel", "ImageMagick", "ImageMagick"),
        ("SwiftURL", "github.com/Apple", "swift-nio.git", "github.com/apple/swift-nio"),
    ],
)
def test_one_package_has_one_name(word, namespace, name, normal):
    found = ecosystem_named(word)
    assert found is not None
    assert found.name_of(namespace, name) == normal


@pytest.mark.parametrize("ecosystem", {one.naming: one for one in ECOSYSTEMS}.values())
@given(name=st.text(max_size=20) | st.sampled_from(["https://x.y/Z.git", "a.git/.git//"]))
@settings(max_examples=20, deadline=None)
def test_a_normal_name_stays_as_it_is(ecosystem, name):
    once = ecosystem.normal(name)
    assert ecosystem.normal(once) == once


def test_no_two_ecosystems_answer_to_one_package_url():
    claims = [
        (kind, namespace)
        for one in ECOSYSTEMS
        for kind in one.types
        for namespace in one.namespaces or ("",)
    ]
    assert len(claims) == len(set(claims))
    assert len({one.name for one in ECOSYSTEMS}) == len(ECOSYSTEMS)
    unnamed = {kind for one in ECOSYSTEMS if not one.namespaces for kind in one.types}
    assert not unnamed & {kind for one in ECOSYSTEMS if one.namespaces for kind in one.types}
