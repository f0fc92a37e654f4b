"""Every command about what operators run, are exposed to and have to do: what it asks, of what.

A new command stands here with the sentence of the policy that it follows, or the build fails.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from tests.faces.access import exposure_sentences as may
from tests.faces.access import exposure_things as things
from tests.faces.access import sentences
from tests.faces.access.exposure_things import (
    DIRECTIVE,
    EVENT,
    EVENTFUL,
    FEEDS,
    LATER,
    REQUIREMENT,
    Things,
)
from tests.faces.access.faces import DOCUMENT, OUT, Command
from tests.faces.access.questions import Route, each, every, of_case, once, only

_OF: Final = ("--organisation", "{organisation}")
_BECAUSE: Final = ("--because", "because it is so")


def _reads(name: str, asked: Things, *arguments: str) -> Iterable[Route]:
    """Yield a command that tells something, to people and to programs."""
    for more in ((), ("--json",)):
        yield _reads_so(name, asked, *arguments, *more)


def _reads_so(name: str, asked: Things, *arguments: str, narrows: bool = False) -> Route:
    """Return a command that tells something in one form; to programs it tells the most."""
    line = Command([*name.split(), *arguments])
    return Route(f"tidegate {name}", line, asked, narrows=narrows)


def _does(name: str, asked: Things, *arguments: str, is_there: bool = True) -> Route:
    line = Command([*name.split(), *arguments])
    # Whoever knows an organisation may be told otherwise that something is not theirs to change.
    return Route(f"tidegate {name}", line, asked, changes=True, redraws=True, is_there=is_there)


_RUNS: Final = only(sentences.run_the_instance)
_OPERATES: Final = things.of_organisation(may.OPERATE)
_LEADS: Final = things.of_organisation(may.lead_operator)
_READS_OPERATOR: Final = things.of_organisation(may.read_operator)

_INVENTORIES: Final = (
    _does(
        "inventory push",
        each("assets", may.FILL_ASSET),
        *(DOCUMENT, "--asset", "{key}"),
    ),
    _does(
        "inventory push", things.of_organisation(may.FILL), DOCUMENT, "--asset", "a new one", *_OF
    ),
    *_reads(
        "inventory list",
        every("B", "inventories", may.READ_INVENTORY, of=lambda one: may.stands(one.asset)),
    ),
    _reads_so(
        "inventory list",
        things.of_asset("B", "inventories", may.READ_INVENTORY),
        *("--asset", "{key}"),
        "--json",
    ),
    _reads_so(
        "inventory list",
        things.of_operator(
            "B", "inventories", may.READ_INVENTORY, of=lambda one: may.stands(one.asset)
        ),
        *_OF,
        "--json",
        narrows=True,
    ),
    *_reads("inventory show", each("inventories", may.READ_INVENTORY), "{key}"),
    *(
        _reads_so(
            "inventory show", each("inventories", may.READ_INVENTORY), "{key}", more, "--json"
        )
        for more in ("--installed", "--unplaced")
    ),
    *(
        _reads_so("inventory get", each("inventories", may.READ_INVENTORY), "{key}", *more)
        for more in ((), ("--out", OUT))
    ),
    _does("inventory take-back", each("inventories", may.take_back), "{key}"),
)

_ASSETS: Final = (
    *_reads("assets", every("H", "assets", may.READ_ASSET, of=may.stands)),
    _reads_so(
        "assets",
        every("H", "assets", may.READ_ASSET, of=lambda one: not may.stands(one)),
        "--retired",
        "--json",
    ),
    _reads_so("assets", things.called(), "--search", "{mark}", "--json", narrows=True),
    _reads_so("assets", things.of_system, "--system", "{mark}", "--json", narrows=True),
    *_reads("assets show", each("assets", may.READ_ASSET), "{key}"),
    *_reads("assets show", things.called(), "{mark}"),
    _does("assets add", _OPERATES, "a new one", *_OF),
    _does("assets change", each("assets", may.OPERATE_ASSET), "{key}", "--exposed", "no"),
    _does("assets retire", each("assets", may.OPERATE_ASSET), "{key}"),
    _does("assets bring-back", each("assets", may.OPERATE_ASSET), "{key}"),
    _does("assets import", _OPERATES, DOCUMENT, *_OF),
    _reads_so(
        "assets export",
        things.of_operator("H", "assets", may.READ_ASSET, of=may.stands),
        *_OF,
    ),
    *_reads("assets settings", _READS_OPERATOR, *_OF),
    _does("assets settings", _OPERATES, "--zone", "Europe/Paris", *_OF),
)

_OPEN: Final = every("X", "exposures", may.READ_EXPOSURE, of=things.is_open)
_OPERATES_EXPOSURE: Final = each("exposures", may.OPERATE_EXPOSURE)

_EXPOSURES: Final = (
    *_reads("exposure", _OPEN),
    _reads_so(
        "exposure",
        things.of_asset("X", "exposures", may.READ_EXPOSURE, of=things.is_open),
        *("--asset", "{key}"),
        "--json",
    ),
    _reads_so(
        "exposure",
        things.of_operator("X", "exposures", may.READ_EXPOSURE, of=things.is_open),
        *_OF,
        "--json",
    ),
    _reads_so("exposure", things.of_vulnerability, "--search", "{mark}", "--json", narrows=True),
    _reads_so(
        "exposure",
        things.of_vulnerability,
        "--vulnerability",
        "CVE-2026-{mark}",
        "--json",
        narrows=True,
    ),
    *_reads("exposure show", each("exposures", may.READ_EXPOSURE), "{key}"),
    *_reads("exposure vulnerability", things.of_vulnerability, "CVE-2026-{mark}"),
    *_reads("exposure counts", only(may.read_counts)),
    _does("exposure remedy", _OPERATES_EXPOSURE, "{key}", "--mitigated", *_BECAUSE),
    _does("exposure take-back", _OPERATES_EXPOSURE, "{key}"),
    *_reads("exposure triage", each("exposures", may.READ_EXPOSURE), "{key}"),
    _reads_so("exposure triage", each("exposures", may.READ_EXPOSURE), "{key}", "--csv"),
    _does(
        "exposure collect",
        _OPERATES_EXPOSURE,
        *("{key}", "an image", "--system", "a", "--collector", "a"),
    ),
    _does("exposure take-back-item", _OPERATES_EXPOSURE, "{key}", "1"),
    _does("exposure decide-triage", _OPERATES_EXPOSURE, "{key}", "no-evidence", *_BECAUSE),
    _does(
        "exposure except",
        each("exposures", may.EXCEPT_EXPOSURE),
        *("{key}", "--until", LATER, "--approver", "a", *_BECAUSE),
    ),
    _does("exposure end-exception", each("exceptions", may.END_EXCEPTION), "{key}"),
    *_reads("exposure exceptions", every("Z", "exceptions", may.READ_EXCEPTION)),
    _reads_so(
        "exposure exceptions",
        things.of_operator("Z", "exceptions", may.READ_EXCEPTION),
        *_OF,
        "--json",
        narrows=True,
    ),
)

_DIRECTIVES: Final = (
    *_reads("due", once),
    _reads_so("due", _READS_OPERATOR, *_OF, "--json"),
    _reads_so("due", _READS_OPERATOR, "--ics", *_OF),
    *_reads("directives", once),
    *_reads("directives show", once, DIRECTIVE),
    *_reads("directives docket", once),
    _does("directives load", _RUNS, DOCUMENT),
    _does("directives set-aside", _RUNS, "nothing", is_there=False),
    *_reads("directives policy-sets", once),
    _does("directives policy-sets load", _RUNS, DOCUMENT),
    _does("directives policy-sets set-aside", _RUNS, "nothing", is_there=False),
    *_reads("directives compliance", things.of_organisation(may.EXAMINE), *_OF),
    _reads_so("directives compliance", things.of_organisation(may.EXAMINE), "--csv", *_OF),
    _does(
        "directives fulfil",
        _OPERATES,
        *(DIRECTIVE, REQUIREMENT, *_BECAUSE, *_OF),
        is_there=False,
    ),
    _does("directives take-back", _OPERATES, DIRECTIVE, REQUIREMENT, *_OF, is_there=False),
    _does("directives happened", _OPERATES, EVENTFUL, EVENT, "--name", "a", *_OF),
    _does(
        "directives take-back-happened",
        _OPERATES,
        *(EVENTFUL, EVENT, "--name", "a", *_OF),
        is_there=False,
    ),
    _does("directives roles", _OPERATES, *_OF),
    _does(
        "directives except",
        _LEADS,
        *(DIRECTIVE, REQUIREMENT, "--until", LATER, "--approver", "a", *_BECAUSE, *_OF),
    ),
    _does("tables load", _RUNS, DOCUMENT),
    _does("tables load", _OPERATES, DOCUMENT, *_OF),
    *_reads("tables loaded", _RUNS),
    _reads_so("tables loaded", things.of_organisation(may.EXAMINE), *_OF, "--json"),
    _does("tables set-aside", _OPERATES, "nothing", *_OF, is_there=False),
)

_FEEDS: Final = (
    *_reads("feeds", once, "--all"),
    *_reads("feeds editions", once, "kev"),
    _does("feeds take", _RUNS, "kev", "--from", OUT),
    _does("feeds take-all", _RUNS, FEEDS),
    _does("feeds compare", _RUNS),
    _does("feeds follow", _RUNS, "kev"),
    _does("feeds unfollow", _RUNS, "kev"),
)

_AROUND: Final = (
    _does("vex load", _OPERATES, DOCUMENT, *_OF),
    *_reads("vex list", every("Y", "statements", may.READ_STATEMENT)),
    _reads_so(
        "vex list",
        things.of_operator("Y", "statements", may.READ_STATEMENT),
        *_OF,
        "--json",
        narrows=True,
    ),
    _does("vex end", each("statements", may.OPERATE_STATEMENT), "{key}"),
    *_reads("changes", every("K", "change_notices", may.SEE_NOTICE)),
    _reads_so("changes", things.of_notices, "--case", "{key}", "--json", narrows=True),
    *_reads("changes show", each("change_notices", may.SEE_NOTICE), "{key}"),
    *_reads("changes preview", of_case(sentences.COORDINATE), "{key}"),
    _does(
        "changes release",
        of_case(sentences.COORDINATE),
        *("{key}", "--product", "a", "--before", LATER, "--severity", "high"),
    ),
    _does("changes withdraw", each("change_notices", may.END_NOTICE), "{key}"),
    *_reads("delegations", every("J", "delegations", may.READ_DELEGATION)),
    _does("delegations give", _LEADS, "O-00000-0000Z", *_OF),
    _does("delegations end", each("delegations", may.END_DELEGATION), "{key}"),
)

COMMANDS_OF_EXPOSURE: Final = (
    *_INVENTORIES,
    *_ASSETS,
    *_EXPOSURES,
    *_DIRECTIVES,
    *_FEEDS,
    *_AROUND,
)
