"""The addresses of the pages of what is published: the desk's, and those of the world."""

from __future__ import annotations

from typing import Final

from django.urls import URLPattern, path

from tidegate.faces.console.views.publications import (
    approving,
    comparing,
    cve,
    editing,
    fixes,
    listing,
    publication,
)

_CASE: Final = "cases/<str:key>"
_FIX: Final = "fixes/<str:key>"
_ONE: Final = "publications/<str:identifier>"

DESK: Final[list[URLPattern]] = [
    path(f"{_CASE}/fixes", fixes.of_case, name="case-fixes"),
    path(f"{_CASE}/fixes/offer", fixes.offer, name="offer-fix"),
    path(_FIX, fixes.show, name="fix"),
    path(f"{_FIX}/trial", fixes.ask_for_trial, name="try-fix"),
    path(f"{_FIX}/look", fixes.look, name="look-at-fix"),
    path(f"{_FIX}/withdraw", fixes.withdraw, name="withdraw-fix"),
    path(f"{_FIX}/diff", fixes.save_diff, name="fix-diff"),
    path(f"{_FIX}/receipts/<int:number>", fixes.save_receipt, name="fix-receipt"),
    path(f"{_CASE}/publication", cve.of_case, name="case-publication"),
    path(f"{_CASE}/publication/begin", cve.begin, name="begin-publication"),
    path(f"{_CASE}/cve/reserve", cve.reserve, name="reserve-cve"),
    path(f"{_CASE}/cve/assign", cve.assign, name="assign-cve"),
    path(f"{_CASE}/cve/back", cve.take_back, name="take-cve-back"),
    path("cve", cve.index, name="cve"),
    path("cve/<str:number>/reject", cve.reject, name="reject-cve"),
    path("publications", listing.index, name="publications"),
    path(_ONE, publication.show, name="publication"),
    path(f"{_ONE}/edit", editing.edit, name="edit-publication"),
    path(f"{_ONE}/recompose", editing.recompose, name="recompose-publication"),
    path(f"{_ONE}/documents/<str:word>", comparing.show_document, name="publication-document"),
    path(
        f"{_ONE}/documents/<str:word>/save",
        comparing.save_document,
        name="save-document",
    ),
    path(f"{_ONE}/differences", comparing.show_differences, name="publication-differences"),
    path(f"{_ONE}/submit", publication.submit, name="submit-publication"),
    path(f"{_ONE}/give-back", publication.give_back, name="give-publication-back"),
    path(f"{_ONE}/approve", approving.approve, name="approve-publication"),
    path(f"{_ONE}/call-back", publication.call_back, name="call-publication-back"),
    path(f"{_ONE}/drop", publication.drop, name="drop-publication"),
    path(f"{_ONE}/schedule", publication.schedule, name="schedule-publication"),
    path(f"{_ONE}/address", publication.address, name="address-publication"),
    path(f"{_ONE}/share", publication.share, name="share-publication"),
    path(f"{_ONE}/unshare", publication.unshare, name="unshare-publication"),
    path(f"{_ONE}/revise", publication.revise, name="revise-publication"),
    path(f"{_ONE}/withdraw", publication.withdraw, name="withdraw-publication"),
]
"""The pages of those who write, approve and look."""

PUBLICATIONS: Final[list[URLPattern]] = [*DESK]
