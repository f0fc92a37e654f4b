"""`python -m benchmarks` measures what is asked for; its exit code tells claims from aims."""

import json

import pytest
from benchmarks.figures import Aim, Figure, Report, report_of
from benchmarks.machine import processor_seconds

from benchmarks import __main__ as command

_MISSED_AIM = report_of("slow", [Figure("full", 30.0, "ms", floor=10.0, aim=Aim(20))])
_BROKEN_CLAIM = Report("ranges", ("example",), (("a",),), [{"example": "a"}], failures=("a: <1",))


@pytest.fixture
def measured(monkeypatch):
    done = []

    def put(name, report):
        def measure(tell):
            tell("working")
            done.append(name)
            return report

        return measure

    made = {"slow": put("slow", _MISSED_AIM), "broken": put("broken", _BROKEN_CLAIM)}
    monkeypatch.setattr(command, "benchmarks", lambda only="": made)
    monkeypatch.setattr("benchmarks.machine.facts", lambda: {"kernel": "Linux"})
    return done


def test_without_a_name_everything_is_measured(measured):
    command.main([])
    assert measured == ["slow", "broken"]


def test_only_what_is_named_is_measured(measured):
    assert command.main(["slow"]) == 0
    assert measured == ["slow"]


def test_a_claim_that_does_not_hold_ends_with_1_and_a_missed_aim_does_not(measured, capsys):
    assert command.main(["slow"]) == 0
    assert "NO" in capsys.readouterr().out
    assert command.main(["broken"]) == 1
    assert "MISS: a: <1" in capsys.readouterr().out


def test_an_unknown_name_is_wrong_usage_and_nothing_is_measured(measured, capsys):
    with pytest.raises(SystemExit) as ended:
        command.main(["sandbix"])
    assert ended.value.code == 2
    assert "there are slow, broken" in capsys.readouterr().err
    assert measured == []


def test_json_is_one_object_with_the_machine_and_every_figure(measured, capsys):
    command.main(["slow", "--json"])
    printed = json.loads(capsys.readouterr().out)
    assert printed["machine"] == {"kernel": "Linux"}
    assert printed["results"]["slow"]["figures"][0]["ratio"] == 3.0
    assert 0 <= printed["results"]["slow"]["others_share"] <= 1


def test_waiting_for_a_disk_is_not_counted_as_busy():
    # user, nice, system, idle, iowait, irq, softirq, steal, guest: proc(5)
    second = 100
    line = f"cpu  {2 * second} 0 {second} {4 * second} {second} 0 0 {2 * second} 0 0\ncpu0 1 1\n"
    assert processor_seconds(line) == (10.0, 5.0)
