"""How every page is answered: its template, its part of the console, its status, its refusals."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, Final, ParamSpec

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import render
from django.template.loader import render_to_string

from tidegate.desks.access.refusals import NotFoundError
from tidegate.desks.findings.queries.errors import NotHereError, QueryError
from tidegate.faces.web.refused import note

NOTICES: Final = {
    "merged": "The two cases are one now. Each finding keeps its finder and its time.",
    "undone": "The link is undone. Findings that nothing else held together have parted.",
    "accepted": "The two findings are linked.",
    "declined": "The two findings are held to be two bugs. They will not be nominated again.",
    "again": "Its proof waits to be run once more.",
}
"""What is said after something was done; the address carries the word alone, never a text."""

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponse]


def page(
    request: HttpRequest, template: str, section: str, *, status: int = 200, **context: Any
) -> HttpResponse:
    """Return one page of the console."""
    done = NOTICES.get(request.GET.get("done", ""), "")
    shown = {"section": section, "done": done, **context}
    return render(request, f"console/{template}.html", shown, status=status)


def asking(view: View[P]) -> View[P]:
    """Answer what cannot be found with 404, and what was asked wrongly with 400 and the mend."""

    @wraps(view)
    def answered(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        try:
            return view(request, *args, **kwargs)
        except (NotHereError, NotFoundError) as error:
            note(request, error)
            raise Http404(str(error)) from error
        except QueryError as error:
            said = {"section": "", "reason": str(error), "request": request}
            return HttpResponseBadRequest(render_to_string("400.html", said, request))

    return answered
