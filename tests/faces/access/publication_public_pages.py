"""What is published, for whoever has not signed in and for whoever has; and how far it has come.

A new page stands here with the sentence of the policy that it follows, or the build fails.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from tests.desks.access.oracle import Reader
from tests.desks.access.world import World
from tests.faces.access import exposure_sentences, sentences
from tests.faces.access import publication_sentences as may
from tests.faces.access import publication_things as things
from tests.faces.access.faces import Web
from tests.faces.access.publication_things import AGE_KEY, Things
from tests.faces.access.questions import Asked, Part, Route, marked, never, once, only

_ADVISORY: Final = "/advisories/<str:name>"
_FIX: Final = "/advisories/<str:identifier>/fixes/<path:name>"
_ADOPTION: Final = "/publications/<str:name>/adoption"
_KEYS: Final = "/organisation/<str:key>/keys"
_BECAUSE: Final = "because it is so"


def _get(
    pattern: str, asked: Things, path: str, *, narrows: bool = False, closed: bool = False
) -> Route:
    return Route(f"GET {pattern}", Web("GET", path), asked, narrows=narrows, lets_nobody_in=closed)


def _post(pattern: str, asked: Things, path: str, form: Mapping[str, Any]) -> Route:
    question = Web("POST", path, form=form)
    # Whoever reads what they ask about may be told otherwise that it is not theirs to change.
    return Route(f"POST {pattern}", question, asked, changes=True, redraws=True)


def _titled(world: World, reader: Reader) -> Iterator[Asked]:
    """Yield the questions that search what is out by its title."""
    for one in filter(may.is_out, world.publications):
        yield Asked((marked("mark", one.title, may.read_what_is_out(reader, one)),))


def _operated(reader: Reader, world: World) -> bool:
    """Say whether somebody reads what some operator runs."""
    return any(exposure_sentences.read_operator(reader, one) for one in world.organisations)


def _adoption(*, grouped: bool) -> Things:
    """Return the questions about how far a publication has come: for all, or for one's own."""
    counts = may.read_groups if grouped else may.read_curve

    def asked(world: World, reader: Reader) -> Iterator[Asked]:
        for one in world.publications:
            own = may.read_what_is_out(reader, one) and _operated(reader, world)
            allowed = counts(reader, one) or own
            yield Asked((things.publication(one, allowed, reader),))

    return asked


def _own(world: World, reader: Reader) -> Iterator[Asked]:
    """Yield the question for what concerns an operator: to who reads what one runs."""
    yield Asked((Part("nothing", "", _operated(reader, world), ""),))


def _not_theirs(world: World, reader: Reader) -> Iterator[Asked]:
    """Yield the questions about documents of what somebody does not read.

    No publication of a world has documents; of what they read, they are told that.
    """
    for one in world.publications:
        if not may.read_what_is_out(reader, one):
            yield Asked((things.publication(one, allowed=False, reader=reader),))


_OUT: Final = things.of_publication(may.read_what_is_out)

ADVISORY_PAGES: Final = (
    _get("/advisories/", _titled, "/advisories/?text={mark}", narrows=True),
    _get("/advisories/", once, "/advisories/"),
    _get(_ADVISORY, _OUT, "/advisories/{key}"),
    _get(_ADVISORY, _not_theirs, "/advisories/{key}.osv.json"),
    _get(_FIX, _not_theirs, "/advisories/{key}/fixes/a.diff", closed=True),
    _get(_ADOPTION, _adoption(grouped=False), "/publications/{key}/adoption"),
    _get(_ADOPTION, _adoption(grouped=True), "/publications/{key}/adoption?by=sector"),
    *(
        route
        for ending in ("", ".csv", ".json")
        for route in (
            _get(
                f"{_ADOPTION}{ending}",
                things.for_operators,
                f"/publications/{{key}}/adoption{ending}?operator={{organisation}}",
            ),
            _get(
                f"{_ADOPTION}{ending}",
                _adoption(grouped=True),
                f"/publications/{{key}}/adoption{ending}?by=scope",
            ),
        )
    ),
    _get("/funnel", only(may.read_funnel), "/funnel"),
    _get("/funnel.json", only(may.read_funnel), "/funnel.json"),
    _get("/published", _own, "/published"),
    _get(
        "/published",
        things.of_organisation(exposure_sentences.read_operator),
        "/published?operator={organisation}",
    ),
    _get(
        _KEYS,
        things.of_organisation(sentences.SEE_ORGANISATION),
        "/organisation/{organisation}/keys",
    ),
    _post(
        f"{_KEYS}/register",
        things.of_organisation(may.register_recipient),
        "/organisation/{organisation}/keys/register",
        {"recipient": AGE_KEY, "name": "a"},
    ),
    _post(
        f"{_KEYS}/revoke",
        things.of_recipient,
        "/organisation/{organisation}/keys/revoke",
        {"recipient": "age1{mark}", "reason": _BECAUSE},
    ),
)
"""Asked by everybody, for what they are told depends on who asks."""

_FILES: Final = (
    "/.well-known/security.txt",
    "/.well-known/csaf/",
    "/.well-known/csaf/<path:name>",
    "/csaf/",
    "/csaf/<path:name>",
    "/osv/",
    "/osv/<path:name>",
    "/updates/<path:name>",
    "/advisories/feed.atom",
)

PUBLIC_PAGES_OF_PUBLICATIONS: Final = (
    Route("GET /advisories", Web("GET", "/advisories"), once),
    *(
        Route(
            f"GET {pattern}",
            None,
            never,
            why="it is a file of what was published; whoever asks is not looked at",
        )
        for pattern in _FILES
    ),
)
"""The same for everybody."""
