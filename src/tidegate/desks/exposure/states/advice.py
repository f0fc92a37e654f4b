"""What to do about an exposure, in words, the first thing first. Pure.

Mitigation comes first where a patch cannot: there is none, or the asset is operational technology,
which waits years for one. What is known to be affected is closed before more is found out about it.
Where forensic triage is due, evidence comes before everything.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Step(StrEnum):
    """What kind of step it is."""

    TRIAGE = "triage"
    MITIGATE = "mitigate"
    UPDATE = "update"
    FIND_OUT = "find-out"
    REQUIRED = "required"
    """What the authority's catalogue asks for, in its own words."""
    SAY = "say"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Advice:
    """One thing to do."""

    step: Step
    words: str


@dataclass(frozen=True, slots=True)
class Installed:
    """A package on the asset that exposes it, and the version that mends it."""

    name: str
    """With its ecosystem: `PyPI/requests`."""
    version: str
    fixed: tuple[str, ...]
    """The versions that advisories say are fixed; empty where none says so."""


def advice(
    packages: Sequence[Installed],
    *,
    is_operational_technology: bool,
    triage_is_open: bool,
    is_unknown: bool,
    missing: Sequence[str] = (),
    exposure_is_unknown: bool = False,
    remedy: str = "none",
    is_cleared: bool = False,
    required_action: str = "",
) -> tuple[Advice, ...]:
    """Return what to do, in order.

    Args:
        packages: what exposes the asset.
        is_operational_technology: of the asset.
        triage_is_open: forensic triage is due, and not decided.
        is_unknown: it is not known whether what is installed is affected.
        missing: what nobody knows that the deadline rests on, by the words of `rules`.
        exposure_is_unknown: nobody has said whether the asset is exposed to the public.
        remedy: `none`, `mitigated` or `remediated`.
        is_cleared: nothing that is installed is affected any more.
        required_action: what the authority's catalogue asks for, verbatim.
    """
    if is_cleared:
        return (Advice(Step.NOTHING, "No advisory that is here holds what is installed now."),)
    steps: list[Advice] = []
    if triage_is_open:
        steps.append(_TRIAGE)
    if remedy == "remediated":
        steps.append(_HAND_IN)
        return tuple(steps)
    finding_out = _find_out(is_unknown=is_unknown, missing=missing, exposed=exposure_is_unknown)
    update = [_update(one) for one in packages if one.fixed]
    without = [one for one in packages if not one.fixed]
    mitigation = []
    if remedy == "none" and (without or is_operational_technology):
        words = _mitigation(without, is_operational_technology=is_operational_technology)
        mitigation.append(Advice(Step.MITIGATE, words))
    has_no_fix = bool(without) and not update
    if is_unknown and not has_no_fix:
        steps += [*finding_out, *mitigation, *update]
    else:
        steps += [*mitigation, *update, *finding_out]
    if required_action:
        steps.append(Advice(Step.REQUIRED, f"The catalogue asks for: {required_action}"))
    if remedy == "none":
        steps.append(_SAY)
    return tuple(steps)


_TRIAGE = Advice(
    Step.TRIAGE,
    "Collect evidence before anything is patched, the volatile first, and log each item; then"
    " decide what the triage has come to.",
)
_HAND_IN = Advice(
    Step.SAY,
    "It is said to be remediated, and what was handed in does not show it yet: hand in a new"
    " inventory of the asset.",
)
_SAY = Advice(
    Step.SAY,
    "Say what was done, and when: mitigating counts as much as remediating. Once a new inventory"
    " shows it, it clears by itself.",
)


_NO_CATALOGUE = Advice(
    Step.FIND_OUT,
    "It is not known here whether it is exploited: the catalogue of what is known to be exploited"
    " was never loaded.",
)
_NOT_TOLD = Advice(
    Step.FIND_OUT,
    "Something else that the day rests on is not known; it is named beside the date, and the day"
    " may move once it is.",
)
_ASKED: Final[Mapping[str, str]] = {
    "automatable": "whether it can be automated",
    "technical_impact": "what impact it has",
}
"""Decision points of which others publish the values, as the end of 'nobody has published'."""
_SAID_ELSEWHERE: Final = ("in_kev", "publicly_exposed")
"""Inputs of the deadline that have a sentence of their own."""


def _find_out(*, is_unknown: bool, missing: Sequence[str], exposed: bool) -> list[Advice]:
    steps = []
    if is_unknown:
        words = (
            "It cannot be told whether what is installed is affected; look up the grounds below,"
            " and treat it as affected until you know."
        )
        steps.append(Advice(Step.FIND_OUT, words))
    if exposed:
        words = (
            "Say whether the asset is exposed to the public: as long as it is unknown, it counts"
            " as exposed."
        )
        steps.append(Advice(Step.FIND_OUT, words))
    asked = [_ASKED[name] for name in missing if name in _ASKED]
    if asked:
        words = (
            f"What was loaded here does not tell {' and '.join(asked)}: load Vulnrichment anew; the"
            " day may move."
        )
        steps.append(Advice(Step.FIND_OUT, words))
    if "in_kev" in missing:
        steps.append(_NO_CATALOGUE)
    if set(missing) - {*_ASKED, *_SAID_ELSEWHERE}:
        steps.append(_NOT_TOLD)
    return steps


def _mitigation(without: Sequence[Installed], *, is_operational_technology: bool) -> str:
    how = "take it off the public network, restrict who reaches it, or switch off what is affected"
    if is_operational_technology:
        return f"Mitigate first, since a patch may have to wait: {how}."
    names = ", ".join(f"{one.name} {one.version}" for one in without)
    return f"No fixed version of {names} is known; mitigate: {how}."


def _update(package: Installed) -> Advice:
    differ = "; the sources differ" if len(package.fixed) > 1 else " or later"
    versions = " or ".join(package.fixed)
    return Advice(
        Step.UPDATE, f"Update {package.name} from {package.version} to {versions}{differ}."
    )
