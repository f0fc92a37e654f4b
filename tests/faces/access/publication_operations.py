"""Every operation of the API about what is published, fixes and adoption: what it asks, of what.

A new operation stands here with the sentence of the policy that it follows, or the build fails.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from tests.desks.access.oracle import Reader
from tests.desks.access.world import World
from tests.faces.access import exposure_sentences, sentences
from tests.faces.access import publication_sentences as may
from tests.faces.access import publication_things as things
from tests.faces.access.faces import Web
from tests.faces.access.publication_things import AGE_KEY, LATER, Things
from tests.faces.access.questions import Asked, Route, knows, marked, named, of_case, once, only
from tests.faces.access.sentences import May

_ROOT: Final = "/api/v1"
_OF: Final = "organisation={organisation}"
_WHY: Final[Mapping[str, Any]] = {"reason": "because it is so"}
_REPORT: Final[Mapping[str, Any]] = {
    "schema": "urn:tidegate:adoption-report:1",
    "mode": "counts",
    "counts": [{"advisory": "TG-2026-aaaaaaaa", "stage": "seen", "assets": 1}],
}


def _get(
    path: str,
    asked: Things,
    query: str = "",
    *,
    named: str = "",
    narrows: bool = False,
    is_there: bool = True,
) -> Route:
    """Return a question; `named` is the route where its address names something in its place."""
    return Route(
        f"GET {_ROOT}{named or path}",
        Web("GET", f"{_ROOT}{path}{query}"),
        asked,
        narrows=narrows,
        # Whoever reads what is out is told that what is inside of a draft is not for them.
        redraws=True,
        is_there=is_there,
    )


def _post(
    path: str,
    asked: Things,
    body: Mapping[str, Any] | None = None,
    *,
    query: str = "",
    raw: bytes | None = None,
    headers: Mapping[str, str] | None = None,
) -> Route:
    said = None if raw is not None else body or {}
    question = Web("POST", f"{_ROOT}{path}{query}", body=said, raw=raw, headers=headers or {})
    # Whoever reads a thing may be told otherwise that it is not theirs to change.
    return Route(f"POST {_ROOT}{path}", question, asked, changes=True, redraws=True)


def _of_drafts(judge: May) -> Things:
    """Return the questions about publications that have a second revision, which is a draft."""
    return things.of_publication(judge, of=lambda one: one.published_at is not None)


def _recipients(world: World, reader: Reader) -> Iterator[Asked]:
    """Yield the questions about revoking each organisation's key, by its end after `age1`."""
    for one in world.recipients:
        mark = one.recipient.removeprefix("age1")
        of_it = named("organisation", one.organisation, True, knows(reader, one.organisation))
        yield Asked((of_it, marked("mark", mark, may.revoke_recipient(reader, one))))


_READS: Final = things.of_publication(may.READ_PUBLICATION)
_WRITES: Final = things.of_publication(may.WRITE_PUBLICATION)
_RESPONDS: Final = things.of_fix(may.respond_to_fix)
_COORDINATES: Final = of_case(sentences.COORDINATE)
_REPORTS: Final = things.of_organisation(
    lambda reader, one: (
        exposure_sentences.OPERATE(reader, one) and exposure_sentences.read_operator(reader, one)
    )
)

_FIXES: Final = (
    _get("/cases/{key}/fixes", things.fixes_of_case),
    _get("/cases/{key}/fixes", things.fixes_of_case, "?limit=1"),
    _post("/cases/{key}/fixes", of_case(sentences.WRITE_CASE), {"release": "9.9.9"}),
    _post("/cases/{key}/fixes/diff", of_case(sentences.WRITE_CASE), raw=b"--- a\n+++ b\n"),
    _get("/fixes/{key}", things.of_fix(may.READ_FIX)),
    _get("/fixes/{key}/diff", things.of_fix(may.READ_DIFF)),
    # No trial of a world has a receipt.
    _get(
        "/fixes/{key}/trials/1/receipt",
        things.of_fix(may.READ_DIFF),
        named="/fixes/{key}/trials/{number}/receipt",
        is_there=False,
    ),
    _post("/fixes/{key}/try", _RESPONDS),
    _post("/fixes/{key}/look", _RESPONDS, {"accepts": True, "words": "because it is so"}),
    _post("/fixes/{key}/withdraw", things.of_fix(may.withdraw_fix), _WHY),
)

_ONE: Final = "/publications/{key}"

_PUBLICATIONS: Final = (
    _get("/publications", once),
    _get("/publications", once, "?limit=1"),
    _get("/publications", things.titled, "?text={mark}", narrows=True),
    _get("/publications", things.of_their_case, "?case={key}", narrows=True),
    _post("/publications", _COORDINATES, {"case": "{key}"}),
    _get("/publications/distribution", once),
    _get(_ONE, _READS),
    _get(f"{_ONE}/record", _READS),
    _get(f"{_ONE}/record", _of_drafts(may.EXAMINE_PUBLICATION), "?revision=2"),
    _post(f"{_ONE}/record", _WRITES, {"record": {}, "edits": 0}),
    _post(f"{_ONE}/record", _WRITES, {"record": {}}, headers={"If-Match": '"1.0"'}),
    _get(f"{_ONE}/recompose", _WRITES),
    _post(f"{_ONE}/recompose", _WRITES, {"edits": 0}),
    _get(f"{_ONE}/faults", _READS),
    _get(f"{_ONE}/formats/osv", _READS, named=f"{_ONE}/formats/{{format}}"),
    # Of what is out in a world, no document was kept.
    _get(f"{_ONE}/documents/osv", _READS, named=f"{_ONE}/documents/{{word}}", is_there=False),
    _get(f"{_ONE}/fixes/a.diff", _READS, named=f"{_ONE}/fixes/{{name}}", is_there=False),
    _get(f"{_ONE}/differences", _READS),
    _get(f"{_ONE}/differences", _of_drafts(may.EXAMINE_PUBLICATION), "?one=1&other=2&format=osv"),
    _get(f"{_ONE}/approval", _WRITES),
    _post(f"{_ONE}/audience", _WRITES, {"tlp": "TLP:CLEAR", "edits": 0}),
    _post(f"{_ONE}/submit", _WRITES),
    _post(f"{_ONE}/give-back", _WRITES, _WHY),
    _post(f"{_ONE}/approve", _WRITES, {"digest": "0" * 64}),
    _post(f"{_ONE}/call-back", _WRITES, _WHY),
    _post(f"{_ONE}/drop", _WRITES, _WHY),
    _post(f"{_ONE}/schedule", _WRITES, {"publish_at": LATER}),
    _post(f"{_ONE}/share", _WRITES),
    _post(f"{_ONE}/unshare", _WRITES),
    _post(f"{_ONE}/revise", _WRITES, {"words": "What changes."}),
    _post(f"{_ONE}/withdraw", _WRITES, _WHY),
)

_CVE: Final = (
    _get("/cve-ids", once),
    _get("/cve-ids", once, "?limit=1"),
    _post("/cve-ids/{key}/reject", things.of_cve(may.REJECT_CVE), _WHY),
    _post("/cases/{key}/cve-id", _COORDINATES),
    _post("/cases/{key}/cve-id/assign", _COORDINATES, {"number": "CVE-2026-1234", "cna": "a"}),
    _post("/cases/{key}/cve-id/take-back", _COORDINATES),
)

_ADOPTION: Final = (
    _post("/adoption/reports", _REPORTS, _REPORT, query=f"?{_OF}"),
    _get("/adoption", things.of_organisation(exposure_sentences.read_operator), f"?{_OF}"),
    _get(f"{_ONE}/adoption", things.of_publication(may.read_curve)),
    _get(f"{_ONE}/adoption", things.of_publication(may.read_groups), "?by=sector"),
    _get(f"{_ONE}/adoption/own", things.for_operators, f"?{_OF}"),
    _get("/funnel", only(may.read_funnel)),
)

_RECIPIENTS: Final = (
    _get("/update-keys", once),
    _get("/update-keys", things.of_organisation(sentences.SEE_ORGANISATION), f"?{_OF}"),
    _post(
        "/update-keys",
        things.of_organisation(may.register_recipient),
        {"organisation": "{organisation}", "recipient": AGE_KEY},
    ),
    _post(
        "/update-keys/revoke",
        _recipients,
        {"organisation": "{organisation}", "recipient": "age1{mark}", **_WHY},
    ),
)

OPERATIONS_OF_PUBLICATIONS: Final = (
    *_FIXES,
    *_PUBLICATIONS,
    *_CVE,
    *_ADOPTION,
    *_RECIPIENTS,
)
