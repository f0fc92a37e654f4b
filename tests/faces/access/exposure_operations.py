"""Every operation of the API about what operators run, are exposed to, and have to do.

A new operation stands here with the sentence of the policy that it follows, or the build fails.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from tests.faces.access import exposure_sentences as may
from tests.faces.access import exposure_things as things
from tests.faces.access import sentences
from tests.faces.access.exposure_things import (
    DIRECTIVE,
    EVENT,
    EVENTFUL,
    LATER,
    REQUIREMENT,
    Things,
)
from tests.faces.access.faces import Web
from tests.faces.access.questions import Route, each, every, of_case, once, only

_ROOT: Final = "/api/v1"
_OF: Final = "organisation={organisation}"
_DOCUMENT: Final = b"requests==2.31.0\n"
_NOTHING: Final[Mapping[str, Any]] = {"document": {"a": 1}}
_SAID: Final[Mapping[str, Any]] = {"words": "because it is so"}
_APPROVED: Final[Mapping[str, Any]] = {
    "reason": "because it is so",
    "approver": "a",
    "until": LATER,
}


def _get(path: str, asked: Things, query: str = "", *, narrows: bool = False) -> Route:
    address = f"{_ROOT}{path}{query}"
    return Route(f"GET {_ROOT}{path}", Web("GET", address), asked, narrows=narrows)


def _post(
    path: str,
    asked: Things,
    body: Mapping[str, Any] | None = None,
    *,
    query: str = "",
    raw: bytes | None = None,
    is_there: bool = True,
) -> Route:
    said = None if raw is not None else body or {}
    question = Web("POST", f"{_ROOT}{path}{query}", body=said, raw=raw)
    # Whoever knows an organisation may be told otherwise that something is not theirs to change.
    return Route(
        f"POST {_ROOT}{path}", question, asked, changes=True, redraws=True, is_there=is_there
    )


def _named(route: Route, path: str) -> Route:
    """Return a route whose address names something in the place of a parameter."""
    method = route.name.partition(" ")[0]
    return replace(route, name=f"{method} {_ROOT}{path}")


_RUNS: Final = only(sentences.run_the_instance)
_OPERATES: Final = things.of_organisation(may.OPERATE)
_LEADS: Final = things.of_organisation(may.lead_operator)
_READS_OPERATOR: Final = things.of_organisation(may.read_operator)

_INVENTORIES: Final = (
    _post(
        "/inventories",
        each("assets", may.FILL_ASSET),
        query="?asset={key}&name=requirements.txt",
        raw=_DOCUMENT,
    ),
    _post(
        "/inventories",
        things.of_organisation(may.FILL),
        query=f"?asset=new&name=requirements.txt&{_OF}",
        raw=_DOCUMENT,
    ),
    _get(
        "/inventories",
        every("B", "inventories", may.READ_INVENTORY, of=lambda one: may.stands(one.asset)),
    ),
    _get(
        "/inventories",
        things.of_operator(
            "B", "inventories", may.READ_INVENTORY, of=lambda one: may.stands(one.asset)
        ),
        f"?{_OF}",
    ),
    _get("/inventories/{key}", each("inventories", may.READ_INVENTORY)),
    _get("/inventories/{key}/document", each("inventories", may.READ_INVENTORY)),
    _post("/inventories/{key}/take-back", each("inventories", may.take_back)),
)

_ASSETS: Final = (
    _get("/assets", every("H", "assets", may.READ_ASSET, of=may.stands)),
    # Of a page of one, the cursor holds a key.
    _get("/assets", once, "?limit=1"),
    _get("/assets", once, "?limit=1&sort=-changed"),
    _get(
        "/assets",
        every("H", "assets", may.READ_ASSET, of=lambda one: not may.stands(one)),
        "?retired=true",
    ),
    _get("/assets", things.of_operator("H", "assets", may.READ_ASSET, of=may.stands), f"?{_OF}"),
    _get("/assets", things.called(), "?text={mark}", narrows=True),
    _get("/assets", things.of_system, "?system={mark}", narrows=True),
    _get("/assets/{key}", each("assets", may.READ_ASSET)),
    _get("/assets/{key}/installed", each("assets", may.READ_ASSET)),
    _get("/assets/{key}/installed", each("assets", may.READ_ASSET), "?limit=1"),
    _get("/assets/{key}/unplaced", each("assets", may.READ_ASSET)),
    _get(
        "/assets/export",
        things.of_operator("H", "assets", may.READ_ASSET, of=may.stands),
        f"?{_OF}",
    ),
    _post("/assets", _OPERATES, {"organisation": "{organisation}", "name": "a new one"}),
    _post("/assets/import", _OPERATES, query=f"?{_OF}", raw=b"name\na new one\n"),
    _post(
        "/assets/change",
        each("assets", may.OPERATE_ASSET),
        {"assets": ["{key}"], "exposed": "no"},
    ),
    _post("/assets/retire", each("assets", may.OPERATE_ASSET), {"assets": ["{key}"]}),
    _post("/assets/{key}/bring-back", each("assets", may.OPERATE_ASSET)),
)

_OPEN: Final = every("X", "exposures", may.READ_EXPOSURE, of=things.is_open)
_READS_EXPOSURE: Final = each("exposures", may.READ_EXPOSURE)
_OPERATES_EXPOSURE: Final = each("exposures", may.OPERATE_EXPOSURE)
_TRIAGE: Final = "/exposures/{key}/triage"

_EXPOSURES: Final = (
    _get("/exposures", _OPEN),
    _get("/exposures", once, "?limit=1"),
    _get("/exposures", once, "?limit=1&sort=-vulnerability&state=all"),
    _get(
        "/exposures",
        things.of_asset("X", "exposures", may.READ_EXPOSURE, of=things.is_open),
        "?asset={key}",
    ),
    _get(
        "/exposures",
        things.of_operator("X", "exposures", may.READ_EXPOSURE, of=things.is_open),
        f"?{_OF}",
    ),
    _get("/exposures", things.of_system, "?system={mark}", narrows=True),
    _get("/exposures", things.of_vulnerability, "?text={mark}", narrows=True),
    _get("/exposures", things.of_vulnerability, "?vulnerability=CVE-2026-{mark}", narrows=True),
    _get("/exposures/home", once),
    _get("/exposures/home", _READS_OPERATOR, f"?{_OF}"),
    _get("/exposures/counts", only(may.read_counts)),
    _get("/exposures/{key}", _READS_EXPOSURE),
    _post(
        "/exposures/remedy",
        _OPERATES_EXPOSURE,
        {"exposures": ["{key}"], "remedy": "mitigated", **_SAID},
    ),
    _post("/exposures/{key}/remedy/take-back", _OPERATES_EXPOSURE),
    _get(_TRIAGE, _READS_EXPOSURE),
    _get(f"{_TRIAGE}/log", _READS_EXPOSURE),
    _post(
        f"{_TRIAGE}/items",
        _OPERATES_EXPOSURE,
        {
            "item": "an image",
            "system": "a",
            "collector": "a",
            "collected_at": "2026-11-20T12:00:00Z",
        },
    ),
    _named(
        _post(f"{_TRIAGE}/items/1/take-back", _OPERATES_EXPOSURE),
        f"{_TRIAGE}/items/{{number}}/take-back",
    ),
    _post(f"{_TRIAGE}/decide", _OPERATES_EXPOSURE, {"outcome": "no-evidence", **_SAID}),
    _post("/exposures/{key}/except", each("exposures", may.EXCEPT_EXPOSURE), _APPROVED),
    _get("/exceptions", every("Z", "exceptions", may.READ_EXCEPTION)),
    _get(
        "/exceptions",
        things.of_operator("Z", "exceptions", may.READ_EXCEPTION),
        f"?{_OF}",
        narrows=True,
    ),
    _post(
        "/exceptions",
        _LEADS,
        {
            "organisation": "{organisation}",
            "directive": DIRECTIVE,
            "requirement": REQUIREMENT,
            **_APPROVED,
        },
    ),
    _post("/exceptions/{key}/end", each("exceptions", may.END_EXCEPTION)),
    _named(
        _get("/vulnerabilities/CVE-2026-{mark}", things.of_vulnerability),
        "/vulnerabilities/{name}",
    ),
)

_DONE: Final[Mapping[str, Any]] = {"directive": DIRECTIVE, "requirement": REQUIREMENT}
_HAPPENED: Final[Mapping[str, Any]] = {"directive": EVENTFUL, "event": EVENT, "name": "a"}
_COMPLIANCE: Final = "/compliance/{organisation}"

_DIRECTIVES: Final = (
    _get("/docket", once),
    _get("/directives", once),
    _named(_get(f"/directives/{DIRECTIVE}", once), "/directives/{name}"),
    _post("/directives", _RUNS, _NOTHING),
    _named(
        _post("/directives/nothing/set-aside", _RUNS, is_there=False),
        "/directives/{name}/set-aside",
    ),
    _get("/policy-sets", once),
    _post("/policy-sets", _RUNS, _NOTHING),
    _named(
        _post("/policy-sets/nothing/set-aside", _RUNS, is_there=False),
        "/policy-sets/{name}/set-aside",
    ),
    _get("/due", once),
    _get("/due", _READS_OPERATOR, f"?{_OF}"),
    _get(_COMPLIANCE, things.of_organisation(may.EXAMINE)),
    _get(f"{_COMPLIANCE}/csv", things.of_organisation(may.EXAMINE)),
    # Of whom a directive asks nothing, there is nothing that was done.
    _post(f"{_COMPLIANCE}/done", _OPERATES, {**_DONE, **_SAID}, is_there=False),
    _post(f"{_COMPLIANCE}/done/take-back", _OPERATES, _DONE, is_there=False),
    _post(f"{_COMPLIANCE}/events", _OPERATES, _HAPPENED),
    _post(f"{_COMPLIANCE}/events/take-back", _OPERATES, _HAPPENED, is_there=False),
)

_TABLES: Final = (
    _get("/tables", once),
    _named(_get("/tables/cisa-bod-26-04", once), "/tables/{name}"),
    _post("/tables", _RUNS, _NOTHING),
    _post("/tables", _OPERATES, {**_NOTHING, "organisation": "{organisation}"}),
    _named(
        _post(
            "/tables/nothing/set-aside",
            _OPERATES,
            {"organisation": "{organisation}"},
            is_there=False,
        ),
        "/tables/{name}/set-aside",
    ),
    Route(
        f"POST {_ROOT}/decide",
        Web("POST", f"{_ROOT}/decide", body={"table": "cisa-bod-26-04"}),
        once,
    ),
)

_FEEDS: Final = (
    _get("/feeds", once),
    _named(_get("/feeds/kev", once), "/feeds/{name}"),
    _named(_get("/feeds/kev/editions", once), "/feeds/{name}/editions"),
    _named(_post("/feeds/kev/follow", _RUNS, {"is_followed": True}), "/feeds/{name}/follow"),
    # Through the API no file of this machine is read; no address is asked here.
    _named(_post("/feeds/kev/take", _RUNS, {"place": "/nothing"}), "/feeds/{name}/take"),
)

_AROUND: Final = (
    _post("/statements", _OPERATES, query=f"?{_OF}", raw=b"{}"),
    _get("/statements", every("Y", "statements", may.READ_STATEMENT)),
    _get("/statements", once, "?limit=1"),
    _get(
        "/statements",
        things.of_operator("Y", "statements", may.READ_STATEMENT),
        f"?{_OF}",
        narrows=True,
    ),
    _post("/statements/{key}/end", each("statements", may.OPERATE_STATEMENT)),
    _get("/change-notices", every("K", "change_notices", may.SEE_NOTICE)),
    _get("/change-notices", things.of_notices, "?case={key}", narrows=True),
    _get("/change-notices/{key}", each("change_notices", may.SEE_NOTICE)),
    _post("/change-notices/{key}/read", each("change_notices", may.READ_NOTICE)),
    _post("/change-notices/{key}/withdraw", each("change_notices", may.END_NOTICE)),
    _get("/cases/{key}/change-notices", of_case(sentences.COORDINATE)),
    _post(
        "/cases/{key}/change-notices",
        of_case(sentences.COORDINATE),
        {"product": "a", "before": LATER, "severity": "high"},
    ),
    _get("/operators", every("O", "organisations", may.read_operator)),
    _get("/operators/{key}", things.of_organisation(may.read_operator, name="key")),
    _post(
        "/operators/{key}/settle",
        things.of_organisation(may.OPERATE, name="key"),
        {"zone": "Europe/Paris"},
    ),
    _post("/operators/{key}/roles", things.of_organisation(may.OPERATE, name="key"), {"roles": []}),
    _get("/delegations", every("J", "delegations", may.READ_DELEGATION)),
    _post(
        "/delegations",
        _LEADS,
        {"organisation": "{organisation}", "provider": "O-00000-0000Z"},
    ),
    _post("/delegations/{key}/end", each("delegations", may.END_DELEGATION)),
)

OPERATIONS_OF_EXPOSURE: Final = (
    *_INVENTORIES,
    *_ASSETS,
    *_EXPOSURES,
    *_DIRECTIVES,
    *_TABLES,
    *_FEEDS,
    *_AROUND,
)
