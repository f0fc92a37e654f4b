"""API tokens of the person who is signed in: made, shown once, revoked."""

from __future__ import annotations

from typing import Any, Final

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from tidegate.desks.access.keys import as_written
from tidegate.desks.access.refusals import NotFoundError
from tidegate.desks.access.words import Scope
from tidegate.desks.parties.models import Organisation
from tidegate.desks.parties.queries.lists import TokenRow, list_tokens
from tidegate.desks.parties.services.refusals import NotPossibleError
from tidegate.desks.parties.services.texts import LONGEST_NAME
from tidegate.desks.parties.services.tokens import (
    DEFAULT_DAYS,
    MOST_DAYS,
    create_token,
    revoke_token,
)
from tidegate.faces.console.views.account import person_of
from tidegate.faces.console.views.recently import recently_shown
from tidegate.faces.web.acting import VIA, actor_of_request

_SCOPES: Final = {
    Scope.READ: "read",
    Scope.HAND_IN: "hand in findings",
    Scope.WRITE: "write, judge, consent",
    Scope.ADMINISTER: "administer",
}


class TokenForm(forms.Form):
    """A new token."""

    name = forms.CharField(label="Name", max_length=LONGEST_NAME)
    scopes = forms.MultipleChoiceField(
        label="It may", choices=[(scope.value, label) for scope, label in _SCOPES.items()]
    )
    organisation = forms.ChoiceField(label="Good for", required=False)
    days = forms.IntegerField(
        label="Days that it is good for",
        min_value=1,
        max_value=MOST_DAYS,
        initial=DEFAULT_DAYS,
    )

    def __init__(self, organisations: list[tuple[str, str]], *arguments: Any, **more: Any) -> None:
        super().__init__(*arguments, **more)
        choices = forms.ChoiceField(choices=organisations)
        self.fields["organisation"].choices = choices.choices  # type: ignore[attr-defined]


@require_http_methods(["GET", "POST"])
@recently_shown
def index(request: HttpRequest) -> HttpResponse:
    """Show the own tokens; make one, and show its secret this once."""
    person_of(request)
    if request.method == "GET":
        return _page(request, TokenForm(_organisations(request)))
    form = TokenForm(_organisations(request), request.POST)
    if not form.is_valid():
        return _page(request, form)
    said = form.cleaned_data
    try:
        made = create_token(
            actor_of_request(request),
            said["name"],
            [Scope(word) for word in said["scopes"]],
            organisation=said["organisation"],
            days=said["days"],
            at=timezone.now(),
        )
    except (NotPossibleError, NotFoundError) as error:
        return _page(request, form, refusal=str(error))
    return _page(request, TokenForm(_organisations(request)), secret=made.secret)


@require_POST
def revoke(request: HttpRequest, key: str) -> HttpResponse:
    """End a token."""
    person_of(request)
    if as_written(key) not in {token.key for token in _tokens(request)}:
        raise Http404
    try:
        token = revoke_token(actor_of_request(request), key, at=timezone.now())
    except NotFoundError as error:
        raise Http404(str(error)) from error
    except NotPossibleError as error:
        return _page(request, TokenForm(_organisations(request)), refusal=str(error))
    messages.success(request, f"{token.name} does not sign in any more.")
    return redirect("console:tokens")


def _organisations(request: HttpRequest) -> list[tuple[str, str]]:
    rows = Organisation.objects.filter(pk__in=actor_of_request(request).organisations)
    own = [(row.key, row.name) for row in rows.order_by("name")]
    return own if VIA in request.session else [("", "all of mine"), *own]


def _tokens(request: HttpRequest) -> list[TokenRow]:
    """Return the own tokens; in a session through a provider, those of its organisation alone."""
    rows, via = list_tokens(actor_of_request(request), at=timezone.now()), request.session.get(VIA)
    return rows if via is None else [row for row in rows if row.organisation == via]


def _page(
    request: HttpRequest, form: TokenForm, *, refusal: str = "", secret: str = ""
) -> HttpResponse:
    shown = {
        "section": "account",
        "form": form,
        "chosen": form["scopes"].value() or [Scope.READ.value],
        "refusal": refusal,
        "secret": secret,
        "tokens": _tokens(request),
    }
    bad = bool(refusal or form.errors)
    return render(request, "account/tokens.html", shown, status=422 if bad else 200)
