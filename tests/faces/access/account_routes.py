"""Signing in and the own account, what is open to everybody, and what is no route at all.

What is the framework's own is about whoever asks alone, so it is asked without a name: nothing that
is foreign to them may be in the answer. What signing in tells strangers is tested beside it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from tests.desks.access.oracle import Reader
from tests.desks.access.world import World
from tests.faces.access import things
from tests.faces.access.faces import Web
from tests.faces.access.questions import ABSENT_NUMBER, Asked, Route, named, never, once

_KEY: Final = "1-c8vq2b-0123456789abcdef0123456789abcdef"

_FORMS: Final = (
    "login/",
    "reauthenticate/",
    "password/change/",
    "password/set/",
    "password/reset/",
    "2fa/reauthenticate/",
    "2fa/totp/activate/",
    "2fa/totp/deactivate/",
    "2fa/recovery-codes/generate/",
    "2fa/webauthn/add/",
    "2fa/webauthn/reauthenticate/",
    "2fa/webauthn/login/",
    "2fa/webauthn/keys/<int:pk>/edit/",
    "sessions/",
    r"^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
)
_SHORT_FORMS: Final = (
    "logout/",
    "confirm-email/<str:key>/",
    "2fa/authenticate/",
    "2fa/webauthn/keys/<int:pk>/remove/",
)
_PAGES: Final = (
    "password/reset/done/",
    "password/reset/key/done/",
    "2fa/",
    "2fa/recovery-codes/",
    "2fa/recovery-codes/download/",
    "2fa/webauthn/",
    "provider/<str:provider_id>/login/callback/",
    "provider/cancelled/",
)


def _account(pattern: str, method: str) -> Route:
    path = pattern.replace(r"^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$", _RESET)
    for name in ("<str:key>", "<str:provider_id>"):
        path = path.replace(name, _KEY)
    path = path.replace("<int:pk>", ABSENT_NUMBER)
    form: dict[str, str] | None = None if method == "GET" else {}
    question = Web(method if method != "ANY" else "GET", f"/account/{path}", form=form)
    return Route(f"{method} /account/{pattern}", question, once, is_there=False)


_RESET: Final = f"password/reset/key/{_KEY}/"


def _accounts() -> Iterable[Route]:
    for pattern in _FORMS:
        for method in ("GET", "POST", "PUT"):
            yield _account(pattern, method)
    for pattern in _SHORT_FORMS:
        for method in ("GET", "POST"):
            yield _account(pattern, method)
    for pattern in _PAGES:
        yield _account(pattern, "GET")
    yield _account("2fa/webauthn/keys/<int:pk>/remove/", "DELETE")
    yield _account("confirm-email/", "ANY")


def _by_provider(world: World, reader: Reader) -> Iterator[Asked]:
    """Yield the questions of whoever names their organisation to sign in, by its key."""
    for one in world.organisations:
        yield Asked((named("organisation", one, one == world.with_provider),))


def _without_provider(world: World, reader: Reader) -> Iterator[Asked]:
    """Yield the questions about organisations whose people sign in here."""
    for one in world.organisations:
        if one != world.with_provider:
            yield Asked((named("organisation", one, False),))


_OPEN: Final = (
    Route("GET /ledger/checkpoint", Web("GET", "/ledger/checkpoint"), once, is_there=False),
    Route("GET /ledger/tile/<path:name>", Web("GET", "/ledger/tile/0/000"), once, is_there=False),
    Route("GET /ledger/verify_ledger.py", Web("GET", "/ledger/verify_ledger.py"), once),
    # Counts of engagements, and nothing by name.
    Route("GET /figures/", Web("GET", "/figures/"), once),
    Route(
        "GET /feeds/<str:secret>/atom.xml", Web("GET", "/feeds/{secret}/atom.xml"), things.own_feeds
    ),
    Route(
        "POST /account/organisation/",
        Web("POST", "/account/organisation/", form={"organisation": "{organisation}"}),
        _by_provider,
        changes=True,
    ),
    # One that has a provider leads to it, which would be asked for where it is.
    *(
        Route(
            f"{method} /account/provider/<str:provider_id>/login/",
            Web(method, "/account/provider/{organisation}/login/"),
            _without_provider,
            changes=method == "POST",
            lets_nobody_in=True,
        )
        for method in ("GET", "POST")
    ),
)

_NO_ROUTES: Final = (
    *(
        Route(f"ANY /api/v1/{name}", None, never, why="the same for everybody, and made of code")
        for name in ("openapi.json", "docs")
    ),
    Route("ANY /api/v1/", Web("GET", "/api/v1/nothing"), once, is_there=False),
    Route("ANY /^api/", Web("GET", "/api/nothing"), once, is_there=False),
)

ACCOUNT: Final = (*_accounts(), *_OPEN, *_NO_ROUTES)
