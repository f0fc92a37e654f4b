"""PyPI: releases as they are ordered, files as they were promised, every way to have a release."""

from __future__ import annotations

import hashlib
from dataclasses import replace

import pytest

from tests.engines.reproduction.ecosystems.conftest import (
    FOREIGN,
    NATIVE,
    inside,
    install,
    names,
    python,
    ways,
)
from tests.registry import QUICK, Registry, answers
from tests.registry.hostile import HONEST, TARS, ZIPS
from tests.registry.packages import Member, sdist, wheel, zip_of
from tests.registry.server import JSON_INDEX
from tidegate.engines.reproduction.ecosystems.cache import Cache
from tidegate.engines.reproduction.ecosystems.pip_settings import read_pip_settings
from tidegate.engines.reproduction.ecosystems.pypi import Pypi
from tidegate.engines.reproduction.packages import PackageError, Release


class TestReleases:
    def test_they_come_in_the_order_of_pep_440_whatever_the_dates_say(self, either, pypi):
        for day, version in enumerate(["1.10", "1.2", "1.10rc1", "1!0.1", "1.2.post1", "1.2.dev3"]):
            either.add_wheel("pkg", version, time=f"2024-01-{20 - day:02}T00:00:00Z")
        assert [release.version for release in pypi.releases("pkg")] == [
            "1.2.dev3", "1.2", "1.2.post1", "1.10rc1", "1.10", "1!0.1",
        ]  # fmt: skip

    def test_yanked_ones_and_prereleases_are_marked(self, either, pypi):
        either.add_wheel("pkg", "1.0", yanked="broken on Mondays")
        either.add_wheel("pkg", "1.1", yanked=True)
        either.add_sdist("pkg", "1.1", yanked=False)
        either.add_wheel("pkg", "2.0b1")
        either.add_wheel("pkg", "2.0.dev1", yanked=True)
        assert pypi.releases("pkg") == [
            Release("pkg", "1.0", yanked=True),
            Release("pkg", "1.1"),
            Release("pkg", "2.0.dev1", prerelease=True, yanked=True),
            Release("pkg", "2.0b1", prerelease=True),
        ]

    def test_a_release_is_one_however_its_version_and_name_are_spelled(self, either, pypi):
        either.add_file("my-pkg", "My_Pkg-1.0.0RC1.tar.gz", b"x")
        either.add_file("my-pkg", "my.pkg-1.0.0-rc.1-py3-none-any.whl", b"x")
        either.add_file("my-pkg", "my_pkg-1.0.0rc1-py2-none-any.whl", b"x")
        assert [r.version for r in pypi.releases("My.Pkg")] == ["1.0.0rc1"]

    def test_files_of_something_else_are_none_of_the_project(self, either, pypi):
        either.add_wheel("pkg", "1.0")
        for filename in ("pkg-extra-1.0.tar.gz", "other-2.0-py3-none-any.whl", "pkg.txt", "pkg",
                         "pkg-9.0.tar.gz.asc", "pkg-9.0\x1b[31m.tar.gz", "p kg-9.0.tar.gz",
                         "pkg-9.0-py3-none-\x1b[31many.whl"):  # fmt: skip
            either.add_file("pkg", filename, b"x")
        assert [release.version for release in pypi.releases("pkg")] == ["1.0"]

    def test_files_that_cannot_be_read_are_left_out_with_the_reason(self, either, pypi):
        either.add_wheel("pkg", "1.0")
        either.add_file("pkg", "pkg-one.two.tar.gz", b"x")
        either.add_file("pkg", "pkg-1.1-py3.whl", b"x")
        assert [release.version for release in pypi.releases("pkg")] == ["1.0"]
        assert set(pypi.refused_releases("pkg")) == {"pkg-one.two.tar.gz", "pkg-1.1-py3.whl"}

    def test_a_release_of_installers_only_is_listed_and_cannot_be_had(self, either, pypi):
        either.add_file("pkg", "pkg-0.1.win32-py2.7.exe", b"x")
        either.add_file("pkg", "pkg-0.1-py2.7.egg", b"x")
        assert [release.version for release in pypi.releases("pkg")] == ["0.1"]
        with pytest.raises(PackageError, match=r"has no wheel or sdist .*, only pkg-0\.1-py2\.7"):
            ways(pypi, version="0.1")

    def test_a_project_that_does_not_exist_says_so_and_is_asked_for_once(self, registry, pypi):
        for _ in range(3):
            with pytest.raises(PackageError, match="no index has a project 'pkg'"):
                pypi.releases("Pkg")
        assert registry.asked("/simple/pkg/") == 1

    @pytest.mark.parametrize(
        "name", ["", ".", "..", "../x", "a/b", "-a", "a-", "a b", "é", "\N{KELVIN SIGN}8s", "a\n"]
    )
    def test_a_name_that_is_none_is_not_asked_for(self, registry, pypi, name):
        with pytest.raises(PackageError, match="not a name that a Python project can have"):
            pypi.releases(name)
        assert registry.requests == []


class TestHostilePages:
    @pytest.mark.parametrize(
        ("body", "content_type", "reason"),
        [
            (b"", JSON_INDEX, "no page of a package index"),
            (b"[]", JSON_INDEX, "no page of a package index"),
            (b"{}", JSON_INDEX, "no page of a package index"),
            (b'{"meta":{"api-version":"2.0"},"files":[]}', JSON_INDEX, "version 1"),
            (b'{"files":' + b"[" * 100_000, JSON_INDEX, "no page of a package index"),
            (b'{"files":[1,null,[],{},{"url":1},{"url":"http://["}]}', JSON_INDEX, "no index has"),
            (b"<html></html>", "text/html", "no index has"),
            (b"<![x]>", "text/html", "no page of a package index"),
            (b"\xff\xfe<a href=", "text/html", "no index has"),
            (b"<a href='http://['>x</a><base href='http://['>", "text/html", "no index has"),
        ],
    )
    def test_what_is_no_page_is_refused(self, registry, pypi, body, content_type, reason):
        registry.answer("/simple/pkg/", answers.body(body, content_type))
        with pytest.raises(PackageError, match=reason):
            pypi.releases("pkg")

    def test_a_page_of_html_has_a_bound_of_its_own(self, registry, cache):
        registry.answer("/simple/pkg/", answers.body(b"<" * (17 << 20), "text/html"))
        large = Pypi(registry.pip_settings, cache, None, replace(QUICK, page_bytes=64 << 20))
        with pytest.raises(PackageError, match="larger than 16 MiB of HTML"):
            large.releases("pkg")

    def test_a_link_that_is_no_file_is_no_harm_to_the_others(self, registry, pypi):
        registry.html = True
        path = registry.add_wheel("pkg")
        page = f'<a href="#top">up</a><a name=x><a href="{path}#sha256">pkg</a><a href>x</a>'
        registry.answer("/simple/pkg/", answers.body(page.encode(), "text/html"))
        assert len(ways(pypi)) == 1

    def test_links_start_from_where_the_page_says(self, registry, pypi):
        registry.add_wheel("pkg")
        page = '<base href="/files/"><a href="pkg-1.0-py3-none-any.whl">x</a>'
        registry.answer("/simple/pkg/", answers.body(page.encode(), "text/html"))
        assert len(ways(pypi)) == 1

    @pytest.mark.parametrize(
        "url", ["file:///etc/passwd", "file://localhost/etc/passwd", "ftp://f.example/x", "data:,x"]
    )
    def test_a_file_of_an_index_on_the_web_is_on_the_web(self, either, pypi, url):
        either.add_file("pkg", "pkg-1.0.tar.gz", b"x", entry={"url": url + "/pkg-1.0.tar.gz"})
        with pytest.raises(PackageError, match=r"no index lists pkg 1\.0"):
            ways(pypi)
        assert "not on the web" in pypi.refused_releases("pkg")["pkg-1.0.tar.gz"]

    def test_a_file_at_a_metadata_service_is_not_asked_for(self, registry, pypi):
        registry.add_wheel("pkg", entry={"url": "http://169.254.169.254/pkg-1.0-py3-none-any.whl"})
        with pytest.raises(PackageError, match="nothing was sent there"):
            ways(pypi)

    @pytest.mark.parametrize(
        "fields",
        [
            {"hashes": ["x"], "yanked": {}, "upload-time": 7, "requires-python": 3},
            {"hashes": None, "yanked": None, "upload-time": "9999-12-31T23:59:59Z"},
            {"hashes": {"sha256": 7}, "requires-python": ">=banana"},
        ],
    )
    def test_fields_of_the_wrong_shape_are_left_out(self, registry, pypi, fields):
        registry.add_wheel("pkg", entry=fields)
        assert len(ways(pypi)) in (0, 1) if fields.get("requires-python") == 3 else ways(pypi)


class TestFiles:
    def test_what_is_fetched_is_what_was_promised_and_only_once(self, either, pypi):
        either.add_wheel("pkg", files={"pkg/__init__.py": "x = 7\n"})
        for _ in range(2):
            (only,) = ways(pypi)
        assert inside(only, "/target/pkg/__init__.py").read_text() == "x = 7\n"
        assert only.modules == ("pkg",)
        assert only.search_path == only.target_roots == ("/target",)
        assert only.note == ""
        assert either.asked("/files/") == either.asked("/simple/") == 1

    def test_another_content_than_was_promised_is_refused(self, either, pypi):
        either.add_wheel("pkg", hashes={"sha256": "0" * 64})
        with pytest.raises(PackageError, match="is not what its index promises"):
            ways(pypi)

    def test_an_index_that_promises_nothing_is_noted(self, either, pypi):
        either.add_wheel("pkg", hashes={})
        (only,) = ways(pypi)
        assert only.note == "pkg 1.0: its index gives no digest of it"

    @pytest.mark.parametrize("what", ["climbs", "link through a link", "bomb", "two of one name"])
    def test_a_hostile_sdist_is_refused_by_name(self, registry, pypi, cache, what):
        make, reason = TARS[what]
        registry.add_file("pkg", "pkg-1.0.tar.gz", make())
        with pytest.raises(PackageError, match=rf"pkg-1\.0\.tar\.gz is refused: .*({reason})"):
            ways(pypi)
        assert not list(cache.folder.rglob("escaped"))

    @pytest.mark.parametrize("what", ["climbs", "link", "bomb", "two of one name"])
    def test_a_hostile_wheel_is_refused_by_name(self, registry, pypi, what):
        make, reason = ZIPS[what]
        registry.add_file("pkg", "pkg-1.0-py3-none-any.whl", make())
        with pytest.raises(PackageError, match=rf"none-any\.whl is refused: .*({reason})"):
            ways(pypi)

    def test_a_wheel_s_data_folder_cannot_climb_either(self, registry, pypi):
        content = zip_of([Member("pkg-1.0.data/purelib/../../../escaped.py", b"x")])
        registry.add_file("pkg", "pkg-1.0-py3-none-any.whl", content)
        with pytest.raises(PackageError, match="climbs"):
            ways(pypi)

    def test_what_is_neither_encrypted_nor_promised_is_not_taken_from_an_index_that_is(
        self, registry, tmp_path
    ):
        path = registry.add_wheel("pkg")
        with Registry(keys=tmp_path) as encrypted:
            elsewhere = {"url": registry.url + path}
            encrypted.add_wheel("pkg", entry=elsewhere, hashes={})
            encrypted.add_wheel("promised", files={"pkg/__init__.py": ""})
            encrypted._projects["promised"][0] |= elsewhere | {
                "hashes": registry._projects["pkg"][0]["hashes"]
            }
            pypi = Pypi(encrypted.pip_settings, Cache(tmp_path / "cache"), None, QUICK)
            with pytest.raises(PackageError, match=r"no index lists pkg 1\.0"):
                ways(pypi)
            assert "not encrypted, and no digest" in str(pypi.refused_releases("pkg"))
            assert registry.requests == []
            assert ways(pypi, "promised")


class TestWays:
    def test_they_come_best_first_and_say_what_is_unusual(self, registry, pypi):
        registry.add_sdist("pkg", files={"src/pkg/__init__.py": "", "setup.py": "raise SystemExit"})
        registry.add_wheel("pkg", tag=FOREIGN)
        registry.add_wheel("pkg", tag=NATIVE)
        registry.add_wheel("pkg", tag="py3-none-any")
        found = [(way.archives[0].filename, way.note) for way in ways(pypi)]
        assert found == [
            ("pkg-1.0-py3-none-any.whl", ""),
            (f"pkg-1.0-{NATIVE}.whl", ""),
            (
                f"pkg-1.0-{FOREIGN}.whl",
                f"pkg 1.0: the wheel of another platform or Python, pkg-1.0-{FOREIGN}.whl",
            ),
            ("pkg-1.0.tar.gz", "pkg 1.0: its source laid out without a build"),
        ]

    @pytest.mark.parametrize(
        ("tag", "usable"),
        [("cp311-cp311-macosx_10_9_x86_64", 1), ("cp37-cp37m-win_amd64", 1), ("py2-none-any", 0),
         ("cp27-cp27mu-manylinux1_x86_64", 0), ("pp39-pypy39_pp73-win_amd64", 1)],
    )  # fmt: skip
    def test_a_wheel_of_another_platform_serves_if_it_is_python_3(
        self, registry, pypi, tag, usable
    ):
        registry.add_wheel("pkg", tag=tag)
        if usable:
            assert "another platform" in ways(pypi)[0].note
        else:
            with pytest.raises(PackageError, match="has no wheel or sdist that can be used"):
                ways(pypi)

    def test_of_foreign_wheels_the_nearest_python_before_ours_is_taken(self, registry, pypi):
        for minor in ("36", "39", "312"):
            registry.add_wheel("pkg", tag=f"cp{minor}-cp{minor}-win_amd64")
        (only,) = ways(pypi)
        assert only.archives[0].filename == "pkg-1.0-cp39-cp39-win_amd64.whl"

    def test_a_foreign_wheel_with_nothing_in_python_serves_nobody(self, registry, pypi):
        registry.add_wheel("pkg", files={"pkg.cp37-win_amd64.pyd": b"MZ"}, tag=FOREIGN)
        with pytest.raises(PackageError, match="holds no modules"):
            ways(pypi)

    def test_what_a_release_requires_of_python_is_kept_to(self, either, pypi):
        either.add_wheel("pkg", requires_python=">=3.12")
        with pytest.raises(
            PackageError, match=r"not for CPython 3\.11\.7: it requires Python >=3\.12"
        ):
            ways(pypi)
        assert ways(pypi, runtime=python("3.12.1"))

    def test_a_version_that_is_not_listed_says_so(self, registry, pypi):
        registry.add_wheel("pkg")
        with pytest.raises(PackageError, match=r"no index lists pkg 9\.9"):
            ways(pypi, version="9.9")

    def test_the_data_of_a_wheel_is_part_of_it_and_its_scripts_are_not(self, registry, pypi):
        files = {
            "pkg-1.0.data/purelib/pkg/__init__.py": "", "pkg-1.0.data/scripts/run": "x",
            "pkg-1.0.data/platlib/_pkg.py": "",
        }  # fmt: skip
        registry.add_wheel("pkg", files=files)
        (only,) = ways(pypi)
        assert inside(only, "/target/pkg/__init__.py").is_file()
        assert inside(only, "/target/_pkg.py").is_file()
        assert not any("run" in path.name for path in only.binds[0].source.rglob("*"))


class TestSources:
    @pytest.mark.parametrize(
        ("files", "site", "modules"),
        [
            ({"pkg/__init__.py": "", "setup.py": "", "tests/__init__.py": ""}, "", ("pkg",)),
            ({"pkg.py": "", "setup.py": ""}, "", ("pkg",)),
            ({"src/pkg/__init__.py": "", "setup.py": ""}, "src", ("pkg",)),
            ({"lib/pkg/__init__.py": "2", "lib3/pkg/__init__.py": "3"}, "lib3", ("pkg",)),
            (
                {"lib/other/__init__.py": "", "pkg.egg-info/top_level.txt": "other\n"},
                "lib", ("other",),
            ),
            ({"pkg/sub/__init__.py": "", "pkg/sub/x.py": ""}, "", ("pkg",)),
        ],
        ids=["flat", "module", "src", "lib3", "another name", "namespace"],
    )  # fmt: skip
    def test_modules_are_found_where_a_build_would_copy_them_from(
        self, registry, pypi, files, site, modules
    ):
        registry.add_sdist("pkg", files=files)
        (only,) = ways(pypi)
        assert only.modules == modules
        assert only.binds[0].source.name == (site or "pkg-1.0")
        assert "its source laid out without a build" in only.note

    @pytest.mark.parametrize("suffix", [".tar.gz", ".tgz", ".tar.bz2", ".zip"])
    def test_every_kind_of_sdist_is_read(self, registry, pypi, suffix):
        registry.add_sdist("pkg", suffix=suffix)
        assert len(ways(pypi)) == 1

    def test_native_code_that_was_not_built_is_noted(self, registry, pypi):
        registry.add_sdist("pkg", files={"pkg/__init__.py": "", "pkg/fast.c": "int x;"})
        assert "its native code was not built" in ways(pypi)[0].note

    def test_a_source_without_modules_serves_nobody(self, registry, pypi):
        registry.add_sdist("pkg", files={"setup.py": "", "main.c": ""})
        with pytest.raises(PackageError, match="holds no modules"):
            ways(pypi)

    def test_without_a_build_a_source_says_what_it_needs_or_that_it_does_not(self, registry, pypi):
        registry.add_wheel("dep")
        registry.add_sdist("static", requires=["dep"])
        registry.add_sdist("silent", requires=None)
        registry.add_sdist(
            "egg", files={
                "egg/__init__.py": "", "egg.egg-info/PKG-INFO": "",
                "egg.egg-info/requires.txt": "dep>=1\n[:python_version<'3']\nold\n[extra]\nmore\n",
            }, requires=None,
        )  # fmt: skip
        assert names(ways(pypi, "static")[0]) == ["static 1.0", "dep 1.0"]
        assert names(ways(pypi, "egg")[0]) == ["egg 1.0", "dep 1.0"]
        assert "does not say what it needs" in ways(pypi, "silent")[0].note


class TestEmpty:
    def test_the_target_s_modules_are_empty_and_all_else_as_it_was(self, registry, pypi):
        files = {"pkg/__init__.py": "x", "_other.py": "y"}
        registry.add_wheel("pkg", files=files, requires=["dep"])
        registry.add_wheel("dep")
        (only,) = ways(pypi)
        empty = pypi.empty(only)
        assert inside(empty, "/target/pkg/__init__.py").read_bytes() == b""
        assert inside(empty, "/deps/0/dep/__init__.py") == inside(only, "/deps/0/dep/__init__.py")
        assert names(empty) == ["dep 1.0"]
        assert empty.modules == only.modules


class TestTheUserSIndexes:
    def test_every_index_is_asked_and_the_first_wins_for_a_file(self, registry, cache):
        with Registry() as extra:
            registry.add_wheel("pkg", "1.0", {"pkg.py": "first"})
            extra.add_wheel("pkg", "1.0", {"pkg.py": "extra"})
            extra.add_wheel("pkg", "2.0")
            environ = {
                "PIP_INDEX_URL": f"{registry.url}/simple/",
                "PIP_EXTRA_INDEX_URL": f"{extra.url}/simple",
                "PIP_CONFIG_FILE": "/dev/null",
            }
            pypi = Pypi(read_pip_settings(environ, cache.folder, cache.folder), cache, None, QUICK)
            assert [release.version for release in pypi.releases("pkg")] == ["1.0", "2.0"]
            (only,) = ways(pypi)
            assert inside(only, "/target/pkg.py").read_text() == "first"

    def test_a_folder_of_wheels_serves_without_any_index(self, registry, cache, tmp_path):
        folder = tmp_path / "wheel house"
        folder.mkdir()
        for filename, content in (wheel("pkg", "1.0", {"pkg.py": ""}), sdist("pkg", "2.0", {})):
            (folder / filename).write_bytes(content)
        (folder / "README.txt").write_text("about")
        settings = replace(registry.pip_settings, indexes=(), find_links=(folder.as_uri(),))
        pypi = Pypi(settings, cache, None, QUICK)
        assert [release.version for release in pypi.releases("pkg")] == ["1.0", "2.0"]
        (only,) = ways(pypi)
        assert only.note == ""
        assert registry.requests == []

    def test_an_index_on_disk_may_name_its_files(self, registry, cache, tmp_path):
        filename, content = wheel("pkg", "1.0", {"pkg.py": ""})
        page = tmp_path / "simple/pkg/index.html"
        page.parent.mkdir(parents=True)
        (tmp_path / filename).write_bytes(content)
        digest = hashlib.sha256(content).hexdigest()
        page.write_text(f'<a href="../../{filename}#sha256={digest}">{filename}</a>')
        settings = replace(registry.pip_settings, indexes=((tmp_path / "simple").as_uri(),))
        assert len(ways(Pypi(settings, cache, None, QUICK))) == 1

    def test_a_password_goes_to_its_index_and_not_where_that_leads(self, registry, cache):
        with Registry(host="127.0.0.2") as files:
            path = files.add_wheel("pkg")
            registry.add_wheel("pkg", entry={"url": files.url + path})
            page = registry._index
            registry.answer("/simple/pkg/", answers.only_with("Basic dXNlcjpwdw==", page))
            index = registry.url.replace("//", "//user:pw@") + "/simple"
            environ = {"PIP_INDEX_URL": index, "PIP_CONFIG_FILE": "/dev/null"}
            pypi = Pypi(read_pip_settings(environ, cache.folder, cache.folder), cache, None, QUICK)
            assert len(ways(pypi)) == 1
            assert all("Authorization" not in request.headers for request in files.requests)

    def test_an_archive_that_npm_serves_too_is_laid_out_for_each(self, registry, ecosystems):
        _, content = sdist("pkg", "1.0", {"pkg.py": "", "package.json": "{}"})
        registry.add_file("pkg", "pkg-1.0.tar.gz", content)
        registry.add_npm("pkg", "1.0.0", archive=content)
        (ours,) = ways(ecosystems.of_type("pypi"))
        (theirs,) = install(ecosystems.of_type("npm"), "pkg")
        assert ours.archives[0].sha256 == theirs.archives[0].sha256
        assert ours.binds[0].source != theirs.binds[0].source
        assert inside(theirs, "/work/node_modules/pkg/package.json").is_file()
        assert inside(ours, "/target/pkg.py").is_file()


def test_the_digest_in_an_installation_is_that_of_the_archive(registry, pypi):
    content = zip_of([HONEST])
    registry.add_file("package", "package-1.0-py3-none-any.whl", content)
    registry.add_wheel("package", "1.1")
    with pytest.raises(PackageError, match="holds no modules"):
        ways(pypi, "package")
    assert ways(pypi, "package", "1.1")[0].archives[0].filename == "package-1.1-py3-none-any.whl"
