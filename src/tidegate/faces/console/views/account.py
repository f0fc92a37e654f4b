"""The own account: name, zone, places, and what else there is to sign in with."""

from __future__ import annotations

from functools import cache

from allauth.mfa.models import Authenticator
from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.views.decorators.http import require_http_methods, require_POST

from tidegate.desks.access.refusals import NotFoundError
from tidegate.desks.parties.models import Organisation, Person
from tidegate.desks.parties.queries.lists import list_people, list_tokens
from tidegate.desks.parties.services.memberships import leave
from tidegate.desks.parties.services.persons import change_profile
from tidegate.desks.parties.services.refusals import NotPossibleError
from tidegate.desks.parties.services.texts import LONGEST_NAME, time_zones
from tidegate.faces.web.acting import VIA, actor_of_request

_ANOTHER_WAY = (
    "your name is the same wherever you have a place; sign in with your own password or passkey to"
    " change it"
)
_WORDS = {
    Authenticator.Type.TOTP: "authenticator app",
    Authenticator.Type.RECOVERY_CODES: "recovery codes",
    Authenticator.Type.WEBAUTHN: "passkeys",
}


class ProfileForm(forms.Form):
    """What a person says of themselves."""

    name = forms.CharField(
        label="Name",
        max_length=LONGEST_NAME,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    time_zone = forms.CharField(
        label="Time zone",
        max_length=64,
        widget=forms.TextInput(attrs={"list": "time-zones", "autocomplete": "off"}),
    )


@require_http_methods(["GET", "POST"])
def show(request: HttpRequest) -> HttpResponse:
    """Show the own account; change the name and the zone."""
    person = person_of(request)
    said = {"name": person.name, "time_zone": person.time_zone}
    form = ProfileForm(request.POST or None, initial=said)
    if request.method == "POST" and VIA in request.session:
        return _page(request, person, form, refusal=_ANOTHER_WAY)
    if request.method == "POST" and form.is_valid():
        try:
            change_profile(
                actor_of_request(request),
                name=form.cleaned_data["name"],
                time_zone=form.cleaned_data["time_zone"],
                at=timezone.now(),
            )
        except NotPossibleError as error:
            return _page(request, person, form, refusal=str(error))
        messages.success(request, "Your account is changed.")
        return redirect("console:account")
    return _page(request, person, form)


@require_POST
def leave_place(request: HttpRequest, organisation: str) -> HttpResponse:
    """Give up the own place in an organisation."""
    person = person_of(request)
    try:
        place = leave(actor_of_request(request), organisation, at=timezone.now())
    except NotFoundError as error:
        raise Http404(str(error)) from error
    except NotPossibleError as error:
        said = {"name": person.name, "time_zone": person.time_zone}
        return _page(request, person, ProfileForm(initial=said), refusal=str(error))
    messages.success(request, f"You have left {place.organisation.name}.")
    return redirect("console:account")


def person_of(request: HttpRequest) -> Person:
    """Return who is signed in.

    Raises:
        Http404: nobody is; `SignedInMiddleware` has let them past for nothing.
    """
    if not isinstance(request.user, Person) or actor_of_request(request).person is None:
        raise Http404
    return request.user


@cache
def _zones() -> SafeString:
    """Return every time zone, as a browser proposes them."""
    return format_html_join("", '<option value="{}">', ((zone,) for zone in time_zones()))


def _page(
    request: HttpRequest, person: Person, form: ProfileForm, *, refusal: str = ""
) -> HttpResponse:
    actor = actor_of_request(request)
    known = Authenticator.objects.filter(user=person).values_list("type", flat=True)
    named = request.session.get(VIA)
    via = Organisation.objects.filter(key=named).first() if named else None
    shown = {
        "section": "account",
        "person": person,
        "form": form,
        "refusal": refusal,
        "places": [place for place in list_people(actor) if place.person == person.key],
        "factors": ", ".join(word for kind, word in _WORDS.items() if kind in known),
        "tokens": len(list_tokens(actor, at=timezone.now())),
        "has_password": person.has_usable_password(),
        "via": via.name if via else "",
        "zones": _zones(),
    }
    bad = bool(refusal or form.errors)
    return render(request, "account/account.html", shown, status=422 if bad else 200)
