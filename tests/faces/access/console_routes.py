"""Every page of the console, and what is done from it: what each asks, and of what.

A new page stands here with the sentence of the policy that it follows, or the build fails.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from django.core.files.uploadedfile import SimpleUploadedFile

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
    only,
)

_LATER: Final = "2026-12-20T12:00"
_WHY: Final[Mapping[str, Any]] = {"reason": "because it is so"}

Things = Callable[[World, Reader], Iterable[Asked]]


def _get(pattern: str, asked: Things, query: str = "", *, narrows: bool = False) -> Route:
    question = Web("GET", f"{_path(pattern)}{query}")
    return Route(f"GET {pattern}", question, asked, narrows=narrows)


def _post(pattern: str, asked: Things, form: Mapping[str, Any] | None = None) -> Route:
    question = Web("POST", _path(pattern), form=form or {})
    # What belongs to an account is refused as a form that is wrong would be.
    badly = pattern.startswith(("/notices", "/account", "/join"))
    return Route(f"POST {pattern}", question, asked, changes=True, redraws=True, worded_badly=badly)


def _path(pattern: str) -> str:
    """Return a pattern of Django's with its names in braces: `<str:key>` is `{key}`."""
    path = pattern
    for kind in ("str", "int", "path"):
        path = path.replace(f"<{kind}:", "{")
    return path.replace(">", "}").replace("{rule}", "disclosure")


_CASE: Final = "/cases/<str:key>"
_PARTY: Final = f"{_CASE}/parties/<str:organisation>"
_COORDINATION: Final = f"{_CASE}/coordination"
_ONE: Final = "/organisation/<str:key>"
_PERSON: Final = f"{_ONE}/people/<str:person>"

_FINDINGS: Final = (
    _get("/", once),
    _get("/now", once),
    _get("/findings", every("F", "findings", may.READ_FINDING)),
    _get("/findings", every("F", "findings", may.READ_FINDING), "?sort=-severity"),
    _get(
        "/findings",
        things.searched("findings", may.READ_FINDING, lambda row: row.title.partition(" ")[0]),
        "?text={mark}",
        narrows=True,
    ),
    _get("/findings", things.of_a_case, "?case={key}", narrows=True),
    _get("/findings/<str:key>", each("findings", may.READ_FINDING)),
    _post("/findings/<str:key>/again", each("findings", may.JUDGE)),
    _get("/findings/<str:key>/record", each("findings", may.READ_PROOF)),
    *(
        _get(
            f"/findings/<str:key>/{part}",
            each("findings", may.READ_FINDING, of=lambda row: hasattr(row, "reproduction")),
        )
        for part in ("receipt", "receipt/check")
    ),
    _get("/duplicates", things.nominated),
    _post(
        "/duplicates/<int:nomination>",
        each("nominations", may.RELATE, name="nomination"),
        {"decision": "decline", **_WHY},
    ),
    _get("/deliveries", every("D", "deliveries", may.READ_DELIVERY)),
    _get("/deliveries/<str:key>", each("deliveries", may.READ_DELIVERY)),
    _get("/intake", once),
    _post(
        "/intake",
        each("organisations", may.HAND_IN, name="organisation"),
        {
            "organisation": "{organisation}",
            "finder": "somebody",
            "file": SimpleUploadedFile("a.jsonl", b'{"id": "a"}\n'),
        },
    ),
)

_CASES: Final = (
    _get("/cases", every("C", "cases", may.READ_CASE, of=may.is_standing)),
    _get("/cases", things.of_a_package, "?state=all&package={mark}", narrows=True),
    _get(_CASE, of_case(may.SEE_CASE)),
    _post(f"{_CASE}/merge", things.merged, {"other": "{other}", **_WHY}),
    _post(f"{_CASE}/links/<int:link>/undo", things.links, _WHY),
    _get(f"{_CASE}/ledger", of_case(may.READ_CASE)),
    _get(f"{_CASE}/ledger/<int:index>/proof", things.entries_with_proofs),
    _get(_COORDINATION, of_case(may.SEE_CASE)),
    # Whoever coordinates looks there for organisations to invite.
    _get(_COORDINATION, of_case(may.SEE_CASE), "?find=zq"),
    *(
        _post(f"{_COORDINATION}/{verb}", of_case(may.COORDINATE), form)
        for verb, form in (
            ("open", {}),
            ("terms/accept", {}),
            ("terms/refuse", _WHY),
            ("terms/approve", _WHY),
            ("release", _WHY),
            ("approvals/withdraw", {}),
            ("label", {"tlp": "TLP:AMBER"}),
            ("close", {"words": "done"}),
            ("open-again", _WHY),
            ("policy", {"policy": "anthropic-cvd"}),
            ("clocks/<str:rule>/extend", {"grounds": "requested"}),
            ("clocks/<str:rule>/pause", _WHY),
            ("clocks/<str:rule>/resume", {}),
        )
    ),
    _post(
        f"{_COORDINATION}/invite",
        things.to_an_organisation,
        {"organisation": "{organisation}", "role": "other"},
    ),
    _post(f"{_COORDINATION}/terms", of_case(may.WRITE_CASE), {"ends_at": _LATER}),
    _post(f"{_COORDINATION}/facts", of_case(may.WRITE_CASE), {"fact": "public", "source": "a"}),
    _post(f"{_COORDINATION}/trigger", of_case(may.WRITE_CASE), {"trigger": "fix-available"}),
    _post(f"{_COORDINATION}/clocks/<int:number>/ring", things.clocks),
)

_PARTIES: Final = (
    _get(_PARTY, of_party(may.READ_CASE, may.READ_PARTY)),
    _post(f"{_PARTY}/accept", of_party(may.SEE_CASE, may.answer_for), {"terms": "none"}),
    _post(f"{_PARTY}/decline", of_party(may.SEE_CASE, may.answer_for), _WHY),
    _post(f"{_PARTY}/invite", things.again, {"role": "other"}),
    _post(f"{_PARTY}/silence", of_party(may.COORDINATE, may.READ_PARTY)),
    _post(f"{_PARTY}/remove", of_party(may.COORDINATE, may.READ_PARTY), _WHY),
    _post(f"{_PARTY}/contact", of_party(may.COORDINATE, may.READ_PARTY), {"contact": "seen"}),
    _post(
        f"{_PARTY}/status",
        of_party(may.WRITE_CASE, may.answer_for),
        {"product": "pkg:npm/a@1", "status": "fixed"},
    ),
    _post(
        f"{_PARTY}/progress", of_party(may.WRITE_CASE, may.answer_for), {"event": "vendor-aware"}
    ),
    _post(f"{_PARTY}/report", of_party(may.WRITE_CASE, may.answer_for), {"event": "validate"}),
    _post(f"{_PARTY}/team", things.team, {"person": "{person}"}),
    _post(f"{_PARTY}/team/<str:person>/remove", things.team),
    _get(f"{_CASE}/messages", of_case(may.READ_CASE, of=is_coordinated)),
    _post(f"{_CASE}/messages", of_case(may.WRITE_CASE, of=is_coordinated), {"text": "a word"}),
    _post(
        f"{_CASE}/messages",
        things.to_a_party,
        {"text": "a word", "audience": "some", "parties": "{organisation}"},
    ),
    _get("/attachments/<str:key>", each("attachments", may.READ_ATTACHMENT)),
    _get("/inbox", once),
    _get("/board", only(lambda reader: reader.reads_as_coordinator)),
)

_ORGANISATIONS: Final = (
    _get("/organisations", every("O", "organisations", may.SEE_ORGANISATION)),
    _get("/organisations", things.of_an_organisation, "?text={mark}", narrows=True),
    _post("/organisations", only(may.run_the_instance), {"name": "New Ltd", "kinds": "vendor"}),
    _get(_ONE, each("organisations", may.SEE_ORGANISATION)),
    _post(
        f"{_ONE}/invitations",
        each("organisations", may.ADMINISTER),
        {"email": "somebody-new@example.org", "role": "member"},
    ),
    _post(f"{_ONE}/invitations/<str:invitation>/revoke", things.revocable),
    _post(f"{_PERSON}/role", things.places(may.ADMINISTER_PLACE), {"role": "reader"}),
    _post(f"{_PERSON}/suspend", things.places(may.SUSPEND_PLACE)),
    _post(f"{_PERSON}/reinstate", things.places(may.SUSPEND_PLACE)),
    _post(f"{_PERSON}/remove", things.places(may.ADMINISTER_PLACE)),
    _post(f"{_ONE}/capacity", each("organisations", may.ADMINISTER), {"cases_a_week": "5"}),
    *(
        _post(f"{_ONE}/{verb}", each("organisations", may.RUN), form)
        for verb, form in (
            ("kinds", {"kinds": "vendor"}),
            ("suspend", _WHY),
            ("reinstate", {}),
        )
    ),
    *(
        _post(f"{_ONE}/{verb}", each("organisations", may.provide), form)
        for verb, form in (
            (
                "provider",
                {
                    "issuer": "https://id.example.org",
                    "client_id": "a",
                    "secret": "b",
                    "domains": "example.org",
                },
            ),
            ("provider/remove", {}),
        )
    ),
)

_NOTICES: Final = (
    _get("/notices", every("N", "notices", may.OWN_NOTICE)),
    _post("/notices/read", once),
    _post("/notices/preferences", once, {"mail": "daily"}),
    _post("/notices/feed", once),
    _post("/notices/feed/end", once),
    _post("/notices/<str:key>/read", each("notices", may.OWN_NOTICE)),
    _post(
        "/notices/webhooks",
        each("organisations", may.ADMINISTER, name="organisation"),
        {"organisation": "{organisation}", "url": "https://hooks.example.org/new"},
    ),
    *(
        _post(f"/notices/webhooks/<str:key>/{verb}", each("webhooks", may.KEEP_WEBHOOK))
        for verb in ("rotate", "disable", "retry")
    ),
)

_ACCOUNT: Final = (
    _get("/account/", once),
    _post("/account/", once, {"name": "Another Name", "time_zone": "UTC"}),
    _post(
        "/account/places/<str:organisation>/leave",
        each("organisations", may.LEAVE, name="organisation"),
    ),
    _get("/account/tokens", every("T", "tokens", may.OWN_TOKEN)),
    _post("/account/tokens", once, {"name": "a", "scopes": "read", "days": "9"}),
    _post("/account/tokens/<str:key>/revoke", each("tokens", may.OWN_TOKEN)),
    _get("/join/<str:secret>", things.own_invitations),
    _post("/join/<str:secret>", things.own_invitations, {"what": "accept"}),
    _post("/theme", once, {"theme": "dark", "next": "/"}),
    _get("/style", once),
)

CONSOLE: Final = (
    *_FINDINGS,
    *_CASES,
    *_PARTIES,
    *_ORGANISATIONS,
    *_NOTICES,
    *_ACCOUNT,
)
