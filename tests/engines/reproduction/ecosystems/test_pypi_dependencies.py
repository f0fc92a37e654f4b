"""PyPI: what a release needs, in the versions of the day, on the interpreter that it runs on."""

from __future__ import annotations

import pytest

from tests.engines.reproduction.ecosystems.conftest import (
    inside,
    names,
    python,
    ways,
)
from tests.registry import Registry
from tidegate.engines.reproduction.ecosystems import pypi_tree
from tidegate.engines.reproduction.packages import PackageError


class TestDependencies:
    def publish(self, registry: Registry) -> None:
        registry.add_wheel("pkg", requires=["dep>=1.1"], time="2021-06-01T12:00:00Z")
        for version, day in (("1.0", "2019"), ("1.1", "2020"), ("1.2", "2021"), ("2.0", "2022")):
            registry.add_wheel("dep", version, time=f"{day}-01-01T00:00:00Z")

    def test_a_release_gets_what_its_users_got_and_then_what_they_would_get_today(
        self, registry, pypi
    ):
        self.publish(registry)
        then, today = ways(pypi)
        assert names(then) == ["pkg 1.0", "dep 1.2"]
        assert names(today) == ["pkg 1.0", "dep 2.0"]
        assert "as of today" in today.note
        assert inside(then, "/deps/0/dep/__init__.py").is_file()
        assert then.search_path == ("/target", "/deps/0")

    def test_an_index_without_dates_gives_the_lower_bound_and_then_the_newest(self, either, pypi):
        either.add_wheel("pkg", requires=["dep>=1.1"])
        for version in ("1.0", "1.1", "1.2"):
            either.add_wheel("dep", version)
        assert [names(way)[1] for way in ways(pypi)] == ["dep 1.1", "dep 1.2"]

    def test_a_mirror_s_dates_are_not_believed(self, registry, pypi):
        registry.add_wheel("pkg", requires=["dep>=1.1"], time="2021-06-01T12:00:00Z")
        for version, day in (("1.0", "2024"), ("1.1", "2023"), ("1.2", "2020")):
            registry.add_wheel("dep", version, time=f"{day}-01-01T00:00:00Z")
        assert names(ways(pypi)[0]) == ["pkg 1.0", "dep 1.1"]

    def test_yanked_ones_and_prereleases_are_not_chosen(self, registry, pypi):
        registry.add_wheel("pkg", requires=["dep", "only"])
        registry.add_wheel("dep", "1.0")
        registry.add_wheel("dep", "1.1", yanked=True)
        registry.add_wheel("dep", "2.0rc1")
        registry.add_wheel("only", "1.0", yanked=True)
        assert names(ways(pypi)[0]) == ["pkg 1.0", "dep 1.0", "only 1.0"]

    def test_markers_are_those_of_the_interpreter_and_extras_stay_out(self, registry, pypi):
        requires = [
            'old; python_version < "3.8"', 'new>=1; python_version >= "3.8"',
            'win; sys_platform == "win32"', 'more; extra == "more"',
            'odd; platform_release ~= "x"', 'deep; ' + "(" * 3000,
        ]  # fmt: skip
        registry.add_wheel("pkg", requires=requires)
        for name in ("old", "new"):
            registry.add_wheel(name)
        assert names(ways(pypi)[0]) == ["pkg 1.0", "new 1.0"]
        assert names(ways(pypi, runtime=python("3.7.16"))[0]) == ["pkg 1.0", "old 1.0"]
        assert "its requirement 'deep; ((((" in ways(pypi)[0].note

    def test_what_is_at_an_address_is_noted_and_not_fetched(self, registry, pypi):
        registry.add_wheel("pkg", requires=[f"dep @ {registry.url}/dep.whl"])
        assert "needs dep from elsewhere, left out" in ways(pypi)[0].note
        assert registry.asked("dep") == 0

    def test_versions_that_exclude_each_other_are_told(self, registry, pypi):
        registry.add_wheel("pkg", requires=["a", "b"])
        registry.add_wheel("a", requires=["c<2"])
        registry.add_wheel("b", requires=["c>=2"])
        registry.add_wheel("c", "1.0")
        registry.add_wheel("c", "2.0")
        with pytest.raises(PackageError, match=r"a 1\.0 needs c<2|b 1\.0 needs c>=2"):
            ways(pypi)

    def test_a_search_goes_back_where_the_newest_does_not_fit(self, registry, pypi):
        registry.add_wheel("pkg", requires=["a", "c<2"])
        registry.add_wheel("a", "1.0", requires=["c"])
        registry.add_wheel("a", "2.0", requires=["c>=2"])
        registry.add_wheel("c", "1.0")
        registry.add_wheel("c", "2.0")
        assert names(ways(pypi)[0]) == ["pkg 1.0", "a 1.0", "c 1.0"]

    def test_a_dependency_that_is_missing_is_named_with_who_needs_it(self, registry, pypi):
        registry.add_wheel("pkg", requires=["gone>=1"])
        with pytest.raises(PackageError, match=r"pkg 1\.0 needs gone>=1; no index has a project"):
            ways(pypi)

    def test_needs_lie_beside_the_target_in_the_version_that_was_asked_for(self, registry, pypi):
        registry.add_wheel("pkg", requires=["dep>=2"])
        registry.add_wheel("dep", "1.0")
        registry.add_wheel("dep", "2.0")
        (only,) = ways(pypi, needs=[("dep", "1.0"), ("PKG", "9.9")])
        assert names(only) == ["pkg 1.0", "dep 1.0"]
        assert "has 1.0 because it was given" in only.note

    def test_a_circle_ends(self, registry, pypi):
        registry.add_wheel("pkg", requires=["a"])
        registry.add_wheel("a", requires=["pkg>=5", "a"])
        assert names(ways(pypi)[0]) == ["pkg 1.0", "a 1.0"]

    def test_metadata_cannot_make_us_ask_for_projects_without_end(
        self, registry, pypi, monkeypatch
    ):
        monkeypatch.setattr(pypi_tree, "_MOST_NAMES", 20)
        registry.add_wheel("pkg", requires=[f"many-{n}" for n in range(30)])
        for n in range(30):
            registry.add_wheel(f"many-{n}")
        with pytest.raises(PackageError, match="name more than 20 projects"):
            ways(pypi)
        assert registry.asked("/simple/many-") <= 20
