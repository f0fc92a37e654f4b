"""Every page of an engagement, and what is done from it: what each asks, and of what.

A new page stands here with the sentence of the policy that it follows, or the build fails.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any, Final

from tests.desks.access.oracle import Reader
from tests.desks.access.world import World
from tests.faces.access import review_sentences as may
from tests.faces.access import review_things as things
from tests.faces.access.faces import Web
from tests.faces.access.questions import Asked, Route, each, every, once
from tests.faces.access.review_bodies import AGE_KEY, BODY, LATER, PUBLIC_KEY, SHA256, TERMS, Upload

Things = Callable[[World, Reader], Iterable[Asked]]

_ENDS: Final = {"ends_at": LATER[:16]}
_FILE: Final = Upload("a.jsonl", b'{"id": "a"}\n')
_GRANT: Final = {
    "purpose": "evaluation",
    "endpoints": "a",
    "operations": "chat",
    "calls_a_minute": "10",
    **_ENDS,
}


def _path(pattern: str) -> str:
    path = pattern
    for kind in ("str", "int"):
        path = path.replace(f"<{kind}:", "{")
    return path.replace(">", "}")


def _get(rest: str, asked: Things, query: str = "", *, of: str = "/reviews/<str:key>") -> Route:
    return Route(f"GET {of}{rest}", Web("GET", f"{_path(of + rest)}{query}"), asked)


def _post(
    rest: str,
    asked: Things,
    form: Mapping[str, Any] | None = None,
    *,
    of: str = "/reviews/<str:key>",
    worded_badly: bool = False,
) -> Route:
    question = Web("POST", _path(of + rest), form=form or {})
    return Route(
        f"POST {of}{rest}",
        question,
        asked,
        changes=True,
        redraws=True,
        worded_badly=worded_badly,
    )


_HOME: Final = (
    _get("", every("E", "engagements", may.SEE), of="/reviews"),
    _get("/new", once, of="/reviews"),
    _post(
        "/new",
        each("organisations", may.open_for, name="organisation"),
        {"organisation": "{organisation}", "asks": "access", "model": "a model"},
        of="/reviews",
    ),
)

_OVERVIEW: Final = (
    _get("", things.of_engagement(may.SEE)),
    *(
        _post(f"/{verb}", things.of_engagement(may.RUN), form)
        for verb, form in (
            ("change", {"model": "another", "reach": "all of it"}),
            ("propose", {}),
            ("window", _ENDS),
            ("window/end", _ENDS),
            ("close", {}),
            ("plug", {}),
            ("plug/back", {}),
        )
    ),
    _post("/releases", things.of_engagement(may.RELEASE), {"to": "public"}),
    _post("/withdraw", things.of_engagement(may.WITHDRAW)),
    _post("/evaluation", things.of_engagement(may.WRITE)),
    _post(
        "/certificates",
        things.of_party(may.CERTIFY),
        {"organisation": "{organisation}", "what": "all", "destroyed_at": "2026-11-25T12:00"},
    ),
    _post("/reports", things.of_engagement(may.report), {"document": _FILE}),
)

_TERMS: Final = (
    _get("/terms", things.of_engagement(may.SEE)),
    _get("/terms", things.of_partner(things.reads_record), "?partner={organisation}"),
    # A form that leaves settings out is worded badly, whoever sends it.
    _post("/terms/propose", things.of_engagement(may.propose_terms), worded_badly=True),
    _post(
        "/terms/upload",
        things.of_engagement(may.propose_terms),
        {"document": Upload("terms.json", TERMS)},
    ),
    _post("/terms/default", things.of_engagement(may.propose_terms)),
    _post("/terms/read", things.of_digest(things.acknowledges), {"sha256": "{sha256}"}),
    _post("/terms/<int:number>/back", things.of_version(things.takes_back)),
    _get("/terms/<int:number>/document", things.of_version(may.READ_AGREEMENT)),
    # Whoever reads it, and signs nothing, is told so.
    replace(_get("/sign/<str:sha256>/options", things.of_digest(things.signs)), redraws=True),
    _post("/sign/<str:sha256>/passkey", things.of_digest(things.signs)),
    _post(
        "/sign/<str:sha256>/detached",
        things.of_digest(things.signs),
        {
            "signature": Upload("a.sig", b"a" * 64),
            "public_key": Upload("a.pub", PUBLIC_KEY),
        },
    ),
)

_PARTY: Final = "/parties/<str:organisation>"

_PEOPLE: Final = (
    _get("/people", things.of_engagement(may.SEE)),
    _post(
        "/parties",
        things.of_engagement(may.RUN),
        {"organisation": "O-00000-0000Z", "part": "reviewer"},
    ),
    _post(f"{_PARTY}/end", things.to_end, {"part": "reviewer"}),
    _post(
        f"{_PARTY}/people", things.of_person(may.LEAD), {"person": "{person}", "duty": "observer"}
    ),
    _post(f"{_PARTY}/recipient", things.of_party(may.LEAD), {"recipient": AGE_KEY}),
    _post(
        f"{_PARTY}/people/<str:person>/vetting",
        things.of_person(may.LEAD),
        {"words": "by the book"},
    ),
    _post(f"{_PARTY}/people/<str:person>/recuse", things.of_person(may.LEAD)),
    _post(f"{_PARTY}/people/<str:person>/recuse", things.themselves),
    _post(f"{_PARTY}/people/<str:person>/unname", things.of_person(may.LEAD)),
)

_ENDPOINT: Final = "/endpoints/<str:endpoint>"
_OF_ENDPOINT: Final = things.inside("endpoints", things.runs, "endpoint")

_ACCESS: Final = (
    _get("/access", things.of_engagement(may.SEE)),
    _get("/access/now", things.of_engagement(may.SEE)),
    _post(
        "/endpoints",
        things.of_engagement(may.RUN),
        {
            "name": "a",
            "protocol": "openai",
            "url": "https://model.example.org/v1",
            "model": "a",
            "credential": "sk-a",
        },
    ),
    _post(f"{_ENDPOINT}/credential", _OF_ENDPOINT, {"credential": "sk-b"}),
    _post(f"{_ENDPOINT}/end", _OF_ENDPOINT),
    _post("/grants", things.of_engagement(may.ask_for_grant), _GRANT),
    _post(
        "/grants",
        things.of_engagement(may.work_for_government),
        {**_GRANT, "how": "break-glass", "reason": "it cannot wait"},
    ),
    *(
        _post(f"/grants/<str:grant>/{verb}", things.inside("grants", judge, "grant", of=of))
        for verb, judge, of in (
            ("issue", may.decide_grant, bool),
            ("decline", may.decide_grant, bool),
            ("second", may.second_grant, things.is_break_glass),
            ("revoke", may.END_GRANT, bool),
        )
    ),
    _post("/requests/<str:asked>/second", things.inside("requests", may.second, "asked")),
    _get("/calls", things.of_engagement(may.SEE)),
    _post("/calls/<str:call>/transcript", things.of_call),
    _post("/calls/<str:call>/ask", things.to_ask_for_call, {"reason": "because it is so"}),
)

_PIECE: Final = "/evidence/<str:piece>"

_DETERMINATION: Final = (
    _get("/determination", things.of_engagement(may.READ)),
    _post(
        "/determination/decide",
        things.of_engagement(may.DETERMINE),
        {"decision": "covered", "words": "It is."},
    ),
    _post(
        "/determination/decide",
        things.of_engagement(may.work_for_government),
        {"how": "ask", "words": "It is."},
    ),
    _post(
        "/determination/<int:number>/dissent",
        things.of_determination(may.dissent),
        {"words": "It is not."},
    ),
    _post(
        "/determination/requests/<str:asked>/second",
        things.inside("requests", may.second, "asked"),
    ),
    _post("/evidence", things.of_engagement(may.WRITE), {"document": _FILE}),
    _post("/evidence/digest", things.of_engagement(may.WRITE), {"name": "a", "sha256": SHA256}),
    _post(f"{_PIECE}/aside", things.inside("evidence", may.set_aside, "piece")),
    _post(f"{_PIECE}/file", things.inside("evidence", may.READ_EVIDENCE, "piece")),
    _post("/consultations", things.of_engagement(may.work_for_government), {"body": BODY}),
    _post(
        "/consultations/answer",
        things.of_consultation,
        {"body": "{mark}", "view": "concurs", "words": "yes"},
    ),
)

_PARTNER: Final = "/partners/<str:organisation>"

_PARTNERS: Final = (
    _get("/partners", things.of_engagement(may.SEE)),
    _post(
        "/partners/propose",
        things.of_engagement(may.share),
        {
            "organisation": "O-00000-0000Z",
            "identity": "known",
            "scope": "all",
            "hardening": "hard",
            "begins_at": "2026-12-10T12:00",
            **_ENDS,
        },
    ),
    _post(f"{_PARTNER}/decline", things.of_partner(may.decline_partner)),
    _post(f"{_PARTNER}/early", things.of_partner(may.let_early)),
    _post(f"{_PARTNER}/end", things.of_partner(may.end_partner)),
    _get(f"{_PARTNER}/record/<int:number>", things.first_of_partner),
    _get("/record", things.of_engagement(may.SEE)),
    _get("/record/<int:index>/proof", things.entries),
)

_OWN_GRANTS: Final = (
    _get("", each("grants", may.READ_GRANT), of="/reviews/grants/<str:key>"),
    _post("/read", things.to_read, {"sha256": "{sha256}"}, of="/reviews/grants/<str:key>"),
    # It leads to the grant's own page, whatever is there.
    Route(
        "GET /reviews/grants/<str:key>/take-up",
        Web("GET", "/reviews/grants/G-00000-0000Z/take-up"),
        once,
    ),
    _post("/take-up", each("grants", may.take_up), of="/reviews/grants/<str:key>"),
    _post("/end", each("grants", may.END_GRANT), of="/reviews/grants/<str:key>"),
)

PAGES_OF_REVIEWS: Final = (
    *_HOME,
    *_OVERVIEW,
    *_TERMS,
    *_PEOPLE,
    *_ACCESS,
    *_DETERMINATION,
    *_PARTNERS,
    *_OWN_GRANTS,
)
