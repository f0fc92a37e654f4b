"""The real registries, once over: a small package of each, as the user's own settings say."""

from __future__ import annotations

import pytest

from tests.engines.reproduction.ecosystems.conftest import inside, install, python
from tidegate.engines.reproduction.ecosystems import Ecosystems
from tidegate.engines.reproduction.packages import PackageError

pytestmark = pytest.mark.network


@pytest.fixture
def real(cache):
    with Ecosystems(cache=cache) as made:
        yield made


def test_a_package_of_npm_is_listed_fetched_and_checked(real):
    npm = real.of_type("npm")
    versions = [release.version for release in npm.releases("minimist")]
    assert versions.index("0.2.4") < versions.index("1.0.0") < versions.index("1.2.6")
    first = install(npm, "minimist", "1.2.5")[0]
    assert "minimist" in inside(first, "/work/node_modules/minimist/package.json").read_text()
    assert [archive.filename for archive in first.archives] == ["minimist-1.2.5.tgz"]


def test_a_package_of_npm_comes_with_what_it_needs(real):
    first = install(real.of_type("npm"), "mkdirp", "0.5.1")[0]
    assert {archive.name for archive in first.archives} == {"mkdirp", "minimist"}
    (minimist,) = [archive for archive in first.archives if archive.name == "minimist"]
    assert minimist.version == "0.0.8"


def test_a_project_of_pypi_is_listed_fetched_and_checked(real):
    pypi = real.of_type("pypi")
    releases = {release.version: release for release in pypi.releases("Jinja2")}
    assert releases["2.10"].prerelease is False
    assert releases["3.0.0rc1"].prerelease is True
    first = install(pypi, "Jinja2", "2.10.1", runtime=python("3.8.18"))[0]
    assert inside(first, "/target/jinja2/__init__.py").is_file()
    (markup,) = [archive for archive in first.archives if archive.name == "markupsafe"]
    # With the MarkupSafe of today, no Jinja2 of that time can be imported.
    assert int(markup.version.partition(".")[0]) < 2


def test_a_project_whose_wheels_are_for_others_serves_all_the_same(real):
    found = install(real.of_type("pypi"), "PyYAML", "5.1", runtime=python("3.7.16"))
    assert "another platform" in found[0].note
    assert inside(found[0], "/target/yaml/__init__.py").is_file()


@pytest.mark.parametrize("type_", ["npm", "pypi"])
def test_what_does_not_exist_is_told(real, type_):
    with pytest.raises(PackageError, match=r"no (package|index has)"):
        real.of_type(type_).releases("tidegate-tests-name-that-nobody-has-9f2c1")
