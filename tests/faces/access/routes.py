"""Every way to ask that the access test knows: pages, operations of the API, commands.

`test_every_route_is_known` holds this against what is declared. Whoever adds a route says here
which things it is about and which sentence of the policy it follows.
"""

from __future__ import annotations

from typing import Final

from tests.faces.access.account_routes import ACCOUNT
from tests.faces.access.api_routes import API
from tests.faces.access.command_routes import COMMAND
from tests.faces.access.console_routes import CONSOLE
from tests.faces.access.exposure_asking_pages import ASKING_PAGES_OF_EXPOSURE
from tests.faces.access.exposure_commands import COMMANDS_OF_EXPOSURE
from tests.faces.access.exposure_operations import OPERATIONS_OF_EXPOSURE
from tests.faces.access.exposure_pages import PAGES_OF_EXPOSURE
from tests.faces.access.exposure_public_pages import PUBLIC_PAGES_OF_EXPOSURE
from tests.faces.access.publication_commands import COMMANDS_OF_PUBLICATIONS
from tests.faces.access.publication_operations import OPERATIONS_OF_PUBLICATIONS
from tests.faces.access.publication_pages import PAGES_OF_PUBLICATIONS
from tests.faces.access.publication_public_pages import (
    ADVISORY_PAGES,
    PUBLIC_PAGES_OF_PUBLICATIONS,
)
from tests.faces.access.review_commands import COMMANDS_OF_REVIEWS
from tests.faces.access.review_operations import OPERATIONS_OF_REVIEWS
from tests.faces.access.review_pages import PAGES_OF_REVIEWS

_OF_EXPOSURE: Final = (*PAGES_OF_EXPOSURE, *ASKING_PAGES_OF_EXPOSURE)
PAGES: Final = (
    *CONSOLE,
    *PAGES_OF_REVIEWS,
    *_OF_EXPOSURE,
    *PUBLIC_PAGES_OF_EXPOSURE,
    *PAGES_OF_PUBLICATIONS,
    *ADVISORY_PAGES,
    *PUBLIC_PAGES_OF_PUBLICATIONS,
    *ACCOUNT,
)
OPERATIONS: Final = (
    *API,
    *OPERATIONS_OF_REVIEWS,
    *OPERATIONS_OF_EXPOSURE,
    *OPERATIONS_OF_PUBLICATIONS,
)
COMMANDS: Final = (
    *COMMAND,
    *COMMANDS_OF_REVIEWS,
    *COMMANDS_OF_EXPOSURE,
    *COMMANDS_OF_PUBLICATIONS,
)

KNOWN: Final = (*PAGES, *OPERATIONS, *COMMANDS)
ASKED_BY_EACH: Final = (
    *CONSOLE,
    *PAGES_OF_REVIEWS,
    *_OF_EXPOSURE,
    *PAGES_OF_PUBLICATIONS,
    *ADVISORY_PAGES,
    *OPERATIONS,
    *COMMANDS,
)
"""Without what is the framework's own, or open to everybody."""
OF_REVIEWS: Final = frozenset(
    route.name for route in (*PAGES_OF_REVIEWS, *OPERATIONS_OF_REVIEWS, *COMMANDS_OF_REVIEWS)
)
"""Three faces lead to the same services and queries of engagements: each of these is asked until it
has let somebody in, and kept somebody out, and what they tell is asked by some of the others."""
OF_EXPOSURE: Final = frozenset(
    route.name for route in (*_OF_EXPOSURE, *COMMANDS_OF_EXPOSURE, *OPERATIONS_OF_EXPOSURE)
)
"""Those of what operators run; they are asked as sparingly, for the same reason."""

OF_PUBLICATIONS: Final = frozenset(
    route.name
    for route in (
        *PAGES_OF_PUBLICATIONS,
        *ADVISORY_PAGES,
        *COMMANDS_OF_PUBLICATIONS,
        *OPERATIONS_OF_PUBLICATIONS,
    )
)
"""Those of what is published; they are asked as sparingly."""
