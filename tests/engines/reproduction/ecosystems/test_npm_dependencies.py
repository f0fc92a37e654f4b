"""npm: every package sees its own dependencies, in the versions of the day."""

from __future__ import annotations

import pytest

from tests.engines.reproduction.ecosystems.conftest import beside, described, inside, install
from tests.registry import Registry
from tidegate.engines.reproduction.packages import PackageError


@pytest.fixture
def npm(ecosystems):
    return ecosystems.of_type("npm")


class TestTrees:
    def test_every_package_sees_its_own_dependencies(self, registry, npm):
        registry.add_npm("pkg", dependencies={"a": "^1.0.0", "b": "^1.0.0"})
        registry.add_npm("a", "1.0.0", dependencies={"c": "1.x"})
        registry.add_npm("b", "1.0.0", dependencies={"c": "2.x"})
        registry.add_npm("c", "1.5.0")
        registry.add_npm("c", "2.5.0")
        (only,) = install(npm, "pkg")
        assert beside(only, "pkg@1.0.0", "a") == "a@1.0.0"
        assert beside(only, "a@1.0.0", "c") == "c@1.5.0"
        assert beside(only, "b@1.0.0", "c") == "c@2.5.0"
        assert only.modules == ("pkg",)
        assert set(only.target_roots) & set(only.dependency_roots) == set()
        assert len(only.dependency_roots) == 4

    def test_a_circle_ends(self, registry, npm):
        registry.add_npm("pkg", dependencies={"a": "*"})
        registry.add_npm("a", dependencies={"pkg": "*", "a": "*"})
        (only,) = install(npm, "pkg")
        assert beside(only, "a@1.0.0", "pkg") == "pkg@1.0.0"

    def test_an_alias_leads_to_the_package_that_it_names(self, registry, npm):
        registry.add_npm("pkg", dependencies={"old": "npm:real@^1.0.0", "@s/x": "npm:@t/y"})
        registry.add_npm("real", "1.2.0")
        registry.add_npm("@t/y", "3.0.0")
        (only,) = install(npm, "pkg")
        assert beside(only, "pkg@1.0.0", "old") == "real@1.2.0"
        assert beside(only, "pkg@1.0.0", "@s/x") == "@t/y@3.0.0"

    @pytest.mark.parametrize(
        "wanted", ["git+ssh://git@host/x.git", "https://host/x.tgz", "file:../../etc", "user/repo"]
    )
    def test_what_is_not_in_a_registry_is_noted_and_not_fetched(self, registry, npm, wanted):
        registry.add_npm("pkg", dependencies={"other": wanted})
        (only,) = install(npm, "pkg")
        assert "other of pkg@1.0.0 is not in a registry" in only.note
        assert registry.asked("other") == 0

    def test_the_target_itself_serves_who_depends_on_it(self, registry, npm):
        registry.add_npm("pkg", "1.0.0", dependencies={"plugin": "*"})
        registry.add_npm("pkg", "1.5.0")
        registry.add_npm("plugin", manifest={"peerDependencies": {"pkg": "^1.0.0"}})
        (only,) = install(npm, "pkg", "1.0.0")
        assert beside(only, "plugin@1.0.0", "pkg") == "pkg@1.0.0"

    def test_needs_lie_beside_the_target_in_the_version_that_was_asked_for(self, registry, npm):
        registry.add_npm("pkg", dependencies={"a": "*"})
        registry.add_npm("a", "1.0.0")
        registry.add_npm("a", "2.0.0")
        (only,) = install(npm, "pkg", "1.0.0", ("a", "1.0.0"), ("pkg", "9.9.9"))
        assert described(only, "a") == "a@1.0.0"
        assert beside(only, "pkg@1.0.0", "a") == "a@1.0.0"

    def test_a_dependency_that_is_missing_is_named_with_who_needs_it(self, registry, npm):
        registry.add_npm("pkg", dependencies={"a": "^1.0.0"})
        registry.add_npm("a", dependencies={"gone": "^1.0.0"})
        with pytest.raises(PackageError, match=r"a@1\.0\.0 needs gone \^1\.0\.0"):
            install(npm, "pkg")

    def test_an_optional_one_may_be_missing(self, registry, npm):
        registry.add_npm("pkg", manifest={"optionalDependencies": {"gone": "*", "mac": "*"}})
        registry.add_npm("mac", manifest={"os": ["darwin"]})
        (only,) = install(npm, "pkg")
        assert "optional gone was left out" in only.note
        assert not any("mac" in bind.target for bind in only.binds)

    def test_a_peer_comes_along_unless_it_is_optional_or_cannot_be_had(self, registry, npm):
        peers = {"a": "^1.0.0", "b": "*", "gone": "*"}
        meta = {"b": {"optional": True}}
        registry.add_npm("pkg", manifest={"peerDependencies": peers, "peerDependenciesMeta": meta})
        registry.add_npm("a", "1.1.0")
        registry.add_npm("b")
        (only,) = install(npm, "pkg")
        assert beside(only, "pkg@1.0.0", "a") == "a@1.1.0"
        assert not any("/b/" in bind.target for bind in only.binds)
        assert "peer gone of pkg@1.0.0 was left out" in only.note

    def test_what_is_bundled_is_not_fetched(self, registry, npm):
        registry.add_npm(
            "pkg",
            files={"index.js": "", "node_modules/inner/index.js": "1"},
            dependencies={"inner": "^1.0.0"},
            manifest={"bundledDependencies": ["inner"]},
        )
        (only,) = install(npm, "pkg")
        assert registry.asked("inner") == 0
        assert only.dependency_roots == (f"{only.target_roots[0]}/node_modules",)

    def test_a_tag_is_followed(self, registry, npm):
        registry.add_npm("pkg", dependencies={"a": "next"})
        registry.add_npm("a", "1.0.0")
        registry.add_npm("a", "2.0.0-rc.1", tag="next")
        (only,) = install(npm, "pkg")
        assert beside(only, "pkg@1.0.0", "a") == "a@2.0.0-rc.1"


class TestAsOfTheDay:
    def publish(self, registry: Registry) -> None:
        registry.add_npm("pkg", dependencies={"a": "^1.0.0"}, time="2021-06-01T12:00:00Z")
        registry.add_npm("a", "1.0.0", time="2020-01-01T00:00:00Z")
        registry.add_npm("a", "1.1.0", time="2021-01-01T00:00:00Z")
        registry.add_npm("a", "1.2.0", time="2022-01-01T00:00:00Z")

    def test_a_release_gets_what_its_users_got_and_then_what_they_would_get_today(
        self, registry, npm
    ):
        self.publish(registry)
        then, today = install(npm, "pkg")
        assert beside(then, "pkg@1.0.0", "a") == "a@1.1.0"
        assert beside(today, "pkg@1.0.0", "a") == "a@1.2.0"
        assert "as of today" in today.note
        assert then.note == ""

    def test_a_mirror_s_dates_are_not_believed(self, registry, npm):
        self.publish(registry)
        times = registry.npm_document("a")["time"]
        times |= {"1.0.0": times["1.2.0"], "1.1.0": "2021-09-01T00:00:00Z"}
        times["1.2.0"] = "2020-01-01T00:00:00Z"
        then, today = install(npm, "pkg")
        # Without dates, an author wrote the version that there was as the lower bound.
        assert beside(then, "pkg@1.0.0", "a") == "a@1.0.0"
        assert beside(today, "pkg@1.0.0", "a") == "a@1.2.0"

    @pytest.mark.parametrize(
        "time",
        ["9999-12-31T23:59:59Z", "0001-01-01T00:00:00+14:00", "yesterday", "", 7, None, {}, [1]],
    )
    def test_a_time_that_is_none_is_no_harm(self, registry, npm, time):
        self.publish(registry)
        registry.npm_document("pkg")["time"]["1.0.0"] = time
        registry.npm_document("a")["time"]["1.1.0"] = time
        assert {i.archives[0].version for i in install(npm, "pkg")} == {"1.0.0"}


class TestEmpty:
    def test_the_target_s_place_is_empty_and_all_else_as_it_was(self, registry, npm):
        registry.add_npm("@s/pkg", files={"index.js": "x"}, dependencies={"a": "*"})
        registry.add_npm("a")
        (only,) = install(npm, "@s/pkg")
        empty = npm.empty(only)
        assert inside(empty, "/work/node_modules/@s/pkg/index.js").read_text() == (
            "module.exports = {};\n"
        )
        assert described(empty, "@s/pkg") == "@s/pkg@1.0.0"
        assert beside(empty, "@s/pkg@1.0.0", "a") == "a@1.0.0"
        assert [archive.name for archive in empty.archives] == ["a"]
        assert empty.links == only.links

    def test_another_version_of_the_target_that_came_along_stays(self, registry, npm):
        registry.add_npm("pkg", "2.0.0", dependencies={"a": "*"})
        registry.add_npm("pkg", "1.0.0")
        registry.add_npm("a", dependencies={"pkg": "^1.0.0"})
        (only,) = install(npm, "pkg", "2.0.0")
        empty = npm.empty(only)
        assert [f"{x.name}@{x.version}" for x in empty.archives] == ["a@1.0.0", "pkg@1.0.0"]
        assert beside(empty, "a@1.0.0", "pkg") == "pkg@1.0.0"
