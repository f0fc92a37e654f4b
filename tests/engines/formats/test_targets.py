"""Package URLs and the names that registries use."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidegate.engines.formats.targets import Target, TargetError, parse_target


@pytest.mark.parametrize(
    ("purl", "type_", "package", "version"),
    [
        ("pkg:npm/minimist@1.2.0", "npm", "minimist", "1.2.0"),
        ("pkg:npm/minimist", "npm", "minimist", None),
        ("pkg:npm/JSONStream@1.0.0", "npm", "JSONStream", "1.0.0"),
        ("pkg:npm/%40babel/traverse@7.0.0", "npm", "@babel/traverse", "7.0.0"),
        ("pkg:npm/@babel/traverse@7.0.0", "npm", "@babel/traverse", "7.0.0"),
        ("pkg:npm/x@1.0.0-beta.1%2Bbuild", "npm", "x", "1.0.0-beta.1+build"),
        ("pkg:pypi/PyYAML@5.3", "pypi", "pyyaml", "5.3"),
        ("pkg:pypi/Zope.Interface_x@1%21.0", "pypi", "zope-interface-x", "1!.0"),
        ("pkg:PyPI/jinja2@2.10", "pypi", "jinja2", "2.10"),
        ("pkg:github/Owner/Repo@abc", "github", "Owner/Repo", "abc"),
        ("pkg:golang/google.golang.org/genproto@v1", "golang", "google.golang.org/genproto", "v1"),
    ],
)
def test_a_package_has_the_name_that_its_registry_uses(purl, type_, package, version):
    target = parse_target(purl)
    assert (target.type, target.package, target.version) == (type_, package, version)
    assert target.purl == purl


@pytest.mark.parametrize(
    ("purl", "reason"),
    [
        ("minimist", "is not a package URL"),
        ("", "is not a package URL"),
        ("pkg:", "is not a package URL"),
        ("pkg:npm", "is not a package URL"),
        ("pkg:npm/", "is not a package URL"),
        ("pkg:npm/x@1?a", "is not a package URL"),
        ("pkg:npm/%ff@1", "is not a package URL"),
        ("pkg:npm/x@1\n", "holds spaces or invisible characters"),
        ("pkg:npm/ x@1", "holds spaces or invisible characters"),
        ("pkg:npm/\u202ex@1", "holds spaces or invisible characters"),
        ("pkg:npm/x%0a@1", "is not a package URL"),
        ("pkg:generic/%1b%5b2J@1", "is not a package URL"),
        ("pkg:npm/" + "x" * 5000, "is longer than"),
        ("pkg:npm/..@1", "does not name an npm package"),
        ("pkg:npm/%2e%2e@1", "does not name an npm package"),
        ("pkg:npm/..%2fx@1", "does not name an npm package"),
        ("pkg:npm/a/b@1", "does not name an npm package"),
        ("pkg:npm/%40a/b/c@1", "does not name an npm package"),
        ("pkg:npm/%40../c@1", "does not name an npm package"),
        ("pkg:npm/" + "x" * 215, "does not name an npm package"),
        ("pkg:pypi/ns/x@1", "has a namespace"),
        ("pkg:pypi/..@1", "does not name a PyPI package"),
        ("pkg:pypi/a%2fb@1", "does not name a PyPI package"),
        ("pkg:pypi/x@1%2f..", "has a version that no release can have"),
        ("pkg:npm/x@..", "has a version that no release can have"),
        ("pkg:npm/x@%2e%2e%2f1", "has a version that no release can have"),
        ("pkg:npm/x@1%201", "has a version that no release can have"),
    ],
)
def test_what_no_registry_can_hold_is_refused(purl, reason):
    with pytest.raises(TargetError) as refusal:
        parse_target(purl)
    assert str(refusal.value).startswith(reason)


@given(st.text(max_size=60) | st.text(alphabet="pkg:npmyi/%2e.@?#=&a1[]", max_size=40))
def test_no_text_makes_it_raise_anything_else(text):
    for purl in (text, "pkg:npm/" + text, "pkg:pypi/" + text, "pkg:" + text):
        try:
            target = parse_target(purl)
        except TargetError:
            continue
        assert isinstance(target, Target)
        if target.type in ("npm", "pypi"):
            assert ".." not in target.package.split("/")
            assert "/" not in (target.version or "")
