"""The addresses of the pages of engagements; a part of the console's."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from django.urls import URLPattern, path

from tidegate.faces.console.views.reviews import (
    access,
    calls,
    determination,
    grants,
    home,
    overview,
    partners,
    people,
    record,
    signing,
    terms,
)


def _of(rest: str, view: Callable[..., Any], name: str) -> URLPattern:
    """Return an address below an engagement's own."""
    return path(f"reviews/<str:key>{rest}", view, name=name)


_PARTY: Final = "/parties/<str:organisation>"
_PERSON: Final = f"{_PARTY}/people/<str:person>"
_PARTNER: Final = "/partners/<str:organisation>"
_GRANT: Final = "/grants/<str:grant>"
_PIECE: Final = "/evidence/<str:piece>"

REVIEWS: Final[list[URLPattern]] = [
    path("reviews", home.index, name="reviews"),
    path("reviews/new", home.new, name="new-engagement"),
    path("reviews/grants/<str:key>", grants.show, name="grant"),
    path("reviews/grants/<str:key>/read", grants.acknowledge, name="read-for-grant"),
    path("reviews/grants/<str:key>/take-up", grants.take_up, name="take-up-grant"),
    path("reviews/grants/<str:key>/end", grants.give_back, name="give-back-grant"),
    _of("", overview.show, "engagement"),
    _of("/change", overview.change, "change-engagement"),
    _of("/propose", overview.propose, "propose-engagement"),
    _of("/window", overview.open_window, "open-window"),
    _of("/window/end", overview.move_end, "move-window"),
    _of("/evaluation", overview.begin_evaluation, "begin-evaluation"),
    _of("/withdraw", overview.withdraw, "withdraw-engagement"),
    _of("/releases", overview.record_release, "record-release"),
    _of("/close", overview.close, "close-engagement"),
    _of("/plug", overview.pull_the_plug, "pull-the-plug"),
    _of("/plug/back", overview.put_back, "put-plug-back"),
    _of("/certificates", overview.certify, "certify-destruction"),
    _of("/reports", overview.report, "report-findings"),
    _of("/terms", terms.show, "terms"),
    _of("/terms/propose", terms.propose, "propose-engagement-terms"),
    _of("/terms/upload", terms.upload, "upload-terms"),
    _of("/terms/default", terms.propose_default, "propose-default-terms"),
    _of("/terms/read", terms.acknowledge, "acknowledge-terms"),
    _of("/terms/<int:number>/back", terms.take_back, "take-terms-back"),
    _of("/terms/<int:number>/document", terms.save_document, "terms-document"),
    _of("/sign/<str:sha256>/options", signing.passkey_options, "passkey-options"),
    _of("/sign/<str:sha256>/passkey", signing.sign_with_passkey, "sign-with-passkey"),
    _of("/sign/<str:sha256>/detached", signing.sign_detached, "sign-detached"),
    _of("/people", people.show, "engagement-people"),
    _of("/parties", people.ask, "ask-party"),
    _of(f"{_PARTY}/end", people.end_part, "end-party"),
    _of(f"{_PARTY}/people", people.name, "name-person"),
    _of(f"{_PARTY}/recipient", people.set_recipient, "set-recipient"),
    _of(f"{_PERSON}/vetting", people.attest, "attest-vetting"),
    _of(f"{_PERSON}/recuse", people.recuse, "recuse-person"),
    _of(f"{_PERSON}/unname", people.unname, "unname-person"),
    _of("/access", access.show, "access"),
    _of("/access/now", access.now, "access-now"),
    _of("/endpoints", access.add_endpoint, "add-endpoint"),
    _of("/endpoints/<str:endpoint>/credential", access.replace_credential, "replace-credential"),
    _of("/endpoints/<str:endpoint>/end", access.end_endpoint, "end-endpoint"),
    _of("/grants", access.ask_for_grant, "ask-for-grant"),
    _of(f"{_GRANT}/issue", access.issue, "issue-grant"),
    _of(f"{_GRANT}/decline", access.decline, "decline-grant"),
    _of(f"{_GRANT}/second", access.second, "second-grant"),
    _of(f"{_GRANT}/revoke", access.revoke, "revoke-grant"),
    _of("/requests/<str:asked>/second", access.second_request, "second-request"),
    _of("/calls", calls.show, "calls"),
    _of("/calls/<str:call>/transcript", calls.save_transcript, "transcript"),
    _of("/calls/<str:call>/ask", calls.ask_for_transcript, "ask-for-transcript"),
    _of("/determination", determination.show, "determination"),
    _of("/determination/decide", determination.determine, "determine"),
    _of("/determination/<int:number>/dissent", determination.dissent, "dissent"),
    _of("/determination/requests/<str:asked>/second", determination.second, "second-decision"),
    _of("/evidence", determination.add_document, "add-evidence"),
    _of("/evidence/digest", determination.add_digest, "add-digest"),
    _of(f"{_PIECE}/aside", determination.set_aside, "set-evidence-aside"),
    _of(f"{_PIECE}/file", determination.save_evidence, "evidence-file"),
    _of("/consultations", determination.consult, "consult"),
    _of("/consultations/answer", determination.note_answer, "note-answer"),
    _of("/partners", partners.show, "partners"),
    _of("/partners/propose", partners.propose, "propose-partner"),
    _of(f"{_PARTNER}/decline", partners.decline, "decline-partner"),
    _of(f"{_PARTNER}/early", partners.let_begin_early, "let-partner-begin"),
    _of(f"{_PARTNER}/end", partners.end, "end-partner"),
    _of(f"{_PARTNER}/record/<int:number>", partners.save_record, "partner-record"),
    _of("/record", record.show, "engagement-record"),
    _of("/record/<int:index>/proof", record.save_proof, "engagement-proof"),
]
