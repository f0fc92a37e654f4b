"""An invitation's link: sign in and join, or open an account first.

What is answered does not depend on whether the invited address has an account, and neither does how
long it takes: the account is opened when the answer has gone out.
"""

from __future__ import annotations

from functools import partial

from allauth.core import ratelimit
from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from tidegate.desks.parties.models import Invitation, Person
from tidegate.desks.parties.queries.invitations import invitation_of
from tidegate.desks.parties.services.joining import accept, open_account
from tidegate.desks.parties.services.persons import require_good_password
from tidegate.desks.parties.services.refusals import NotPossibleError
from tidegate.desks.parties.services.texts import LONGEST_NAME, kept_name
from tidegate.faces.web.acting import organisation_of
from tidegate.faces.web.sign_in.afterwards import AndThen

_SAID = (
    "If the address had no account before, it has one now: sign in with the password that you"
    " chose. If it had one, its own password is the one that counts."
)


class AccountForm(forms.Form):
    """A new account; its address is that of the invitation."""

    name = forms.CharField(
        label="Your name",
        max_length=LONGEST_NAME,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    password = forms.CharField(
        label="A password",
        max_length=4096,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )


@never_cache
@require_http_methods(["GET", "POST"])
def join(request: HttpRequest, secret: str) -> HttpResponse:
    """Show an invitation; open an account for its address, or accept it."""
    invitation = invitation_of(secret, at=timezone.now())
    if invitation is None:
        return render(request, "account/joining.html", status=404)
    if request.method == "GET":
        return _page(request, invitation, AccountForm())
    limited: HttpResponse | None = ratelimit.consume_or_429(request, action="signup")
    if limited is not None:
        return limited
    if request.POST.get("what") == "accept" and isinstance(request.user, Person):
        return _accept(request, invitation, secret)
    return _open(request, invitation, secret)


def _accept(request: HttpRequest, invitation: Invitation, secret: str) -> HttpResponse:
    assert isinstance(request.user, Person)
    try:
        place = accept(request.user, secret, via=organisation_of(request), at=timezone.now())
    except NotPossibleError as error:
        return _page(request, invitation, AccountForm(), refusal=str(error))
    messages.success(request, f"You have a place in {place.organisation.name} now.")
    return redirect("console:account")


def _open(request: HttpRequest, invitation: Invitation, secret: str) -> HttpResponse:
    form = AccountForm(request.POST)
    if not form.is_valid():
        return _page(request, invitation, form)
    name, password = form.cleaned_data["name"], form.cleaned_data["password"]
    try:
        person = Person(email=invitation.email, name=kept_name(name, "a person"))
    except NotPossibleError as error:
        form.add_error("name", str(error))
        return _page(request, invitation, form)
    try:
        require_good_password(password, person)
    except NotPossibleError as error:
        form.add_error("password", str(error))
        return _page(request, invitation, form)
    messages.info(request, _SAID)
    work = partial(open_account, secret, name=name, password=password, at=timezone.now())
    return AndThen(f"{reverse('account_login')}?{urlencode({'next': request.path})}", request, work)


def _page(
    request: HttpRequest, invitation: Invitation, form: AccountForm, *, refusal: str = ""
) -> HttpResponse:
    shown = {"invitation": invitation, "form": form, "refusal": refusal}
    bad = bool(refusal or form.errors)
    return render(request, "account/joining.html", shown, status=422 if bad else 200)
