"""Programs of those who take part in a review, and how far they have come with each other."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from tests.desks.reviews import making
from tests.faces.api.programs import Program, ahead
from tests.faces.reviewing import PURPOSE, Sides, sides, signed
from tidegate.desks.reviews.models import NamedPerson
from tidegate.desks.reviews.states.engagements import State

RECIPIENT = "age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p"
"""From: the README of https://github.com/FiloSottile/age, an example."""


@dataclass
class Room:
    """Programs of all sides, and the path of an engagement once there is one."""

    who: Sides
    path: str = ""

    def __post_init__(self) -> None:
        self.developer = Program(self.who.developer)
        self.reviewer = Program(self.who.reviewer)
        self.evaluator = Program(self.who.evaluator)
        self.agency = Program(self.who.agency)
        self.official = Program(self.who.official)
        self.partner = Program(self.who.partner)

    def opened(self, **more: Any) -> str:
        """Open an engagement as a draft."""
        said = {"organisation": self.developer.key, "model": "kestrel", **more}
        said.setdefault("planned_release_at", ahead(25))
        made = self.developer.does("/reviews", said, 201)
        self.path = f"/reviews/{made['key']}"
        return self.path

    def proposed(self, **more: Any) -> str:
        """Show it to a reviewer and to an agency."""
        path = self.opened(**more)
        for whom, part in ((self.reviewer, "reviewer"), (self.agency, "determining")):
            self.developer.does(f"{path}/parties", {"organisation": whom.key, "part": part}, 201)
        self.developer.does(f"{path}/propose")
        return path

    def agreed(self, *, open_until: datetime | None = None) -> str:
        """Let terms be in force and people be named, as all of that leaves it behind."""
        now = timezone.now()
        made = making.engagement(
            by=self.who.developer,
            state=State.WINDOW_OPEN if open_until else State.TERMS_AGREED,
            asked=self.who.reviewer,
            determined_by=self.who.agency,
            terms=True,
            window=(now, open_until) if open_until else None,
            at=now,
            model="kestrel",
            planned_release_at=now + timedelta(days=25),
        )
        making.named(made.row, self.who.reviewer, person=self.who.evaluator.person, at=now)
        duty = NamedPerson.Duty.OFFICIAL
        making.named(made.row, self.who.agency, duty, person=self.who.official.person, at=now)
        making.endpoint(made.row, url="https://models.lab.example/v1", at=now)
        self.path = f"/reviews/{made.key}"
        return self.path

    def open_to(self) -> str:
        """Let the window be open, too."""
        return self.agreed(open_until=timezone.now() + timedelta(days=20))

    def asked(self, **more: Any) -> str:
        """Ask for a grant for the evaluator; return the grant's path."""
        scope = {
            "purpose": PURPOSE, "endpoints": ["the-model"], "operations": ["chat"],
            "calls_a_minute": 60, "ends_at": ahead(5), **more,
        }  # fmt: skip
        made = self.evaluator.does(f"{self.path}/grants", scope, 201)
        return f"/reviews/grants/{made['key']}"

    def document(self, number: int = 1) -> bytes:
        """Return a version of the terms, as it is signed."""
        answer = self.developer.get(f"{self.path}/terms/{number}/document")
        assert answer.status_code == 200, answer.content
        return bytes(answer.content)

    def sign(self, who: Program, document: bytes) -> Any:
        """Sign a document for the organisation of somebody."""
        return who.does(f"{self.path}/terms/sign", signing(document), 201)


def signing(document: bytes) -> dict[str, str]:
    """Return what is posted to sign a document."""
    signature, key = signed(document)
    return {
        "sha256": hashlib.sha256(document).hexdigest(),
        "signature": base64.b64encode(signature).decode(),
        "public_key": key.decode(),
    }


def make_room() -> Room:
    """Return programs of people of whom nobody is in an engagement yet."""
    return Room(sides())
