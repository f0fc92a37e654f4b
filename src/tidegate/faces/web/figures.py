"""What is public of engagements, for everybody and without signing in: counts, and nothing by name.

They stand as they were at the end of yesterday, so that nobody sees one engagement begin or end.
"""

from __future__ import annotations

from typing import Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, path
from django.utils import timezone
from django.views.decorators.http import require_safe

from tidegate.desks.reviews.queries.figures import figures

_FOR_MINUTES: Final = "public, max-age=300"


@require_safe
def show(request: HttpRequest) -> HttpResponse:
    """Show the counts."""
    shown = {"figures": figures(timezone.now())}
    answer = render(request, "console/reviews/figures.html", shown)
    answer.headers["Cache-Control"] = _FOR_MINUTES
    return answer


urlpatterns: Final[list[URLPattern]] = [path("", show, name="figures")]
