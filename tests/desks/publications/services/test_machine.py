"""In whatever order people do whatever they may: nothing goes out that a second one has not read.

Two coordinators, a vendor and somebody who only reads try every verb, on a case under an embargo.
What was approved is remembered as it was read, beside the tables; and each thing that is served to
everybody is looked through for what is not out.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import datetime
from itertools import count
from pathlib import Path
from typing import Any, ClassVar

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from tests.desks.publications.repositories import everything_served, make_repository
from tests.desks.publications.rooms import NOW, Room, day, make_operator, make_room
from tidegate.desks.access.actors import Actor
from tidegate.desks.access.refusals import NotFoundError
from tidegate.desks.cases.models import Coordination
from tidegate.desks.cases.services import releasing
from tidegate.desks.findings.services.refusals import NotPossibleError
from tidegate.desks.publications.models import Publication, Rendered, Revision
from tidegate.desks.publications.queries.public import list_public, public_page
from tidegate.desks.publications.queries.records import record_of
from tidegate.desks.publications.services import approving, drafting, sharing
from tidegate.desks.publications.services.distributing import distribute
from tidegate.desks.publications.services.publishing import publish_due
from tidegate.engines.formats.advisories.record import record_data

REFUSALS = (NotFoundError, NotPossibleError)
WHO = st.sampled_from(("one", "one", "one", "other", "other", "other", "vendor", "reader"))
PAIRS = st.sampled_from(
    (("one", "other"), ("other", "one"), ("one", "one"), ("vendor", "one"), ("one", "reader"))
)
MEDDLING = st.sampled_from(("", "", "edit", "address", "schedule"))
WAITS = st.sampled_from((0.0, 2.0, 31.0))
_COORDINATORS = ("one", "other")
END = 30.0


class Walk(RuleBasedStateMachine):
    """One publication, and what everybody has read and done."""

    room: ClassVar[Room]
    actors: ClassVar[dict[str, Actor]]
    operator: ClassVar[str]
    homes: ClassVar[Path]
    numbers: ClassVar[Any] = count(1)
    went_out: ClassVar[int] = 0

    @classmethod
    def set_the_stage(cls, homes: Path) -> None:
        cls.room, cls.operator, cls.homes = make_room(ends_at=day(END)), make_operator().key, homes
        cls.actors = cls.room.actors

    def __init__(self) -> None:
        super().__init__()
        self.savepoint = transaction.savepoint()
        os.environ["TIDEGATE_HOME"] = str(self.homes / str(next(self.numbers)))
        make_repository(NOW)
        self.now = 0.0
        self.name = drafting.begin(self.actors["one"], self.room.key, at=NOW).identifier
        self.wrote: set[str] = {"one"}
        """Whoever has edited, addressed or timed the revision since it was begun."""
        self.handed_in_by = ""
        self.approvals: dict[str, tuple[Any, str, set[str]]] = {}
        """By digest: what was read then, who approved it, and whose work it was."""
        self.bytes: dict[int, tuple[str, str]] = {}
        self.secret_titles: set[str] = set()

    def teardown(self) -> None:
        transaction.savepoint_rollback(self.savepoint)

    @property
    def at(self) -> datetime:
        return day(self.now)

    def attempt(self, who: str, verb: Callable[[Actor], object]) -> bool:
        self.now += 0.001
        try:
            verb(self.actors[who])
        except REFUSALS:
            return False
        assert who in _COORDINATORS
        return True

    def working(self) -> Revision | None:
        states = ("draft", "submitted", "approved")
        rows = Revision.objects.select_related("publication", "record__key")
        return rows.filter(publication__identifier=self.name, state__in=states).first()

    def read(self, revision: Revision) -> Any:
        said = record_data(record_of(revision))
        del said["revisions"], said["withdrawn_at"]
        return said, list(revision.audience)

    @initialize(is_out=st.sampled_from((True, True, False)), restricted=st.booleans())
    def begin(self, is_out: bool, restricted: bool) -> None:
        if is_out:
            self.go_the_whole_way(("one", "other"), restricted, 31.0)

    @rule(who=WHO)
    def edit(self, who: str) -> None:
        if revision := self.working():
            title = f"marked title {next(self.numbers)} zq"
            said = {**record_data(record_of(revision)), "title": title}
            if self.attempt(
                who,
                lambda actor: drafting.edit(
                    actor, self.name, said, edits=revision.edits, at=self.at
                ),
            ):
                self.wrote.add(who)
                self.secret_titles.add(title)

    @rule(who=WHO, restricted=st.booleans())
    def address(self, who: str, restricted: bool) -> None:
        if revision := self.working():
            tlp, to = ("TLP:AMBER", [self.operator]) if restricted else ("TLP:CLEAR", [])
            if self.attempt(
                who,
                lambda actor: drafting.address(
                    actor, self.name, tlp, to, edits=revision.edits, at=self.at
                ),
            ):
                self.wrote.add(who)

    @rule(who=WHO)
    def submit(self, who: str) -> None:
        if self.attempt(who, lambda actor: approving.submit(actor, self.name, at=self.at)):
            self.handed_in_by = who

    @rule(who=WHO)
    def approve(self, who: str) -> None:
        if (revision := self.working()) is None:
            return
        read, digest = self.read(revision), revision.digest
        if self.attempt(
            who, lambda actor: approving.approve(actor, self.name, digest=digest, at=self.at)
        ):
            self.approvals[digest] = (read, who, {*self.wrote, self.handed_in_by})

    @rule(who=WHO, verb=st.sampled_from(("give_back", "call_back", "drop")))
    def turn(self, who: str, verb: str) -> None:
        do = getattr(approving, verb)
        self.attempt(who, lambda actor: do(actor, self.name, reason="so", at=self.at))

    @rule(who=WHO, days=st.sampled_from((None, 1, 5)))
    def schedule(self, who: str, days: int | None) -> None:
        when = None if days is None else day(self.now + days)
        if self.attempt(who, lambda actor: approving.schedule(actor, self.name, when, at=self.at)):
            self.wrote.add(who)

    @rule(who=WHO, again=st.sampled_from(("revise", "withdraw", "begin")))
    def go_on(self, who: str, again: str) -> None:
        verbs: dict[str, Callable[[Actor], object]] = {
            "revise": lambda actor: drafting.revise(actor, self.name, words="More", at=self.at),
            "withdraw": lambda actor: drafting.withdraw(actor, self.name, reason="so", at=self.at),
            "begin": lambda actor: drafting.begin(actor, self.room.key, at=self.at),
        }
        if self.attempt(who, verbs[again]):
            self.wrote = {who}

    @rule(who=WHO)
    def share(self, who: str) -> None:
        shared = Publication.objects.get(identifier=self.name).shared_at
        verb = sharing.unshare if shared else sharing.share
        self.attempt(who, lambda actor: verb(actor, self.name, at=self.at))

    @rule(who=WHO)
    def end_embargo(self, who: str) -> None:
        self.attempt(
            who,
            lambda actor: releasing.approve_release(
                actor, self.room.key, reason="it is time", at=self.at
            ),
        )

    @rule(pair=PAIRS, restricted=st.booleans(), days=WAITS, meddling=MEDDLING)
    def go_the_whole_way(
        self, pair: tuple[str, str], restricted: bool, days: float, meddling: str = ""
    ) -> None:
        """As it should be, if they are the right ones; at random that would be rare.

        Unless whoever approves has done something to it before, or in between.
        """
        writer, reader = pair
        if self.wrote.issuperset(_COORDINATORS):
            self.turn(writer, "drop")
        if self.working() is None:
            self.go_on(writer, "revise")
        if meddling == "edit":
            self.edit(reader)
        if meddling == "address":
            self.address(reader, not restricted)
        self.address(writer, restricted)
        self.edit(writer)
        self.submit(writer)
        if meddling == "schedule":
            self.schedule(reader, None)
        self.approve(reader)
        self.wait_and_publish(days)

    @rule(days=WAITS)
    def wait_and_publish(self, days: float) -> None:
        self.now += days
        self.check_embargo()
        if publish_due(self.at):
            distribute(self.at)
        self.check_what_went_out()

    def check_embargo(self) -> None:
        """Under an embargo nothing is out for everybody, before and after what is due is done."""
        row = Coordination.objects.get(pk=self.room.coordination.pk)
        self.in_force = row.embargo in ("active", "revise") and self.now < END

    def check_what_went_out(self) -> None:
        out = Revision.objects.filter(publication__identifier=self.name, state="published")
        for revision in out.select_related("publication", "record__key"):
            read, by, wrote = self.approvals[revision.digest]
            assert self.read(revision) == read
            assert by in _COORDINATORS
            assert by not in wrote
            record = record_of(revision)
            if not revision.audience:
                self.secret_titles.discard(record.title)
            for row in revision.documents.select_related("sealed"):
                kept = (row.sha256, str(bytes(row.content or b"")))
                assert self.bytes.setdefault(row.pk, kept) == kept
                assert bool(row.content) is not bool(row.sealed)
            type(self).went_out += 1
        assert set(self.bytes) <= set(Rendered.objects.values_list("pk", flat=True))
        if self.in_force:
            assert list_public(at=self.at).rows == ()
        for _, content in everything_served():
            text = content.decode("utf-8", "replace")
            assert not any(title in text for title in self.secret_titles)

    @invariant()
    def nothing_public_is_a_draft(self) -> None:
        for row in list_public(at=self.at).rows:
            assert row.title not in self.secret_titles
            assert public_page(row.identifier, at=self.at).record.title == row.title

    @invariant()
    def one_revision_is_worked_on_and_approvals_stand_for_what_it_is(self) -> None:
        revision = self.working()
        if revision is not None and revision.state == "approved":
            given = revision.approvals.get(fallen_at=None)
            assert given.digest == revision.digest in self.approvals


@pytest.mark.slow
@pytest.mark.django_db
@pytest.mark.usefixtures("own_home")
def test_nothing_goes_out_that_a_second_person_has_not_approved(tmp_path: Path) -> None:
    Walk.set_the_stage(tmp_path / "homes")
    (tmp_path / "homes").mkdir()
    run_state_machine_as_test(
        Walk,
        settings=settings(
            max_examples=7,
            stateful_step_count=15,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
    assert Walk.went_out
