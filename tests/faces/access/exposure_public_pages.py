"""What is asked, for whoever has not signed in: the docket; and what comes due, behind a secret.

A new page stands here with what it shows, or the build fails.
"""

from __future__ import annotations

from typing import Final

from tests.faces.access import things
from tests.faces.access.faces import Web
from tests.faces.access.questions import Route, once

PUBLIC_PAGES_OF_EXPOSURE: Final = (
    # Days that are the same for everybody, and nothing of anybody's own.
    *(Route(f"GET {path}", Web("GET", path), once) for path in ("/docket", "/docket.ics")),
    Route("GET /docket.atom", Web("GET", "/docket.atom"), once),
    *(
        Route(
            f"GET /feeds/<str:secret>/{file}",
            Web("GET", f"/feeds/{{secret}}/{file}"),
            things.own_feeds,
        )
        for file in ("due.ics", "due.xml")
    ),
)
