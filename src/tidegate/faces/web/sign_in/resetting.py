"""Asking for a new password: the same answer, after the same work, for every address."""

from __future__ import annotations

from functools import partial

from allauth.account.forms import ResetPasswordForm
from allauth.account.views import PasswordResetView
from allauth.core import ratelimit
from django import forms
from django.http import HttpRequest, HttpResponse

from tidegate.faces.web.sign_in.afterwards import AndThen


class AddressForm(forms.Form):
    """An address; nothing is looked up by it yet."""

    email = forms.EmailField(
        label="E-mail address",
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "username"}),
    )


class AskForLinkView(PasswordResetView):  # type: ignore[misc]
    """Sends a link to a new password where there is an account, and says the same anyway."""

    form_class = AddressForm

    def form_valid(self, form: AddressForm) -> HttpResponse:
        """Answer; the account is looked for when the answer has gone out."""
        email = form.cleaned_data["email"].lower()
        limited: HttpResponse | None = ratelimit.consume_or_429(
            self.request, action="reset_password", key=email
        )
        if limited is not None:
            return limited
        return AndThen(str(self.success_url), self.request, partial(_send, self.request, email))


def _send(request: HttpRequest, email: str) -> None:
    form = ResetPasswordForm({"email": email})
    if form.is_valid():
        form.save(request)
