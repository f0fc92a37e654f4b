# ruff: noqa: ARG002 - allauth calls these with all that it has.
"""Signing in with a password, and what allauth asks of this house about accounts.

Nobody makes an account here: one is opened through an invitation. A suspended person is answered
like a wrong password, whatever they show. `next` leads to a page of our own, or nowhere.
"""

from __future__ import annotations

import logging
from smtplib import SMTPException
from typing import Any, Final

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.auth_backends import AuthenticationBackend
from allauth.account.authentication import get_authentication_records
from allauth.account.forms import UserTokenForm
from allauth.core.exceptions import ImmediateHttpResponse
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from tidegate.desks.parties.models import Person
from tidegate.faces.web.acting import VIA

_log: Final = logging.getLogger(__name__)


class Backend(AuthenticationBackend):  # type: ignore[misc]
    """Checks a password; one that is right for a suspended person is wrong."""

    @classmethod
    def _stash_user(cls, user: Person | None) -> None:
        """Keep nobody: allauth would tell a suspended person that the password was right."""

    def _authenticate_by_email(self, email: str, password: str) -> Person | None:
        """Ask one table once, whoever has the address; allauth asks a second one for some."""
        person = Person.objects.filter(email=email.strip().lower()).first()
        found: Person | None = self._check_password(person, password)
        return found


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """What allauth asks about accounts."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Say no: whoever is invited opens an account through the invitation."""
        return False

    def is_safe_url(self, url: str) -> bool:
        """Say whether an address leads to a page of ours: it is a path, and names no host."""
        is_path = url.startswith("/") and url.isprintable()
        return is_path and url_has_allowed_host_and_scheme(url, allowed_hosts=None)

    def login(self, request: HttpRequest, user: Person) -> None:
        """Begin a session, unless the person was suspended while they signed in."""
        if not is_standing(user):
            raise ImmediateHttpResponse(self.respond_user_inactive(request, user))
        providers = [
            record["provider"]
            for record in get_authentication_records(request, user)
            if record.get("method") == "socialaccount"
        ]
        super().login(request, user)
        request.session.pop(VIA, None)
        if providers:
            request.session[VIA] = providers[-1]

    def respond_user_inactive(self, request: HttpRequest, user: Person) -> HttpResponse:
        """Answer a suspended person like somebody who has shown nothing that is right."""
        said = str(self.error_messages["email_password_mismatch"])
        messages.add_message(request, messages.ERROR, said)
        return HttpResponseRedirect(reverse("account_login"))

    def get_reset_password_from_key_url(self, key: str) -> str:
        """Return the address under which a new password is set, for a mail."""
        path = reverse("account_reset_password_from_key", kwargs={"uidb36": "U", "key": "K"})
        return absolute(path.replace("U-K", key), self.request)

    def get_email_confirmation_url(self, request: HttpRequest, emailconfirmation: Any) -> str:
        """Return the address under which an e-mail address is confirmed, for a mail."""
        path = reverse("account_confirm_email", args=[emailconfirmation.key])
        return absolute(path, request)

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Send a mail; where the server does not take it, the log says so, and nobody else."""
        try:
            super().send_mail(template_prefix, email, context)
        except (SMTPException, OSError):
            _log.exception("a mail could not be sent; check TIDEGATE_SMTP and TIDEGATE_SENDER")

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        # allauth counts by the request's host, too, and so by any port that somebody writes there.
        return str(credentials.get("email", "")).lower()


class NewPasswordForm(UserTokenForm):  # type: ignore[misc]
    """Opens a link to a new password, but not a suspended person's."""

    def _get_user(self, uidb36: str) -> Person | None:
        person = super()._get_user(uidb36)
        return person if person is not None and person.is_active else None


def is_standing(person: Person) -> bool:
    """Say whether a person is not suspended; the table is asked now."""
    return Person.objects.filter(pk=person.pk, is_active=True).exists()


def absolute(path: str, request: HttpRequest) -> str:
    """Return a path with what stands before it, as people reach this instance.

    A request says that, too; but what it says there, whoever sent it has written.
    """
    address: str = settings.REACH.address
    return f"{address}{path}" if address else request.build_absolute_uri(path)
