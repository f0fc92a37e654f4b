"""Every page of what is exposed, and what is done from it: what each asks, and of what.

A new page stands here with the sentence of the policy that it follows, or the build fails.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, Final

from tests.desks.access.oracle import Reader
from tests.desks.access.world import World
from tests.faces.access import exposure_sentences as may
from tests.faces.access import exposure_things as things
from tests.faces.access.exposure_things import LATER, Things
from tests.faces.access.faces import Web
from tests.faces.access.questions import Asked, Route, each, every, named, once, only
from tests.faces.access.review_bodies import Upload

_UNTIL: Final = LATER[:16]
_BEFORE: Final = "2026-11-20T12:00"
_INVENTORY: Final = Upload("requirements.txt", b"requests==2.31.0\n")
_SHEET: Final = Upload("assets.csv", b"name\na new one\n")
_VEX: Final = Upload("vex.json", b'{"a": 1}')
_REMEDY: Final = {"remedy": "mitigated", "done_at": _BEFORE, "words": "because it is so"}
_ASSET: Final = {"name": "a new one", "exposed": "no"}


def _path(pattern: str) -> str:
    path = pattern.replace("<int:number>", "1")
    return path.replace("<str:", "{").replace(">", "}")


def _get(pattern: str, asked: Things, query: str = "", *, narrows: bool = False) -> Route:
    question = Web("GET", f"{_path(pattern)}{query}")
    return Route(f"GET {pattern}", question, asked, narrows=narrows)


def _post(pattern: str, asked: Things, form: Mapping[str, Any] | None = None) -> Route:
    question = Web("POST", _path(pattern), form=form or {})
    # Whoever reads what they ask about may be told otherwise that it is not theirs to change.
    return Route(f"POST {pattern}", question, asked, changes=True, redraws=True)


def _of_exposure(rows: str, name: str, judge: Any) -> Things:
    """Return the questions about what belongs to an exposure, on the page of that exposure."""

    def asked(world: World, reader: Reader) -> Iterator[Asked]:
        for row in getattr(world, rows):
            for exposure in world.exposures:
                if _is_on(row, exposure):
                    first = named("key", exposure, may.READ_EXPOSURE(reader, exposure))
                    yield Asked((first, named(name, row, judge(reader, row))))

    return asked


def _is_on(row: Any, exposure: Any) -> bool:
    if hasattr(row, "exposure_id"):
        return bool(row.exposure_id == exposure.pk)
    of = (row.organisation_id, row.vulnerability_id)
    return of == (exposure.organisation_id, exposure.vulnerability_id)


_OPERATES: Final = things.of_organisation(may.OPERATE)
_READS_OPERATOR: Final = things.of_organisation(may.read_operator)
_ONE: Final = "/exposures/<str:key>"
_READS: Final = each("exposures", may.READ_EXPOSURE)
_RUNS: Final = each("exposures", may.OPERATE_EXPOSURE)

_EXPOSURES: Final = (
    _get("/exposure", once),
    _get("/exposure", _READS_OPERATOR, "?operator={organisation}"),
    _get("/exposure/counts", only(may.read_counts)),
    _get("/exposures", every("X", "exposures", may.READ_EXPOSURE, of=things.is_open)),
    _get("/exposures", once, "?sort=-vulnerability&state=all"),
    _get(
        "/exposures",
        things.of_operator("X", "exposures", may.READ_EXPOSURE, of=things.is_open),
        "?operator={organisation}",
        narrows=True,
    ),
    _get(
        "/exposures",
        things.of_asset("X", "exposures", may.READ_EXPOSURE, of=things.is_open),
        "?asset={key}",
        narrows=True,
    ),
    _get("/exposures", things.of_system, "?system={mark}", narrows=True),
    _get("/exposures", things.of_vulnerability, "?search={mark}", narrows=True),
    _get("/exposures", things.of_vulnerability, "?vulnerability=CVE-2026-{mark}", narrows=True),
    _post("/exposures/remedy", _RUNS, {"key": "{key}", **_REMEDY}),
    _get(_ONE, _READS),
    _post(f"{_ONE}/remedy", _RUNS, _REMEDY),
    _post(f"{_ONE}/remedy/back", _RUNS),
    _post(
        f"{_ONE}/exceptions",
        each("exposures", may.EXCEPT_EXPOSURE),
        {"reason": "because it is so", "approver": "a", "until": _UNTIL},
    ),
    _post(
        f"{_ONE}/exceptions/<str:exception>/end",
        _of_exposure("exceptions", "exception", may.END_EXCEPTION),
    ),
    _post(
        f"{_ONE}/triage",
        _RUNS,
        {"item": "an image", "system": "a", "collector": "a", "collected_at": _BEFORE},
    ),
    _post(f"{_ONE}/triage/<int:number>/back", _RUNS),
    _post(
        f"{_ONE}/triage/decide",
        _RUNS,
        {"outcome": "no-evidence", "words": "because it is so", "decided_at": _BEFORE},
    ),
    _get(f"{_ONE}/triage/log", _READS),
    _post(f"{_ONE}/vex", _RUNS, {"document": _VEX}),
    _post(
        f"{_ONE}/vex/<str:statement>/end",
        _of_exposure("statements", "statement", may.OPERATE_STATEMENT),
    ),
    replace(
        _get("/vulnerabilities/<str:name>", things.of_vulnerability),
        question=Web("GET", "/vulnerabilities/CVE-2026-{mark}"),
    ),
)

_THING: Final = "/assets/<str:key>"
_LIST: Final = "/inventories/<str:key>"
_READS_ASSET: Final = each("assets", may.READ_ASSET)
_RUNS_ASSET: Final = each("assets", may.OPERATE_ASSET)

_ASSETS: Final = (
    _get("/assets", every("H", "assets", may.READ_ASSET, of=may.stands)),
    _get("/assets", once, "?sort=-changed"),
    _get(
        "/assets",
        every("H", "assets", may.READ_ASSET, of=lambda one: not may.stands(one)),
        "?retired=yes",
    ),
    _get(
        "/assets",
        things.of_operator("H", "assets", may.READ_ASSET, of=may.stands),
        "?operator={organisation}",
        narrows=True,
    ),
    _get("/assets", things.called(), "?search={mark}", narrows=True),
    _get("/assets", things.of_system, "?system={mark}", narrows=True),
    _post("/assets/change", _RUNS_ASSET, {"key": "{key}", "exposed": "no"}),
    _post("/assets/retire", _RUNS_ASSET, {"key": "{key}"}),
    _get("/assets/sheet", once),
    _post("/assets/sheet", _OPERATES, {"organisation": "{organisation}", "sheet": _SHEET}),
    _get(
        "/assets/sheet/save",
        things.of_operator("H", "assets", may.READ_ASSET, of=may.stands),
        "?operator={organisation}",
    ),
    _get("/assets/new", once),
    _post("/assets/new", _OPERATES, {"organisation": "{organisation}", **_ASSET}),
    _get(_THING, _READS_ASSET),
    _post(f"{_THING}/change", _RUNS_ASSET, _ASSET),
    _post(f"{_THING}/retire", _RUNS_ASSET),
    _post(f"{_THING}/back", _RUNS_ASSET),
    _get(f"{_THING}/installed", _READS_ASSET),
    _get(f"{_THING}/unplaced", _READS_ASSET),
    _post(f"{_THING}/inventories", each("assets", may.FILL_ASSET), {"document": _INVENTORY}),
    _get("/inventories", once),
    _post(
        "/inventories",
        things.of_organisation(may.FILL),
        {"organisation": "{organisation}", "asset": "a new one", "document": _INVENTORY},
    ),
    _get(_LIST, each("inventories", may.READ_INVENTORY)),
    _post(f"{_LIST}/back", each("inventories", may.take_back)),
    _get(f"{_LIST}/document", each("inventories", may.READ_INVENTORY)),
)

PAGES_OF_EXPOSURE: Final = (*_EXPOSURES, *_ASSETS)
