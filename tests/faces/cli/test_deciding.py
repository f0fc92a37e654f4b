"""`tidegate decide` and `tidegate tables`: what they print, and what their exit codes say."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.engines.rules.made import document
from tidegate.faces.cli.main import main

Run = Callable[..., tuple[int, str, str]]

BOD = ("decide", "--table", "cisa-bod-26-04")
ROW_9 = ("in_kev=yes", "publicly_exposed=no", "automatable=yes", "technical_impact=total")


@pytest.fixture
def tidegate(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> Run:
    """Return the command, where no instance is; it gives its exit code and what it printed."""
    home = tmp_path / "home"
    monkeypatch.setenv("TIDEGATE_HOME", str(home))
    monkeypatch.chdir(tmp_path)

    def run(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["tidegate", *arguments])
        with pytest.raises(SystemExit) as ended:
            main()
        told = capsys.readouterr()
        assert not home.exists()
        return int(ended.value.code or 0), told.out, " ".join(told.err.split())

    return run


def sets(*settings: str) -> list[str]:
    return [word for setting in settings for word in ("--set", setting)]


def one(text: str) -> Any:
    (line,) = text.splitlines()
    return json.loads(line)


def test_the_hardest_clock_of_an_internal_asset_as_json(tidegate: Run) -> None:
    code, out, err = tidegate(*BOD, *sets(*ROW_9), "--json")
    told = one(out)
    assert (code, err) == (0, "")
    assert told["outcome"] == "3 days & forensic investigation"
    assert (told["row"], told["rows_are"]) == (9, "BOD 26-04, Appendix A, Table 1")
    assert told["inputs"]["in_kev"] == {"value": "yes", "source": "given on the command line"}
    assert told["table"]["version"] == "1.0.0"
    assert told["binding"] == "binding for FCEB from 2026-12-07, guidance before and for others"


def test_the_answer_for_people_has_the_row_the_trace_and_whom_it_binds(tidegate: Run) -> None:
    code, out, _ = tidegate(*BOD, *sets(*ROW_9))
    assert code == 0
    assert out.startswith("3 days & forensic investigation: Remediate within 3 days")
    for told in (
        "row 9 of BOD 26-04, Appendix A, Table 1",
        "publicly_exposed = no (given on the command line)",
        "collect evidence before anything is patched",
        "binding for FCEB from 2026-12-07",
        "table cisa-bod-26-04 1.0.0, sha256 ",
    ):
        assert told in out


def test_what_is_undetermined_ends_with_1_and_says_what_is_missing(tidegate: Run) -> None:
    asked = sets("in_kev=yes", "automatable=yes")
    code, out, _ = tidegate(*BOD, *asked, "--json")
    told = one(out)
    assert (code, told["outcome"], told["missing"]) == (1, "undetermined", ["technical_impact"])
    code, out, _ = tidegate(*BOD, *asked)
    assert code == 1
    assert out.startswith("undetermined\ntechnical_impact is missing")
    assert "1: 3 days & forensic investigation" in out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([*BOD, *sets("kev=yes")], "does not ask for 'kev'; it asks for publicly_exposed, in_kev"),
        ([*BOD, *sets("in_kev=ja")], "in_kev cannot be 'ja'; it is one of no, yes, unknown"),
        ([*BOD, *sets("in_kev")], "'in_kev' is not a name and a value"),
        ([*BOD, *sets("in_kev=no", "in_kev=yes")], "gives 'in_kev' twice"),
        (["decide", "--table", "bod"], "there are cisa-bod-26-04, cisa-coordinator"),
        (["decide", "--table", "cisa-coordinator"], "needs exploitation, too; it is one of none"),
        (["decide", "--table", "nowhere.json"], "'nowhere.json' cannot be read: No such file"),
        (["tables", "show", "./"], "'./' cannot be read"),
        (["decide"], "--table"),
        (["tables", "show", "bod"], "there are cisa-bod-26-04"),
    ],
)
def test_wrong_usage_is_one_error_with_what_is_possible(
    tidegate: Run, arguments: list[str], message: str
) -> None:
    code, out, err = tidegate(*arguments)
    assert (code, out) == (2, "")
    assert message in err


def test_a_table_of_ones_own_is_given_by_its_path(tidegate: Run) -> None:
    Path("own.json").write_text(json.dumps(document()))
    asked = sets("left_open=yes", "critical=yes_very")
    code, out, _ = tidegate("decide", "--table", "own.json", *asked, "--json")
    told = one(out)
    assert (code, told["outcome"], told["row"]) == (0, "Patch *now*", 4)
    code, out, _ = tidegate("decide", "--table", "./own.json", *asked)
    assert (code, out.splitlines()[1]) == (0, "row 4 of the table's mapping")
    Path("own.json").write_text("{}")
    code, _, err = tidegate("tables", "show", "own.json")
    assert code == 2
    assert "own.json: namespace is missing; add it" in err


def test_a_hostile_table_writes_nothing_to_the_terminal(tidegate: Run) -> None:
    told = document()
    told["decision_points"]["own:O:1.0.0"]["values"][1]["name"] = "\x1b[2J[bold]Patch"
    Path("own.json").write_text(json.dumps(told))
    for arguments in (
        ("tables", "show", "own.json"),
        ("decide", "--table", "own.json", *sets("left_open=yes", "critical=yes_very")),
    ):
        code, out, _ = tidegate(*arguments)
        assert code == 0
        assert "\x1b" not in out
        assert "[bold]Patch" in out


def test_tables_lists_what_is_shipped_and_which_authority_has_none(tidegate: Run) -> None:
    code, out, _ = tidegate("tables")
    assert code == 0
    for word in ("cisa-bod-26-04", "cisa-coordinator", "2.0.3", "no table is loaded"):
        assert word in out
    code, out, _ = tidegate("tables", "--json")
    told = [json.loads(line) for line in out.splitlines()]
    assert [(table["name"], table["rows"]) for table in told] == [
        ("cisa-bod-26-04", 16),
        ("cisa-coordinator", 36),
    ]
    assert told[1]["inputs"]["exploitation"] == ["none", "public_poc", "active"]


def test_a_table_is_shown_as_a_tree_with_the_directives_rows(tidegate: Run) -> None:
    code, out, _ = tidegate("tables", "show", "cisa-bod-26-04")
    assert code == 0
    assert out.count("(row ") == 16
    assert "total: 3 days & forensic investigation (row 9)" in out
    code, out, _ = tidegate("tables", "show", "cisa-bod-26-04", "--json")
    told = one(out)
    (first, *_) = told["tree"]
    while "branches" in first:
        first = first["branches"][0]
    assert first == {
        "point": "technical_impact",
        "value": "partial",
        "outcome": "Fix on system upgrade",
        "row": 16,
    }


DATED = (
    *BOD,
    *sets(*ROW_9),
    *("--listed-on", "2026-12-10", "--detected-at", "2026-12-11T12:00:00Z"),
    *("--zone", "America/New_York", "--due-date", "2026-12-24"),
)


def test_with_a_start_there_is_a_day_beside_the_outcome(tidegate: Run) -> None:
    code, out, err = tidegate(*DATED, "--json")
    told = one(out)
    assert (code, err) == (0, "")
    assert told["outcome"] == "3 days & forensic investigation"
    found = told["deadline"]
    assert (found["row"], found["start"], found["start_on"]) == (9, "listing", "2026-12-10")
    assert (found["due_on"], found["due_at"]) == ("2026-12-13", "2026-12-14T05:00:00+00:00")
    assert (found["zone"], found["scope"]) == ("America/New_York", "fceb")
    assert found["binding_from"] == "2026-12-07"
    assert found["force"]["is"] in {"guidance", "binding"}
    assert found["authority"] == {"due_on": "2026-12-24", "agrees": False, "forensic_triage": None}
    assert [step["step"] for step in found["triage"]][:3] == ["scope", "collect", "patch"]
    assert any("2026-12-13 is the last day" in sentence for sentence in found["why"])


def test_the_answer_for_people_has_the_day_why_and_the_steps(tidegate: Run) -> None:
    code, out, _ = tidegate(*DATED)
    assert code == 0
    assert out.splitlines()[1] == "due on 2026-12-13 (America/New_York)"
    for told in (
        "That is row 9 of BOD 26-04, Appendix A, Table 1",
        "The clock starts on 2026-12-10, the day of the listing",
        "ends at 2026-12-14T05:00:00+00:00",
        "The authority's own date is 2026-12-24: not the same",
        "collect, advised by 2026-12-12T12:00:00+00:00",
        "patch, after collect: Remediate or mitigate",
        "for fceb.",
        "table cisa-bod-26-04 1.0.0, sha256 ",
    ):
        assert told in out


def test_for_others_than_federal_civilian_agencies_it_is_guidance(tidegate: Run) -> None:
    code, out, _ = tidegate(*DATED, "--scope", "state-or-local", "--json")
    found = one(out)["deadline"]
    assert (code, found["binding_from"], found["force"]["is"]) == (0, None, "guidance")
    assert found["due_on"] == "2026-12-13"


@pytest.mark.parametrize("json_too", [True, False])
def test_without_the_day_of_the_listing_there_is_none_and_the_code_is_1(
    tidegate: Run, json_too: bool
) -> None:
    asked = (*BOD, *sets(*ROW_9), "--detected-at", "2026-12-11T12:00:00Z")
    code, out, _ = tidegate(*asked, *(["--json"] if json_too else []))
    assert code == 1
    if json_too:
        assert one(out)["deadline"]["missing"] == ["listed_on"]
        assert one(out)["deadline"]["due_on"] is None
    else:
        assert out.splitlines()[1] == "no day"
        assert "The day of the listing is missing" in out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--listed-on", "10 Dec"], "--listed-on '10 Dec' is no day; write one like 2026-12-07"),
        (["--due-date", "2026-02-30"], "--due-date '2026-02-30' is no day"),
        (["--detected-at", "2026-12-11T12:00"], "is not an instant; write it with its zone"),
        (["--listed-on", "2026-12-10", "--zone", "Mars/Base"], "--zone 'Mars/Base' is not known"),
        (["--listed-on", "2026-12-10", "--zone", "../../etc/passwd"], "is not known"),
        (["--listed-on", "2026-12-10", "--scope", "nss"], "no table is loaded for it"),
        (["--listed-on", "2026-12-10", "--scope", "moon"], "'moon'"),
        (["--listed-on", "9999-12-30"], "out of bounds"),
    ],
)
def test_wrong_days_are_one_error_with_the_mend(
    tidegate: Run, arguments: list[str], message: str
) -> None:
    code, out, err = tidegate(*BOD, *sets(*ROW_9), *arguments)
    assert (code, out) == (2, "")
    assert message in err


def test_a_table_that_no_policy_set_reads_gives_no_day(tidegate: Run) -> None:
    Path("own.json").write_text(json.dumps(document()))
    asked = ("decide", "--table", "own.json", *sets("left_open=yes", "critical=yes_very"))
    code, _, err = tidegate(*asked, "--listed-on", "2026-12-10")
    assert code == 2
    assert "no policy set reads it" in err
