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

PAGES: Final = (*CONSOLE, *ACCOUNT)
OPERATIONS: Final = API
COMMANDS: Final = COMMAND

KNOWN: Final = (*PAGES, *OPERATIONS, *COMMANDS)
ASKED_BY_EACH: Final = (*CONSOLE, *OPERATIONS, *COMMANDS)
"""Without what is the framework's own, or open to everybody."""
