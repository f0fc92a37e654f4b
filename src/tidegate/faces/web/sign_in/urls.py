"""The addresses of signing in; all of them begin with `/account/`.

They are those of allauth that this house wants, by name, and no others: nobody signs up, connects
another account, or changes an address here.
"""

from __future__ import annotations

from allauth.account import views as account
from allauth.socialaccount import views as socialaccount
from allauth.usersessions import views as usersessions
from django.urls import URLPattern, URLResolver, include, path, re_path

from tidegate.faces.web.sign_in.resetting import AskForLinkView
from tidegate.faces.web.sign_in.through import begin, choose, come_back

urlpatterns: list[URLPattern | URLResolver] = [
    path("login/", account.login, name="account_login"),
    path("logout/", account.logout, name="account_logout"),
    path("reauthenticate/", account.reauthenticate, name="account_reauthenticate"),
    path("confirm-email/", account.email_verification_sent, name="account_email_verification_sent"),
    path("confirm-email/<str:key>/", account.confirm_email, name="account_confirm_email"),
    path("password/change/", account.password_change, name="account_change_password"),
    path("password/set/", account.password_set, name="account_set_password"),
    path("password/reset/", AskForLinkView.as_view(), name="account_reset_password"),
    path("password/reset/done/", account.password_reset_done, name="account_reset_password_done"),
    path(
        "password/reset/key/done/",
        account.password_reset_from_key_done,
        name="account_reset_password_from_key_done",
    ),
    # As allauth has it: the first part has no dash, and the second may have.
    re_path(
        r"^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        account.password_reset_from_key,
        name="account_reset_password_from_key",
    ),
    path("2fa/", include("allauth.mfa.urls")),
    path("sessions/", usersessions.list_usersessions, name="usersessions_list"),
    path("organisation/", choose, name="account_organisation"),
    path("provider/<str:provider_id>/login/", begin, name="openid_connect_login"),
    path("provider/<str:provider_id>/login/callback/", come_back, name="openid_connect_callback"),
    path(
        "provider/cancelled/",
        socialaccount.login_cancelled,
        name="socialaccount_login_cancelled",
    ),
]
