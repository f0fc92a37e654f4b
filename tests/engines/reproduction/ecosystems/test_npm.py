"""npm: releases as they are ordered, archives as they were promised, dependencies as of the day."""

from __future__ import annotations

import hashlib
from dataclasses import replace

import pytest

from tests.engines.reproduction.ecosystems.conftest import NODE, described, inside, install
from tests.registry import QUICK, Registry, answers
from tests.registry.hostile import HONEST, TARS
from tests.registry.packages import Member, tar_of
from tidegate.engines.reproduction.ecosystems import npm_tree
from tidegate.engines.reproduction.ecosystems.npm import Npm
from tidegate.engines.reproduction.ecosystems.npm_registry import is_name
from tidegate.engines.reproduction.ecosystems.npm_settings import read_npm_settings
from tidegate.engines.reproduction.packages import PackageError, Release


@pytest.fixture
def npm(ecosystems):
    return ecosystems.of_type("npm")


class TestReleases:
    def test_they_come_in_version_order_whatever_the_dates_say(self, registry, npm):
        days = ["2024-01-05", "2024-01-01", "2024-01-04", "2024-01-02", "2024-01-03"]
        for version, day in zip(
            ["1.10.0", "1.2.0", "0.9.0", "2.0.0-rc.1", "1.9.0"], days, strict=True
        ):
            registry.add_npm("pkg", version, time=f"{day}T00:00:00Z")
        assert [release.version for release in npm.releases("pkg")] == [
            "0.9.0", "1.2.0", "1.9.0", "1.10.0", "2.0.0-rc.1",
        ]  # fmt: skip

    def test_prereleases_are_marked_and_deprecated_ones_are_not_yanked(self, registry, npm):
        registry.add_npm("pkg", "1.0.0-beta.1")
        registry.add_npm("pkg", "1.0.0", deprecated="broken, do not use")
        assert npm.releases("pkg") == [
            Release("pkg", "1.0.0-beta.1", prerelease=True),
            Release("pkg", "1.0.0"),
        ]

    def test_what_cannot_be_had_is_left_out_and_its_reason_kept(self, registry, npm):
        registry.add_npm("pkg", "1.0.0", time="2020-01-01T00:00:00Z")
        registry.npm_document("pkg")["time"] |= {"1.0.1": "2020-02-01T00:00:00Z", "modified": "x"}
        registry.npm_document("pkg")["versions"] |= {"one": {}, "1.0.2": {}, "1.0.3": None}
        registry.add_npm("pkg", "1.0.4", without=["integrity", "shasum"])
        registry.add_npm("pkg", "1.0.5", without=["tarball"])
        registry.add_npm("pkg", "1.0.6", dist={"tarball": "http://["})
        registry.add_npm("pkg", " 1.0.7")
        registry.add_npm("pkg", "1.0.8", dependencies={f"d{n}": "*" for n in range(1001)})
        assert [release.version for release in npm.releases("pkg")] == ["1.0.0"]
        reasons = npm.refused_releases("pkg")
        assert set(reasons) == {
            "1.0.1", "1.0.2", "1.0.3", "1.0.4", "1.0.5", "1.0.6", " 1.0.7", "1.0.8", "one",
        }  # fmt: skip
        assert reasons["1.0.1"] == "it was unpublished"
        assert "no digest" in reasons["1.0.4"]
        assert "no address" in reasons["1.0.5"]
        assert "more than 1000 dependencies" in reasons["1.0.8"]
        with pytest.raises(PackageError, match=r"pkg@1\.0\.1 cannot be had: it was unpublished"):
            install(npm, "pkg", "1.0.1")

    def test_a_package_that_was_unpublished_says_so(self, registry, npm):
        registry.npm_document("pkg")["time"]["unpublished"] = {"versions": ["1.0.0"]}
        with pytest.raises(PackageError, match="all of it was unpublished"):
            npm.releases("pkg")

    def test_a_package_that_does_not_exist_says_so_and_is_asked_for_once(self, registry, npm):
        for _ in range(3):
            with pytest.raises(PackageError, match="npm has no package 'pkg'"):
                npm.releases("pkg")
        assert registry.asked("/npm/pkg") == 1

    def test_a_document_is_read_once(self, registry, npm):
        registry.add_npm("pkg")
        for _ in range(3):
            npm.releases("pkg")
            install(npm, "pkg")
        assert registry.asked("/npm/pkg") == 1
        assert registry.asked(".tgz") == 1

    def test_a_registry_that_hiccups_is_asked_again_the_next_time(self, registry, npm):
        registry.add_npm("pkg")
        document = answers.json_body(registry.npm_document("pkg"))
        registry.answer("/npm/pkg", answers.first(answers.body(b"{"), then=document))
        with pytest.raises(PackageError, match="is no package document"):
            npm.releases("pkg")
        assert npm.releases("pkg")

    def test_a_scoped_package_is_one_path_segment(self, registry, npm):
        registry.add_npm("@scope/pkg", "1.0.0", {"index.js": "1"})
        (only,) = install(npm, "@scope/pkg")
        assert described(only, "@scope/pkg") == "@scope/pkg@1.0.0"
        assert registry.asked("/npm/@scope/pkg") == 1


class TestHostileDocuments:
    @pytest.mark.parametrize(
        ("body", "reason"),
        [
            (b"", "no package document"),
            (b"<html>", "no package document"),
            (b"[]", "no package document"),
            (b"\xff\xfe", "no package document"),
            (b'{"name":' + b"[" * 100_000, "no package document"),
            (b'{"versions":' + b'{"a":' * 20_000 + b"1" + b"}" * 20_001, "no package document"),
            (b'{"name":"other","versions":{}}', "document of another package, 'other'"),
            (b'{"versions":{}}', "unpublished"),
            (b'{"versions":[],"time":7,"dist-tags":null}', "unpublished"),
        ],
        ids=["empty", "html", "list", "no text", "deep lists", "deep objects", "other", "none",
             "shapes"],
    )  # fmt: skip
    def test_what_is_no_document_is_refused(self, registry, npm, body, reason):
        registry.answer("/npm/pkg", answers.body(body, "application/json"))
        with pytest.raises(PackageError, match=reason):
            npm.releases("pkg")

    def test_a_document_of_nothing_but_brackets_is_not_even_parsed(self, registry, cache):
        body = b'{"x":[' + b"[]," * 6_100_000 + b"1]}"
        registry.answer("/npm/pkg", answers.body(body, "application/json"))
        large = Npm(registry.npm_settings, cache, replace(QUICK, page_bytes=64 << 20))
        with pytest.raises(PackageError, match="more values than any package document"):
            large.releases("pkg")

    @pytest.mark.parametrize(
        "fields",
        [
            {"dependencies": ["a"], "scripts": 1, "os": {"x": 1}, "bundledDependencies": 7},
            {"dependencies": {"a": 1, "b": None}, "peerDependenciesMeta": {"a": []}},
            {"bundleDependencies": True, "optionalDependencies": "x", "os": [1, None]},
            {"bundledDependencies": [{}, [], "x"], "hasInstallScript": "yes"},
        ],
    )
    def test_fields_of_the_wrong_shape_are_left_out(self, registry, npm, fields):
        registry.add_npm("pkg", manifest=fields)
        assert len(install(npm, "pkg")) == 1

    @pytest.mark.parametrize(
        "tarball",
        ["file:///etc/passwd", "ftp://files.example/x.tgz", "data:text/plain,x", "", 7, None],
    )
    def test_an_archive_is_on_the_web_or_refused(self, registry, npm, tarball):
        registry.add_npm("pkg", dist={"tarball": tarball})
        assert npm.releases("pkg") == []
        assert "no address on the web" in npm.refused_releases("pkg")["1.0.0"]

    def test_an_archive_at_a_metadata_service_is_not_asked_for(self, registry, npm):
        registry.add_npm("pkg", dist={"tarball": "http://169.254.169.254/latest/x.tgz"})
        with pytest.raises(PackageError, match="nothing was sent there"):
            install(npm, "pkg")

    def test_documents_cannot_make_us_ask_for_packages_without_end(
        self, registry, npm, monkeypatch
    ):
        monkeypatch.setattr(npm_tree, "_MOST_NAMES", 20)
        registry.add_npm("a0", dependencies={"a1": "*", "a2": "*"})
        for n in (1, 2):
            many = {f"none-{n}-{m}": "*" for m in range(15)}
            registry.add_npm(f"a{n}", manifest={"optionalDependencies": many})
        with pytest.raises(PackageError, match="names more than 20 packages"):
            install(npm, "a0")
        assert registry.asked("none-") <= 20

    def test_a_tree_has_a_bound(self, registry, npm, monkeypatch):
        monkeypatch.setattr(npm_tree, "_MOST_INSTANCES", 20)
        for n in range(30):
            registry.add_npm(f"p{n}", dependencies={f"p{n + 1}": "*"})
        with pytest.raises(PackageError, match="needs more than 20 packages"):
            install(npm, "p0")
        assert registry.asked(".tgz") == 0

    @pytest.mark.parametrize(
        "name",
        ["", ".", "..", "../x", ".hidden", "a/b", "@a", "@a/b/c", "@../x", "a b", "a\n", "a\0b",
         "node_modules", "NODE_MODULES", "é", "\N{KELVIN SIGN}8s", "ſ", "a" * 215, "a%2fb", "a\\b"],
    )  # fmt: skip
    def test_a_name_that_is_none_is_not_asked_for(self, registry, npm, name):
        assert not is_name(name)
        with pytest.raises(PackageError, match="not a name that an npm package can have"):
            npm.releases(name)
        registry.add_npm("pkg", manifest={"dependencies": {name: "*"}})
        (only,) = install(npm, "pkg")
        assert "which is no name" in only.note
        assert all(link.path.startswith("/work/node_modules/pkg") for link in only.links)

    @pytest.mark.parametrize("alias", ["npm:../x@1", "npm:@1.0.0", "npm:", "npm:a/b@*", "npm:é@1"])
    def test_an_alias_of_a_name_that_is_none_is_refused(self, registry, npm, alias):
        registry.add_npm("pkg", manifest={"optionalDependencies": {"other": alias}})
        (only,) = install(npm, "pkg")
        assert "optional other was left out" in only.note

    def test_a_long_version_is_no_reason_for_the_sandbox_to_fail(self, registry, npm):
        version = "1.0.0-" + "x" * 240
        registry.add_npm("pkg", version)
        (only,) = install(npm, "pkg", version)
        assert described(only, "pkg") == f"pkg@{version}"
        assert all(len(part) <= 255 for part in only.target_roots[0].split("/"))

    def test_an_archive_s_name_in_a_receipt_is_a_plain_name(self, registry, npm):
        path = registry.add_npm("pkg")
        tarball = f"{registry.url}{path}/%1b%5b31m/x\x1b[31m"
        registry.add_npm("pkg", dist={"tarball": tarball})
        registry.answer("/npm/-/pkg-1.0.0.tgz/\x1b[31m/x\x1b[31m", registry._answers[path])
        (only,) = install(npm, "pkg")
        assert only.archives[0].filename == "pkg-1.0.0.tgz"

    def test_whatever_is_quoted_of_a_document_stays_on_its_line(self, registry, npm):
        evil = "\x1b[31m\r\n\u202e\ud800"
        registry.add_npm("pkg", manifest={"optionalDependencies": {evil: "x", "a": f"x:{evil}"}})
        (only,) = install(npm, "pkg")
        assert only.note.isprintable()
        assert "\\x1b[31m" in only.note
        for dependencies in ({"a": evil}, {"b": f"npm:{evil}@1"}):
            registry.add_npm("other", manifest={"dependencies": dependencies})
            with pytest.raises(PackageError) as refusal:
                install(npm, "other")
            assert str(refusal.value).isprintable()
        registry.answer("/npm/third", lambda exchange: exchange.write(
            b"HTTP/1.1 400 \x1b[31mred\r\nContent-Length: 0\r\n\r\n"))  # fmt: skip
        with pytest.raises(PackageError) as refusal:
            npm.releases("third")
        assert str(refusal.value).isprintable()


class TestArchives:
    def test_what_is_fetched_is_what_was_promised(self, registry, npm):
        registry.add_npm("pkg", files={"index.js": "module.exports = 7;\n"})
        (only,) = install(npm, "pkg")
        assert inside(only, "/work/node_modules/pkg/index.js").read_text() == (
            "module.exports = 7;\n"
        )
        assert only.archives[0].name == "pkg"
        assert only.archives[0].filename == "pkg-1.0.0.tgz"
        assert len(only.archives[0].sha256) == 64
        assert only.note == ""

    @pytest.mark.parametrize(
        ("dist", "without"),
        [
            ({"integrity": "sha512-" + "A" * 86 + "=="}, []),
            ({"integrity": "sha1-" + "A" * 27 + "="}, []),
            ({"shasum": "0" * 40}, ["integrity"]),
            ({"integrity": "md5-AAAA", "shasum": "0" * 40}, []),
        ],
        ids=["sha512", "sha1", "shasum", "shasum beside an unknown one"],
    )
    def test_another_content_than_was_promised_is_refused(self, registry, npm, dist, without):
        registry.add_npm("pkg", dist=dist)
        for field in without:
            del registry.npm_document("pkg")["versions"]["1.0.0"]["dist"][field]
        with pytest.raises(PackageError, match="is not what its index promises"):
            install(npm, "pkg")

    def test_a_mirror_without_integrity_is_checked_by_its_shasum(self, registry, npm):
        registry.add_npm("pkg", without=["integrity"])
        assert len(install(npm, "pkg")) == 1
        assert len(install(npm, "pkg")) == 1
        assert registry.asked(".tgz") == 1

    def test_an_archive_that_is_gone_says_so(self, registry, npm):
        registry.add_npm("pkg", answer=answers.status(404))
        with pytest.raises(PackageError, match="is not there"):
            install(npm, "pkg")

    @pytest.mark.parametrize("what", ["climbs", "link through a link", "bomb", "two of one name"])
    def test_a_hostile_archive_is_refused_by_name(self, registry, npm, cache, what):
        make, reason = TARS[what]
        registry.add_npm("pkg", archive=make())
        with pytest.raises(PackageError, match=rf"pkg-1\.0\.0\.tgz is refused: .*({reason})"):
            install(npm, "pkg")
        assert not (cache.folder / "trees").exists()
        assert not list(cache.folder.rglob("escaped"))

    def test_an_archive_s_own_account_of_its_files_does_not_win_over_its_bytes(self, registry, npm):
        archive = tar_of([HONEST, Member("package/index.js", HONEST.content)])
        registry.add_npm("pkg", archive=archive)
        (only,) = install(npm, "pkg")
        assert inside(only, "/work/node_modules/pkg/index.js").read_bytes() == HONEST.content


class TestTheUserSRegistry:
    def test_a_mirror_that_serves_npm_s_own_documents_serves_the_archives_too(self, registry, npm):
        path = registry.add_npm("pkg")
        tarball = "https://registry.npmjs.org" + path.removeprefix("/npm")
        registry.add_npm("pkg", dist={"tarball": tarball})
        assert len(install(npm, "pkg")) == 1

    def test_a_token_goes_to_its_registry_and_not_where_that_leads(self, registry, cache, tmp_path):
        with Registry(host="127.0.0.2") as other:
            path = other.add_npm("pkg")
            registry.add_npm("pkg", dist={"tarball": f"{other.url}{path}"})
            document = answers.json_body(registry.npm_document("pkg"))
            registry.answer("/npm/pkg", answers.only_with("Bearer s3cret", document))
            (tmp_path / ".npmrc").write_text(
                f"registry={registry.url}/npm/\n"
                f"//{registry.url.removeprefix('http://')}/npm/:_authToken=${{TOKEN}}\n"
            )
            environ = {"TOKEN": "s3cret", "npm_config_globalconfig": "/dev/null"}
            npm = Npm(read_npm_settings(environ, tmp_path, tmp_path), cache, QUICK)
            assert len(list(npm.installations(Release("pkg", "1.0.0"), NODE, ()))) == 1
            assert all("Authorization" not in request.headers for request in other.requests)
            assert "Authorization" in registry.requests[0].headers

    def test_a_scope_has_a_registry_of_its_own(self, registry, cache):
        with Registry() as other:
            registry.add_npm("pkg", dependencies={"@corp/a": "*"})
            other.add_npm("@corp/a")
            settings = replace(registry.npm_settings, scopes={"@corp": f"{other.url}/npm"})
            npm = Npm(settings, cache, QUICK)
            assert len(list(npm.installations(Release("pkg", "1.0.0"), NODE, ()))) == 1
            assert registry.asked("@corp") == 0

    def test_two_registries_with_one_name_do_not_share_an_archive(self, registry, cache):
        with Registry() as other:
            registry.add_npm("pkg", files={"index.js": "ours"})
            other.add_npm("pkg", files={"index.js": "theirs"})
            for each, content in ((registry, "ours"), (other, "theirs")):
                npm = Npm(each.npm_settings, cache, QUICK)
                (only,) = npm.installations(Release("pkg", "1.0.0"), NODE, ())
                assert inside(only, "/work/node_modules/pkg/index.js").read_text() == content


def test_the_digest_in_an_installation_is_that_of_the_archive(registry, npm):
    archive = tar_of([HONEST])
    registry.add_npm("pkg", archive=archive)
    (only,) = install(npm, "pkg")
    assert only.archives[0].sha256 == hashlib.sha256(archive).hexdigest()
