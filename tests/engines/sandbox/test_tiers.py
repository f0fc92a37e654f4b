"""A stronger tier can be plugged in behind the same interface, and cannot go by another's name."""

from __future__ import annotations

from importlib import metadata
from importlib.metadata import EntryPoint, EntryPoints
from typing import Any

import pytest

from tidegate.engines.sandbox import (
    BubblewrapSandbox,
    Outcome,
    Program,
    SandboxError,
    known_tiers,
    open_sandbox,
)


class Microvm:
    """Stands for a plug-in's sandbox."""

    tier = "microvm"
    closed = 0

    def run(self, program: Program) -> Outcome:
        raise NotImplementedError

    def close(self) -> None:
        Microvm.closed += 1


class Pretender(Microvm):
    tier = "bubblewrap"


def isolates_nothing_here() -> Microvm:
    raise SandboxError("there is no /dev/kvm")


def is_broken() -> Microvm:
    raise ZeroDivisionError("oops")


@pytest.fixture
def plug_in(monkeypatch):
    """Register plug-ins: the names of this module's things by the name of their tier."""
    registered: list[EntryPoint] = []

    def entry_points(**by: Any) -> EntryPoints:
        return EntryPoints(registered).select(**by)

    monkeypatch.setattr(metadata, "entry_points", entry_points)

    def register(tier: str, name: str) -> None:
        registered.append(EntryPoint(tier, f"{__name__}:{name}", "tidegate.sandboxes"))

    return register


def test_the_built_in_tier_is_bubblewrap():
    sandbox = open_sandbox()
    try:
        assert isinstance(sandbox, BubblewrapSandbox)
        assert sandbox.tier == "bubblewrap"
    finally:
        sandbox.close()


def test_a_tier_that_is_plugged_in_is_opened_by_its_name(plug_in):
    plug_in("microvm", "Microvm")

    assert isinstance(open_sandbox("microvm"), Microvm)
    assert known_tiers() == ("bubblewrap", "microvm")


def test_an_unknown_tier_is_refused_with_the_known_ones_and_the_mend(plug_in):
    plug_in("microvm", "Microvm")

    with pytest.raises(SandboxError, match=r"'gvisor'.*bubblewrap, microvm.*install a package"):
        open_sandbox("gvisor")


def test_a_plug_in_that_calls_itself_otherwise_is_refused_and_closed(plug_in):
    plug_in("microvm", "Pretender")
    before = Microvm.closed

    with pytest.raises(SandboxError, match=r"'microvm' but calls itself 'bubblewrap'"):
        open_sandbox("microvm")
    assert Microvm.closed == before + 1


def test_a_plug_in_cannot_take_the_place_of_the_built_in_tier(plug_in):
    plug_in("bubblewrap", "Pretender")
    sandbox = open_sandbox("bubblewrap")
    sandbox.close()

    assert isinstance(sandbox, BubblewrapSandbox)
    assert known_tiers() == ("bubblewrap",)


def test_two_packages_with_one_tier_are_not_chosen_between(plug_in):
    plug_in("microvm", "Microvm")
    plug_in("microvm", "Pretender")

    with pytest.raises(SandboxError, match=r"claimed by .*Microvm and .*Pretender; uninstall one"):
        open_sandbox("microvm")


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("isolates_nothing_here", "there is no /dev/kvm"),
        ("is_broken", "oops"),
        ("is_not_there", "cannot be opened"),
        ("__name__", "cannot be opened"),
    ],
)
def test_a_plug_in_that_cannot_be_opened_is_no_sandbox(plug_in, name, reason):
    plug_in("microvm", name)

    with pytest.raises(SandboxError, match=reason):
        open_sandbox("microvm")
