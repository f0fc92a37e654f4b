"""Handing in: a file, the finder's name, and at once an answer for every record of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from tidegate.desks.findings.models import Delivery
from tidegate.desks.findings.services import intake
from tidegate.engines.formats.reports import Format
from tidegate.engines.formats.targets import TargetError, parse_target
from tidegate.faces.console.views.showing import asking, page
from tidegate.faces.web.acting import actor_of_request as actor_of

_LONGEST_FINDER: Final = 200
_LONGEST_TARGET: Final = 4096

FORMATS: Final = {
    Format.FINDING: "Tidegate finding",
    Format.SARIF: "SARIF 2.1.0",
    Format.OSV: "OSV 1.7",
    Format.MANTIS: "Mantis",
    Format.CSAF_REPORT: "CSAF 2.1 vulnerability report",
    Format.VINCE: "VINCE case",
}


@require_http_methods(["GET", "POST"])
@asking
def hand_in(request: HttpRequest) -> HttpResponse:
    """Show the form; take in a file and lead to its delivery."""
    if request.method == "GET":
        return _form(request, {})
    file = request.FILES.get("file")
    problems = _problems(request, file)
    if problems or not isinstance(file, UploadedFile):
        return _form(request, problems)
    word = request.POST.get("format", "")
    delivery = intake.receive(
        actor_of(request),
        file,
        name=file.name or "upload",
        finder=request.POST.get("finder", "").strip(),
        organisation=request.POST.get("organisation", ""),
        channel=Delivery.Channel.UPLOAD,
        format=Format(word) if word else None,
        target=request.POST.get("target", "").strip(),
    )
    return redirect(f"/deliveries/{delivery.key}?new=1")


def _form(request: HttpRequest, problems: Mapping[str, str]) -> HttpResponse:
    return page(
        request,
        "intake",
        "intake",
        status=422 if problems else 200,
        formats=[(word.value, label) for word, label in FORMATS.items()],
        problems=problems,
        finder=request.POST.get("finder", "")[:_LONGEST_FINDER],
        target=request.POST.get("target", "")[:_LONGEST_TARGET],
        chosen=request.POST.get("format", ""),
    )


def _problems(request: HttpRequest, file: object) -> dict[str, str]:
    """Return what is wrong with a form, by its fields; each text says what to do."""
    problems: dict[str, str] = {}
    finder = request.POST.get("finder", "").strip()
    if len(finder) > _LONGEST_FINDER or not finder.isprintable():
        problems["finder"] = f"Write at most {_LONGEST_FINDER} printable characters on one line."
    if not isinstance(file, UploadedFile):
        problems["file"] = "No file was chosen; choose one, or drop it here."
    if request.POST.get("format", "") not in {"", *(word.value for word in Format)}:
        problems["format"] = "This format is not known; let it be recognised by content."
    target = request.POST.get("target", "").strip()
    if target:
        try:
            parse_target(target[:_LONGEST_TARGET])
        except TargetError as error:
            problems["target"] = f"This {error}; write one such as pkg:npm/minimist@1.2.0."
    return problems
