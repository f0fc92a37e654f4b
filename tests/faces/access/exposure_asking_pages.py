"""Every page about what is asked, and what is done from it: what each asks, and of what.

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
from tests.faces.access.questions import (
    Asked,
    Route,
    each,
    every,
    knows,
    named,
    never,
    of_case,
    once,
    only,
)
from tests.faces.access.review_bodies import Upload

_DUTY: Final = f"{DIRECTIVE}/{REQUIREMENT}"
_UNTIL: Final = LATER[:16]
_BEFORE: Final = "2026-11-20T12:00"
_NOTHING: Final = Upload("nothing.json", b'{"a": 1}')


def _path(pattern: str) -> str:
    return pattern.replace("<str:", "{").replace(">", "}")


def _get(pattern: str, asked: Things, query: str = "") -> Route:
    return Route(f"GET {pattern}", Web("GET", f"{_path(pattern)}{query}"), asked)


def _post(
    pattern: str, asked: Things, form: Mapping[str, Any] | None = None, *, is_there: bool = True
) -> Route:
    question = Web("POST", _path(pattern), form=form or {})
    # Whoever reads what they ask about may be told otherwise that it is not theirs to change.
    return Route(f"POST {pattern}", question, asked, changes=True, redraws=True, is_there=is_there)


def _named(route: Route, name: str) -> Route:
    """Return a route whose address names something in the place of `{name}`."""
    assert isinstance(route.question, Web)
    path = route.question.path.replace("{name}", name)
    return replace(route, question=replace(route.question, path=path))


def _exceptions(world: World, reader: Reader) -> Iterator[Asked]:
    """Yield the questions about the exceptions of an organisation, from its page."""
    for one in world.exceptions:
        organisation = one.organisation
        reads = may.EXAMINE(reader, organisation)
        yield Asked(
            (
                named("key", organisation, reads, knows(reader, organisation)),
                named("exception", one, may.END_EXCEPTION(reader, one)),
            )
        )


_RUNS: Final = only(sentences.run_the_instance)
_EXAMINES: Final = things.of_organisation(may.EXAMINE, name="key")
_OPERATES: Final = things.of_organisation(may.OPERATE, name="key")
_LEADS: Final = things.of_organisation(may.lead_operator, name="key")
_ONE: Final = "/compliance/<str:key>"
_APPROVED: Final = {"reason": "because it is so", "approver": "a", "until": _UNTIL}

_COMPLIANCE: Final = (
    _get(
        "/compliance",
        every(
            "O",
            "organisations",
            lambda reader, one: one.suspended_at is None and may.EXAMINE(reader, one),
        ),
    ),
    _get(_ONE, _EXAMINES),
    _get(f"{_ONE}/report.csv", _EXAMINES),
    _get(f"{_ONE}/report.json", _EXAMINES),
    # Of whom a directive asks nothing, there is nothing that was done.
    _post(
        f"{_ONE}/done",
        _OPERATES,
        {"duty": _DUTY, "done_at": _BEFORE, "words": "because it is so"},
        is_there=False,
    ),
    _post(f"{_ONE}/done/back", _OPERATES, {"duty": _DUTY}, is_there=False),
    _post(
        f"{_ONE}/events",
        _OPERATES,
        {"event": f"{EVENTFUL}/{EVENT}", "name": "a", "happened_at": _BEFORE},
    ),
    _post(
        f"{_ONE}/events/back",
        _OPERATES,
        {"event": f"{EVENTFUL}/{EVENT}", "name": "a"},
        is_there=False,
    ),
    _post(f"{_ONE}/exceptions", _LEADS, {"duty": _DUTY, **_APPROVED}),
    _post(f"{_ONE}/exceptions/<str:exception>/end", _exceptions),
)

_DIRECTIVES: Final = (
    _get("/directives", once),
    _named(_get("/directives/<str:name>", once), DIRECTIVE),
    _post("/directives/load", _RUNS, {"kind": "directive", "document": _NOTHING}),
    _post("/directives/aside", _RUNS, {"kind": "directive", "name": "nothing"}, is_there=False),
    _get("/tables", once),
    _named(_get("/tables/<str:name>", once), "cisa-bod-26-04"),
)

_FEED: Final = "/feed/<str:name>"

_FEEDS: Final = (
    _get("/feeds", once),
    _named(_get(_FEED, once), "kev"),
    _named(_post(f"{_FEED}/follow", _RUNS, {"follow": "yes"}), "kev"),
    Route(
        f"POST {_FEED}/take",
        None,
        never,
        why="it asks another server, for whoever runs the instance; test_feed_pages holds it",
    ),
    _named(_post(f"{_FEED}/file", _RUNS, {"document": Upload("kev.json", b"{}")}), "kev"),
)

_CASE: Final = "/cases/<str:key>/changes"

_CHANGES: Final = (
    _get("/changes", every("K", "change_notices", may.SEE_NOTICE)),
    _get("/changes/<str:key>", each("change_notices", may.SEE_NOTICE)),
    _post("/changes/<str:key>/withdraw", each("change_notices", may.END_NOTICE)),
    _get(_CASE, of_case(sentences.COORDINATE)),
    _post(
        f"{_CASE}/release",
        of_case(sentences.COORDINATE),
        {
            "product": "a",
            "before": _UNTIL,
            "severity": "high",
            "organisation": "O-00000-0000Z",
        },
    ),
)

_OPERATING: Final = "/organisation/<str:key>/operating"

_SETTINGS: Final = (
    _get("/delegations", every("J", "delegations", may.READ_DELEGATION)),
    _post(
        "/delegations/give",
        _LEADS,
        {"organisation": "{key}", "provider": "O-00000-0000Z"},
    ),
    _post("/delegations/<str:key>/end", each("delegations", may.END_DELEGATION)),
    _get(_OPERATING, _OPERATES),
    _post(f"{_OPERATING}/settle", _OPERATES, {"zone_of_days": "Europe/Paris"}),
    _post(f"{_OPERATING}/roles", _OPERATES, {"role": "role/manufacturer"}),
    _post(f"{_OPERATING}/table", _OPERATES, {"document": _NOTHING}),
    _post(f"{_OPERATING}/table/aside", _OPERATES, {"name": "nothing"}, is_there=False),
)

ASKING_PAGES_OF_EXPOSURE: Final = (
    *_COMPLIANCE,
    *_DIRECTIVES,
    *_FEEDS,
    *_CHANGES,
    *_SETTINGS,
)
