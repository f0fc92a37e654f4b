"""Every operation of the API: what it asks, and of what.

A new operation stands here with the sentence of the policy that it follows, or the build fails.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from tests.desks.access.oracle import Reader
from tests.desks.access.world import World
from tests.faces.access import sentences as may
from tests.faces.access import things
from tests.faces.access.faces import Web
from tests.faces.access.questions import (
    Asked,
    Route,
    each,
    every,
    is_coordinated,
    of_case,
    of_party,
    once,
)

_ROOT: Final = "/api/v1"
_LATER: Final = "2026-12-20T12:00:00Z"
_WHY: Final[Mapping[str, Any]] = {"reason": "because it is so"}


def _get(
    path: str,
    asked: Callable[[World, Reader], Iterable[Asked]],
    query: str = "",
    *,
    narrows: bool = False,
) -> Route:
    address = f"{_ROOT}{path}{query}"
    return Route(f"GET {_ROOT}{path}", Web("GET", address), asked, narrows=narrows)


def _post(
    path: str,
    asked: Callable[[World, Reader], Iterable[Asked]],
    body: Mapping[str, Any] | None = None,
    *,
    query: str = "",
    raw: bytes | None = None,
) -> Route:
    said = None if raw is not None else body or {}
    question = Web("POST", f"{_ROOT}{path}{query}", body=said, raw=raw)
    return Route(f"POST {_ROOT}{path}", question, asked, changes=True)


_CASE: Final = "/cases/{key}"
_PARTY: Final = f"{_CASE}/participants/{{organisation}}"
_PLACE: Final = "/organisations/{key}/members/{person}"

_DELIVERIES: Final = (
    _post(
        "/deliveries",
        each("organisations", may.HAND_IN, name="organisation"),
        query="?organisation={organisation}&name=a.jsonl&finder=somebody",
        raw=b'{"id": "a"}\n',
    ),
    _get("/deliveries", every("D", "deliveries", may.READ_DELIVERY)),
    _get(
        "/deliveries",
        things.searched("deliveries", may.READ_DELIVERY, lambda row: row.finder.name),
        "?finder={mark}",
        narrows=True,
    ),
    _get("/deliveries/{key}", each("deliveries", may.READ_DELIVERY)),
    _get("/deliveries/{key}/told", each("deliveries", may.READ_DELIVERY)),
    _get("/deliveries/{key}/document", each("deliveries", may.READ_DOCUMENT)),
)

_FINDINGS: Final = (
    _get("/findings", every("F", "findings", may.READ_FINDING)),
    # Of a page of one, the cursor holds keys.
    _get("/findings", once, "?text=reaches&limit=1"),
    _get("/findings", once, "?sort=-severity&limit=1"),
    _get("/cases", once, "?sort=-finders&limit=1"),
    *(
        _get("/findings", every("F", "findings", may.READ_FINDING), f"?sort={sort}")
        for sort in ("severity", "-package")
    ),
    _get(
        "/findings",
        things.searched("findings", may.READ_FINDING, lambda row: row.title.partition(" ")[0]),
        "?text={mark}",
        narrows=True,
    ),
    _get(
        "/findings",
        things.searched("findings", may.READ_FINDING, lambda row: row.package),
        "?package={mark}",
        narrows=True,
    ),
    _get(
        "/findings",
        things.of_a_finder,
        "?finder={mark}",
        narrows=True,
    ),
    _get("/findings", each("findings", may.READ_FINDING), "?text={key}", narrows=True),
    _get("/findings", things.of_a_case, "?case={key}", narrows=True),
    _get("/findings", things.of_a_case, "?text={key}", narrows=True),
    _get("/findings/{key}", each("findings", may.READ_FINDING)),
    _get("/findings/{key}/record", each("findings", may.READ_PROOF)),
    _get(
        "/findings/{key}/receipt",
        each("findings", may.READ_FINDING, of=lambda row: hasattr(row, "reproduction")),
    ),
    _post("/findings/{key}/try-again", each("findings", may.JUDGE)),
    _post("/findings/{key}/open-case", each("findings", may.JUDGE), _WHY),
)

_CASES: Final = (
    _get("/cases", every("C", "cases", may.READ_CASE, of=may.is_standing)),
    _get(
        "/cases",
        things.searched("findings", may.READ_FINDING, lambda row: row.title.partition(" ")[0]),
        "?text={mark}",
        narrows=True,
    ),
    _get(
        "/cases",
        things.of_a_package,
        "?state=&package={mark}",
        narrows=True,
    ),
    _get(_CASE, of_case(may.READ_CASE)),
    _post(f"{_CASE}/merge", things.merged, {"with": "{other}", **_WHY}),
    _post("/links/{link}/undo", each("links", may.RELATE, name="link"), _WHY),
    _get("/nominations", things.nominated),
    _post(
        "/nominations/{nomination}/accept",
        each("nominations", may.RELATE, name="nomination"),
        {"kind": "variant-of", **_WHY},
    ),
    _post(
        "/nominations/{nomination}/decline",
        each("nominations", may.RELATE, name="nomination"),
        _WHY,
    ),
)

_COORDINATION: Final = (
    _get(f"{_CASE}/coordination", of_case(may.READ_CASE, of=is_coordinated)),
    _post(f"{_CASE}/coordination", of_case(may.COORDINATE)),
    _post(f"{_CASE}/coordination/close", of_case(may.COORDINATE), {"words": "done"}),
    _post(f"{_CASE}/coordination/open-again", of_case(may.COORDINATE), _WHY),
    _post(f"{_CASE}/label", of_case(may.COORDINATE), {"tlp": "TLP:AMBER"}),
    _post(f"{_CASE}/policy", of_case(may.COORDINATE), {"policy": "anthropic-cvd"}),
    _post(f"{_CASE}/triggers", of_case(may.WRITE_CASE), {"trigger": "fix-available"}),
    _post(f"{_CASE}/facts", of_case(may.WRITE_CASE), {"fact": "public", "source": "a list"}),
    _get(f"{_CASE}/clocks", of_case(may.READ_CASE, of=is_coordinated)),
    *(
        Route(
            f"POST {_ROOT}{_CASE}/clocks/{{rule}}/{verb}",
            Web("POST", f"{_ROOT}{_CASE}/clocks/disclosure/{verb}", body=body),
            of_case(may.COORDINATE),
            changes=True,
        )
        for verb, body in (
            ("extend", {"grounds": ["requested"]}),
            ("pause", _WHY),
            ("resume", {}),
        )
    ),
    _get(f"{_CASE}/embargo", of_case(may.SEE_CASE, of=is_coordinated)),
    _post(f"{_CASE}/embargo", of_case(may.WRITE_CASE), {"ends_at": _LATER}),
    _post(f"{_CASE}/embargo/accept", of_case(may.COORDINATE)),
    _post(f"{_CASE}/embargo/refuse", of_case(may.COORDINATE)),
    _post(f"{_CASE}/embargo/approve", of_case(may.COORDINATE), _WHY),
    _post(f"{_CASE}/release/approve", of_case(may.COORDINATE), _WHY),
    _post(f"{_CASE}/release/approve-merge", things.merged, {"with": "{other}", **_WHY}),
    _post(f"{_CASE}/release/withdraw", of_case(may.COORDINATE)),
    _post(f"{_CASE}/relay", of_case(may.COORDINATE), {"to": "Another", "permission": "by us"}),
)

_PARTICIPANTS: Final = (
    _get(f"{_CASE}/participants", things.parties),
    _post(
        f"{_CASE}/participants",
        things.to_an_organisation,
        {"organisation": "{organisation}", "role": "other"},
    ),
    _post(f"{_PARTY}/remove", of_party(may.COORDINATE), _WHY),
    _post(f"{_PARTY}/accept", of_party(may.SEE_CASE, may.answer_for)),
    _post(f"{_PARTY}/decline", of_party(may.SEE_CASE, may.answer_for)),
    _post(f"{_PARTY}/silent", of_party(may.COORDINATE)),
    _post(f"{_PARTY}/seen", of_party(may.SEE_CASE, may.answer_for)),
    _post(f"{_PARTY}/report", of_party(may.WRITE_CASE, may.answer_for), {"event": "validate"}),
    _post(
        f"{_PARTY}/progress", of_party(may.WRITE_CASE, may.answer_for), {"event": "vendor-aware"}
    ),
    _post(f"{_PARTY}/contact", of_party(may.COORDINATE), {"contact": "answered"}),
    _post(
        f"{_PARTY}/statuses",
        of_party(may.WRITE_CASE, may.answer_for),
        {"product": "pkg:npm/a@1", "status": "fixed"},
    ),
    _post(f"{_PARTY}/team", things.team, {"person": "{person}"}),
    _post(f"{_PARTY}/team/{{person}}/remove", things.team),
)

_MESSAGES: Final = (
    _get(f"{_CASE}/messages", things.messages),
    _post(f"{_CASE}/messages", of_case(may.WRITE_CASE), {"text": "a word"}),
    _post(
        f"{_CASE}/messages", things.to_a_party, {"text": "a word", "parties": ["{organisation}"]}
    ),
    _get("/attachments/{key}", each("attachments", may.READ_ATTACHMENT)),
)

_PARTIES: Final = (
    _get("/organisations", every("O", "organisations", may.SEE_ORGANISATION)),
    _get("/organisations/{key}", each("organisations", may.SEE_ORGANISATION)),
    _get("/organisations/{key}/capacity", each("organisations", may.SEE_ORGANISATION)),
    _post(
        "/organisations/{key}/capacity",
        each("organisations", may.ADMINISTER),
        {"cases_a_week": 5},
    ),
    _get("/organisations/{key}/members", things.members),
    _post(f"{_PLACE}/role", things.places(may.ADMINISTER_PLACE), {"role": "reader"}),
    _post(f"{_PLACE}/remove", things.places(may.ADMINISTER_PLACE)),
    _post(f"{_PLACE}/suspend", things.places(may.SUSPEND_PLACE)),
    _post(f"{_PLACE}/reinstate", things.places(may.SUSPEND_PLACE)),
    _get("/organisations/{key}/invitations", things.invitations),
    _post(
        "/organisations/{key}/invitations",
        each("organisations", may.ADMINISTER),
        {"email": "somebody-new@example.org"},
    ),
    _post("/invitations/{key}/revoke", each("invitations", may.REVOKE_INVITATION)),
    _get("/tokens", every("T", "tokens", may.OWN_TOKEN)),
    _post("/tokens/{key}/revoke", each("tokens", may.OWN_TOKEN)),
    _get("/me", once),
)

_REST: Final = (
    _get("/overview", once),
    _get("/inbox", once),
    _get("/board", every("C", "cases", may.READ_CASE, of=may.is_standing)),
    _get("/board", things.due, "?due=week"),
    _get("/board", things.of_a_title, "?text={mark}", narrows=True),
    Route(f"GET {_ROOT}/board/{{column}}", Web("GET", f"{_ROOT}/board/active"), once),
    Route(
        f"GET {_ROOT}/events",
        Web("GET", f"{_ROOT}/events", headers={"Last-Event-ID": "0"}),
        once,
    ),
    _get("/ledger/entries", once),
    _get("/ledger/entries", things.entries_of, "?case={key}", narrows=True),
    _get("/ledger/entries/{index}/proof", each("entries", may.READ_ENTRY, name="index")),
    _get("/notices", every("N", "notices", may.OWN_NOTICE)),
    _post("/notices/read", once),
    _get("/notices/preferences", once),
    _post("/notices/preferences", once, {"mail": "daily"}),
    _post("/notices/feed", once),
    _post("/notices/feed/end", once),
    _post("/notices/{key}/read", each("notices", may.OWN_NOTICE)),
    _get("/webhooks", every("W", "webhooks", may.KEEP_WEBHOOK)),
    _get("/webhooks", things.webhooks_of, "?organisation={key}"),
    _post(
        "/webhooks",
        each("organisations", may.ADMINISTER, name="organisation"),
        {"organisation": "{organisation}", "url": "https://hooks.example.org/new"},
    ),
    _get("/webhooks/{key}", each("webhooks", may.KEEP_WEBHOOK)),
    *(
        _post(f"/webhooks/{{key}}/{verb}", each("webhooks", may.KEEP_WEBHOOK))
        for verb in ("disable", "rotate", "retry")
    ),
    Route(
        f"POST {_ROOT}/receipts/verify",
        Web("POST", f"{_ROOT}/receipts/verify", body={"receipt": {}}),
        once,
    ),
)

API: Final = (
    *_DELIVERIES,
    *_FINDINGS,
    *_CASES,
    *_COORDINATION,
    *_PARTICIPANTS,
    *_MESSAGES,
    *_PARTIES,
    *_REST,
)
