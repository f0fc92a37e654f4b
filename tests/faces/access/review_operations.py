"""Every operation of the API about engagements: what it asks, and of what.

A new operation stands here with the sentence of the policy that it follows, or the build fails.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from tests.desks.access.oracle import Reader
from tests.desks.access.world import World
from tests.faces.access import review_sentences as may
from tests.faces.access import review_things as things
from tests.faces.access import sentences
from tests.faces.access.faces import Web
from tests.faces.access.questions import Asked, Route, each, every, once, only
from tests.faces.access.review_bodies import (
    AGE_KEY,
    BODY,
    FRAMEWORK,
    FRAMEWORK_AS_DATA,
    FRAMEWORK_VERSION,
    LATER,
    PUBLIC_KEY,
    SHA256,
    TERMS_AS_DATA,
)

Things = Callable[[World, Reader], Iterable[Asked]]

_ROOT: Final = "/api/v1/reviews"
_ONE: Final = "/{key}"
_BASE64: Final = base64.b64encode(b"a" * 64).decode()
_ENDS: Final[Mapping[str, Any]] = {"ends_at": LATER}
_WHY: Final[Mapping[str, Any]] = {"reason": "because it is so"}
_WANTED: Final[Mapping[str, Any]] = {
    "purpose": "evaluation",
    "endpoints": ["a"],
    "operations": ["chat"],
    "calls_a_minute": 10,
    **_ENDS,
}


def _get(path: str, asked: Things, query: str = "") -> Route:
    return Route(f"GET {_ROOT}{path}", Web("GET", f"{_ROOT}{path}{query}"), asked)


def _post(path: str, asked: Things, body: Mapping[str, Any] | None = None) -> Route:
    question = Web("POST", f"{_ROOT}{path}", body=body or {})
    # Whoever reads what they ask about may be told otherwise that it is not theirs to change.
    return Route(f"POST {_ROOT}{path}", question, asked, changes=True, redraws=True)


_ENGAGEMENTS: Final = (
    _get("", every("E", "engagements", may.SEE)),
    _get("/waiting", once),
    _get("/figures", once),
    _post(
        "",
        each("organisations", may.open_for, name="organisation"),
        {"organisation": "{organisation}", "model": "a model"},
    ),
    _get(_ONE, things.of_engagement(may.SEE)),
    *(
        _post(f"{_ONE}/{verb}", things.of_engagement(may.RUN), body)
        for verb, body in (
            ("change", {"version": "2"}),
            ("propose", {}),
            ("close", {}),
            ("window", _ENDS),
            ("window/end", _ENDS),
            ("plug/pull", {}),
            ("plug/put-back", {}),
        )
    ),
    _post(f"{_ONE}/releases", things.of_engagement(may.RELEASE), {"to": "public"}),
    _post(f"{_ONE}/withdraw", things.of_engagement(may.WITHDRAW)),
    _post(f"{_ONE}/evaluation", things.of_engagement(may.WRITE)),
    _get("/frameworks", once),
    Route(
        f"GET {_ROOT}/frameworks/{{name}}/{{version}}",
        Web("GET", f"{_ROOT}/frameworks/{FRAMEWORK}/{FRAMEWORK_VERSION}"),
        once,
    ),
    _post("/frameworks", only(sentences.run_the_instance), {"document": FRAMEWORK_AS_DATA}),
)

_PARTY: Final = f"{_ONE}/parties/{{organisation}}"
_PERSON: Final = f"{_PARTY}/people/{{person}}"

_PEOPLE: Final = (
    _get(f"{_ONE}/parties", things.parties),
    _post(
        f"{_ONE}/parties",
        things.of_engagement(may.RUN),
        {"organisation": "O-00000-0000Z", "part": "reviewer"},
    ),
    _post(f"{_PARTY}/end", things.to_end, {"part": "reviewer"}),
    _post(f"{_PARTY}/recipient", things.of_party(may.LEAD), {"recipient": AGE_KEY}),
    _post(
        f"{_PARTY}/people",
        things.of_person(may.LEAD),
        {"person": "{person}", "duty": "observer"},
    ),
    _post(f"{_PERSON}/vetting", things.of_person(may.LEAD), {"words": "by the book"}),
    _post(f"{_PERSON}/recuse", things.of_person(may.LEAD)),
    _post(f"{_PERSON}/recuse", things.themselves),
    _post(f"{_PERSON}/remove", things.of_person(may.LEAD)),
    _get(f"{_ONE}/certificates", things.of_engagement(may.SEE)),
    _post(
        f"{_ONE}/certificates",
        things.of_party(may.CERTIFY),
        {
            "organisation": "{organisation}",
            "what": "all",
            "destroyed_at": "2026-11-25T12:00:00Z",
        },
    ),
)

_TERMS: Final = (
    _get(f"{_ONE}/terms", things.of_engagement(may.SEE)),
    _get(f"{_ONE}/terms", things.of_partner(things.reads_record), "?partner={organisation}"),
    _get(f"{_ONE}/terms/versions", things.of_engagement(may.SEE)),
    _get(f"{_ONE}/terms/{{number}}/document", things.of_version(may.READ_AGREEMENT)),
    _post(f"{_ONE}/terms", things.of_engagement(may.propose_terms), {"document": TERMS_AS_DATA}),
    _post(f"{_ONE}/terms/default", things.of_engagement(may.propose_terms)),
    _post(
        f"{_ONE}/terms/sign",
        things.of_digest(things.signs),
        {"sha256": "{sha256}", "signature": _BASE64, "public_key": PUBLIC_KEY.decode()},
    ),
    _post(
        f"{_ONE}/terms/acknowledge", things.of_digest(things.acknowledges), {"sha256": "{sha256}"}
    ),
    _post(f"{_ONE}/terms/{{number}}/take-back", things.of_version(things.takes_back)),
)

_OF_ENDPOINT: Final = things.inside("endpoints", things.runs, "endpoint")

_ACCESS: Final = (
    _get(f"{_ONE}/endpoints", things.listed("U", "endpoints", may.SEE_ENDPOINT)),
    _post(
        f"{_ONE}/endpoints",
        things.of_engagement(may.RUN),
        {
            "name": "a",
            "protocol": "openai",
            "url": "https://model.example.org/v1",
            "model": "a",
            "credential": "sk-a",
        },
    ),
    _post("/endpoints/{endpoint}/credential", _OF_ENDPOINT, {"credential": "sk-b"}),
    _post("/endpoints/{endpoint}/end", _OF_ENDPOINT),
    _get(f"{_ONE}/calls", things.listed("L", "calls", may.READ_CALL)),
    _get(f"{_ONE}/calls", things.inside("grants", may.READ_GRANT, "grant"), "?grant={grant}"),
    _get(f"{_ONE}/live", things.of_engagement(may.SEE)),
    _get("/calls/{call}/transcript", things.of_call),
    _get("/grants", every("G", "grants", may.READ_GRANT)),
    _get("/grants/{grant}", things.inside("grants", may.READ_GRANT, "grant")),
    _get(f"{_ONE}/grants", things.listed("G", "grants", may.READ_GRANT)),
    _post(f"{_ONE}/grants", things.of_engagement(may.ask_for_grant), _WANTED),
    _post(
        f"{_ONE}/break-glass", things.of_engagement(may.work_for_government), {**_WANTED, **_WHY}
    ),
    *(
        _post(f"/grants/{{grant}}/{verb}", things.inside("grants", judge, "grant", of=of))
        for verb, judge, of in (
            ("second", may.second_grant, things.is_break_glass),
            ("issue", may.decide_grant, bool),
            ("decline", may.decide_grant, bool),
            ("take-up", may.take_up, bool),
            ("revoke", may.END_GRANT, bool),
        )
    ),
    _get(f"{_ONE}/two-persons", things.listed("Q", "requests", may.READ_REQUEST)),
    _post(
        f"{_ONE}/two-persons",
        things.of_engagement(may.work_for_government),
        {"action": "determine", "subject": "{key}", **_WHY},
    ),
    _post("/two-persons/{asked}/second", things.inside("requests", may.second, "asked")),
)

_OF_PIECE: Final = "/evidence/{evidence}"

_DECISIONS: Final = (
    _get(f"{_ONE}/evidence", things.listed("V", "evidence", may.READ_EVIDENCE, of=may.READ)),
    _post(
        f"{_ONE}/evidence",
        things.of_engagement(may.WRITE),
        {"name": "a", "content": _BASE64},
    ),
    _post(
        f"{_ONE}/evidence/digest",
        things.of_engagement(may.WRITE),
        {"name": "a", "sha256": SHA256},
    ),
    _post(f"{_OF_PIECE}/set-aside", things.inside("evidence", may.set_aside, "evidence")),
    _get(f"{_OF_PIECE}/document", things.inside("evidence", may.READ_EVIDENCE, "evidence")),
    _get(f"{_ONE}/consultations", things.of_engagement(may.READ)),
    _post(f"{_ONE}/consultations", things.of_engagement(may.work_for_government), {"body": BODY}),
    _post(
        f"{_ONE}/consultations/answer",
        things.of_consultation,
        {"body": "{mark}", "view": "concurs", "words": "yes"},
    ),
    _get(f"{_ONE}/determinations", things.of_engagement(may.READ)),
    _post(
        f"{_ONE}/determinations",
        things.of_engagement(may.DETERMINE),
        {"decision": "covered", "words": "It is."},
    ),
    _post(
        f"{_ONE}/determinations/{{number}}/dissent",
        things.of_determination(may.dissent),
        {"words": "It is not."},
    ),
    _post(
        f"{_ONE}/reports",
        things.of_engagement(may.report),
        {"name": "a.jsonl", "content": base64.b64encode(b'{"id": "a"}\n').decode()},
    ),
)

_PARTNER: Final = f"{_ONE}/partners/{{organisation}}"

_PARTNERS: Final = (
    _get(f"{_ONE}/partners", things.of_engagement(may.SEE)),
    _post(
        f"{_ONE}/partners",
        things.of_engagement(may.share),
        {
            "organisation": "O-00000-0000Z",
            "identity": "known",
            "scope": "all",
            "hardening": "hard",
            "begins_at": "2026-12-10T12:00:00Z",
            **_ENDS,
        },
    ),
    _get(f"{_PARTNER}/record", things.of_partner(things.reads_record)),
    _post(f"{_PARTNER}/decline", things.of_partner(may.decline_partner)),
    _post(f"{_PARTNER}/early", things.of_partner(may.let_early)),
    _post(f"{_PARTNER}/end", things.of_partner(may.end_partner)),
)

OPERATIONS_OF_REVIEWS: Final = (
    *_ENGAGEMENTS,
    *_PEOPLE,
    *_TERMS,
    *_ACCESS,
    *_DECISIONS,
    *_PARTNERS,
)
