"""Every page of those who write, approve and look at what is published, and of fixes.

A new page stands here with the sentence of the policy that it follows, or the build fails.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from tests.faces.access import publication_sentences as may
from tests.faces.access import publication_things as things
from tests.faces.access import sentences
from tests.faces.access.faces import Web
from tests.faces.access.publication_things import LATER, Things
from tests.faces.access.questions import Route, of_case, once, only
from tests.faces.access.sentences import May

_BECAUSE: Final = {"reason": "because it is so"}


def _path(pattern: str) -> str:
    path = pattern.replace("<str:", "{").replace("<int:", "{").replace(">", "}")
    return path.replace("{identifier}", "{key}").replace("{number}", "1").replace("{word}", "osv")


def _get(
    pattern: str, asked: Things, query: str = "", *, narrows: bool = False, is_there: bool = True
) -> Route:
    return Route(
        f"GET {pattern}",
        Web("GET", f"{_path(pattern)}{query}"),
        asked,
        narrows=narrows,
        # Whoever reads what is out is told that what is inside of a draft is not for them.
        redraws=True,
        is_there=is_there,
    )


def _post(pattern: str, asked: Things, form: Mapping[str, Any] | None = None) -> Route:
    question = Web("POST", _path(pattern), form=form or {})
    # Whoever reads what they ask about may be told otherwise that it is not theirs to change.
    return Route(f"POST {pattern}", question, asked, changes=True, redraws=True)


def _of_drafts(judge: May) -> Things:
    """Return the questions about publications that have a second revision, which is a draft."""
    return things.of_publication(judge, of=lambda one: one.published_at is not None)


_CASE: Final = "/cases/<str:key>"
_FIX: Final = "/fixes/<str:key>"
_ONE: Final = "/publications/<str:identifier>"
_READS: Final = things.of_publication(may.READ_PUBLICATION)
_WRITES: Final = things.of_publication(may.WRITE_PUBLICATION)
_RESPONDS: Final = things.of_fix(may.respond_to_fix)
_COORDINATES: Final = of_case(sentences.COORDINATE)

_FIXES: Final = (
    _get(f"{_CASE}/fixes", things.fixes_of_case),
    _post(f"{_CASE}/fixes/offer", of_case(sentences.WRITE_CASE), {"release": "9.9.9"}),
    _get(_FIX, things.of_fix(may.READ_FIX)),
    _get(f"{_FIX}/diff", things.of_fix(may.READ_DIFF)),
    # No trial of a world has a receipt.
    _get(f"{_FIX}/receipts/<int:number>", things.of_fix(may.READ_DIFF), is_there=False),
    _post(f"{_FIX}/trial", _RESPONDS),
    _post(f"{_FIX}/look", _RESPONDS, {"accepts": "yes", "words": "because it is so"}),
    _post(f"{_FIX}/withdraw", things.of_fix(may.withdraw_fix), {"why": "because it is so"}),
)

_IDENTIFIERS: Final = (
    _get(f"{_CASE}/publication", of_case(sentences.READ_CASE)),
    _post(f"{_CASE}/publication/begin", _COORDINATES),
    _post(f"{_CASE}/cve/reserve", _COORDINATES),
    _post(f"{_CASE}/cve/assign", _COORDINATES, {"number": "CVE-2026-99998", "cna": "a"}),
    _post(f"{_CASE}/cve/back", _COORDINATES),
    _get("/cve", only(may.read_funnel)),
    Route(
        "POST /cve/<str:number>/reject",
        Web("POST", "/cve/{key}/reject", form=_BECAUSE),
        things.of_cve(may.REJECT_CVE),
        changes=True,
        redraws=True,
    ),
)

_PUBLICATIONS: Final = (
    _get("/publications", once),
    _get("/publications", things.titled, "?text={mark}", narrows=True),
    _get(_ONE, _READS),
    _get(f"{_ONE}/documents/<str:word>", _READS),
    _get(f"{_ONE}/documents/<str:word>", _of_drafts(may.EXAMINE_PUBLICATION), "?revision=2"),
    _get(f"{_ONE}/documents/<str:word>/save", _of_drafts(may.EXAMINE_PUBLICATION), "?revision=2"),
    _get(f"{_ONE}/differences", _READS),
    _get(f"{_ONE}/differences", _of_drafts(may.EXAMINE_PUBLICATION), "?from=1&to=2&format=osv"),
    _get(f"{_ONE}/edit", _WRITES),
    _get(f"{_ONE}/approve", _WRITES),
    _post(f"{_ONE}/edit", _WRITES, {"edits": "0", "words": "because it is so", "title": "a"}),
    _post(f"{_ONE}/recompose", _WRITES, {"edits": "0", "part": "weaknesses"}),
    _post(f"{_ONE}/submit", _WRITES),
    _post(f"{_ONE}/give-back", _WRITES, _BECAUSE),
    _post(f"{_ONE}/approve", _WRITES, {"digest": "0" * 64}),
    _post(f"{_ONE}/call-back", _WRITES, _BECAUSE),
    _post(f"{_ONE}/drop", _WRITES, _BECAUSE),
    _post(f"{_ONE}/schedule", _WRITES, {"publish_at": LATER[:16]}),
    _post(f"{_ONE}/address", _WRITES, {"tlp": "TLP:CLEAR", "edits": "0"}),
    _post(f"{_ONE}/share", _WRITES),
    _post(f"{_ONE}/unshare", _WRITES),
    _post(f"{_ONE}/revise", _WRITES, {"words": "because it is so"}),
    _post(f"{_ONE}/withdraw", _WRITES, _BECAUSE),
)

PAGES_OF_PUBLICATIONS: Final = (*_FIXES, *_IDENTIFIERS, *_PUBLICATIONS)
