"""What becomes of coordination when two cases are merged; in the transaction that merges them.

The earliest end that was agreed on holds for both. The parties of both go on, each consent where
the terms that were signed are the ones that hold now. What was said stays with those to whom it was
said: nobody reads the messages of the other case. Nothing is deleted: the coordination of the case
that was taken in is closed, and keeps its history.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from types import MappingProxyType
from typing import Final

from tidegate.desks.access.actors import Actor
from tidegate.desks.access.words import Label
from tidegate.desks.cases.instants import shown
from tidegate.desks.cases.models import (
    Clock,
    Coordination,
    EmbargoTerms,
    Message,
    Occurrence,
    Participant,
    Recipient,
    TeamMember,
)
from tidegate.desks.cases.queries.modelled import agreed_terms_of
from tidegate.desks.cases.services import approvals, clocks, deadlines, teams
from tidegate.desks.cases.services.consenting import CONSENT
from tidegate.desks.cases.services.machines import Held, held, keep
from tidegate.desks.cases.services.recording import record
from tidegate.desks.cases.services.relaying import take_over_all
from tidegate.desks.cases.states import cases as model
from tidegate.desks.cases.states import embargoes, joining, releases
from tidegate.desks.cases.states.consents import CONSENTS, Consent, ConsentEvent
from tidegate.desks.cases.states.histories import Entry
from tidegate.desks.cases.states.steps import Moved
from tidegate.desks.cases.states.vulnerabilities import CaseEvent
from tidegate.desks.findings.models import Case, Finding
from tidegate.desks.findings.services.refusals import NotPossibleError

_Part: Final = Participant.Part
_Outcome: Final = EmbargoTerms.Outcome

_STRICTEST_FIRST: Final = tuple(Label)

_RANKED: Final = (_Part.VENDOR, _Part.COORDINATOR, _Part.FINDER, _Part.OPERATOR, _Part.OTHER)
"""Of two parts that an organisation has, the first of these: a finder that is no vendor stays one,
and reads its own findings alone."""

_ADDED: Final = (_Part.OPERATOR, _Part.OTHER)

_CONTACT: Final = tuple(Participant.Contact)


def merge(case: Case, into: Case, *, at: datetime, actor: Actor) -> None:
    """Let the coordination of a case go on in that of the one which it became part of.

    Raises:
        NotPossibleError: a person merges, one of the secrets would become public earlier than was
            agreed, and two coordinators have not approved that.
    """
    rows = _locked(case, into)
    if case.pk not in rows:
        return
    taken_in, staying = held(rows[case.pk]), held(_staying(rows, case, into, at))
    _require_approval(taken_in, staying, actor, at)
    words = _words_that_hold(staying, taken_in)
    merged = _lapsed_by_words(words, staying, taken_in)
    _narrow_messages(staying, taken_in)
    _move_parties(taken_in, staying, at)
    _move_what_was_seen(taken_in, staying)
    _close(taken_in, staying, at)
    both = _with_terms(held(staying.row), merged, words, actor, at)
    keep(both, merged, at=at, actor=actor)
    deadlines.compute_again(staying.row, merged.entries, at=at)
    _run_clocks_of_parties(both, at)
    take_over_all(staying.row, at)
    record(
        "coordination-merged",
        staying.row,
        at=at,
        actor=actor,
        embargo=merged.embargo.state,
        ends_at=shown(merged.embargo.ends_at) if merged.embargo.ends_at else "",
    )
    record("coordination-merged-into", taken_in.row, at=at, actor=actor, other=into.key)


def _locked(case: Case, into: Case) -> dict[int, Coordination]:
    """Return the coordinations of both, locked in one order."""
    rows = Coordination.objects.select_for_update(of=("self",)).select_related("case")
    return {row.case_id: row for row in rows.filter(case__in=(case, into)).order_by("pk")}


def _staying(rows: dict[int, Coordination], case: Case, into: Case, at: datetime) -> Coordination:
    """Return the coordination that goes on; one that was never opened begins as the other was."""
    if into.pk in rows:
        return rows[into.pk]
    other = rows[case.pk]
    return Coordination.objects.create(
        case=into,
        tlp=other.tlp,
        opened_at=at,
        policy=other.policy,
        policy_version=other.policy_version,
        policy_inputs=other.policy_inputs,
    )


def _require_approval(taken_in: Held, staying: Held, actor: Actor, at: datetime) -> None:
    """Let a person merge only what becomes public as agreed, or earlier with two approvals.

    Else a single coordinator could end any embargo by a merge with a case whose end is near. What
    our own runs show to be one bug is merged by nobody's will, and whoever holds the machine could
    change the date in the table anyway.
    """
    if actor.person is None:
        return
    merged = joining.merged_embargo(staying.case.embargo, taken_in.case.embargo)
    for one, other in ((staying, taken_in), (taken_in, staying)):
        if not releases.shortens(one.case.embargo, merged):
            continue
        purpose = approvals.purpose_of_merge(other.key)
        allowed = releases.approvals_allow(
            approvals.given(one.row, purpose, at=at),
            terms_since=approvals.terms_since(one.row),
            now=at,
        )
        if not allowed:
            ends = shown(merged.ends_at) if merged.ends_at else "at once"
            raise NotPossibleError(
                f"{one.key} would become public at {ends}, earlier than agreed, if it were one"
                f" with {other.key}: {allowed.reason}"
            )
        approvals.use(one.row, purpose, at=at)


def _words_that_hold(staying: Held, taken_in: Held) -> str:
    """Return the further terms that hold now: of both, for those of neither may be forgotten.

    Of what was proposed only, where nothing is in force: a merge lets revisions fall.
    """
    merged = joining.merged_embargo(staying.case.embargo, taken_in.case.embargo)
    found: list[str] = []
    for holding in (staying, taken_in):
        if merged.state.in_force and holding.case.embargo.state.in_force:
            found.append(_words_in_force(holding))
        elif not merged.state.in_force and holding.proposal is not None:
            found.append(holding.proposal.words)
    return "\n\n".join(dict.fromkeys(words for words in found if words))


def _words_in_force(holding: Held) -> str:
    agreed = agreed_terms_of(holding.row)
    return agreed.words if agreed else ""


def _words_on_the_table(holding: Held) -> str:
    return _words_in_force(holding) if holding.proposal is None else holding.proposal.words


def _lapsed_by_words(words: str, staying: Held, taken_in: Held) -> model.Case:
    """Return the case of both, where consent stands for who signed this end and these words.

    The model knows the end alone.
    """
    merged = model.merge(staying.case, taken_in.case)
    signed: set[str] = set()
    for holding in (staying, taken_in):
        before = holding.case.embargo
        if _words_on_the_table(holding) == words:
            signed.update(
                name
                for name, part in holding.case.participants.items()
                if joining.carried_consent(part.consent, before, merged.embargo)
                is Consent.SIGNATORY
            )
    parts = {
        name: replace(part, consent=CONSENTS[part.consent, ConsentEvent.LAPSE])
        if part.consent is Consent.SIGNATORY and name not in signed
        else part
        for name, part in merged.participants.items()
    }
    return replace(merged, participants=MappingProxyType(parts))


def _narrow_messages(staying: Held, taken_in: Held) -> None:
    """Keep what was said to all with those who were all then, where others come to read."""
    for one, other in ((staying, taken_in), (taken_in, staying)):
        messages = Message.objects.filter(coordination=one.row, audience=Message.Audience.ALL)
        if other.parties.keys() <= one.parties.keys():
            continue
        parties = list(one.parties.values())
        Recipient.objects.bulk_create(
            (
                Recipient(message=message, participant=party)
                for message in messages.only("pk")
                for party in parties
            ),
            batch_size=2000,
        )
        messages.update(audience=Message.Audience.SOME)


def _move_parties(taken_in: Held, staying: Held, at: datetime) -> None:
    """Make the parties of the one parties of the other; who is in both has one part then."""
    there = {
        party.organisation_id: party
        for party in staying.row.participants.select_related("organisation")
    }
    for party in taken_in.parties.values():
        twin = there.get(party.organisation_id)
        if twin is None:
            party.coordination = staying.row
            party.save(update_fields=["coordination"])
        else:
            _join_parts(party, twin, at)
    # Whoever handed in a finding of one reads of the other's findings no more than a finder does.
    handing_in = Finding.objects.filter(case=staying.row.case).values("finder__organisation")
    staying.row.participants.filter(role__in=_ADDED, organisation__in=handing_in).update(
        role=_Part.FINDER
    )
    Message.objects.filter(coordination=taken_in.row).update(coordination=staying.row)


def _join_parts(party: Participant, twin: Participant, at: datetime) -> None:
    """Make one part of two that an organisation has; `party` stays behind as a stub."""
    if twin.removed_at is not None:
        # It begins anew, as what it is in the other case.
        for name in ("role", "report", "consent", "consent_until", "contact", "vendor"):
            setattr(twin, name, getattr(party, name))
        twin.invited_at, twin.joined_at = party.invited_at, party.joined_at
        twin.queued_at, twin.removed_at = party.queued_at, None
    else:
        twin.role = min((_Part(party.role), _Part(twin.role)), key=_RANKED.index)
        twin.contact = max(party.contact, twin.contact, key=_CONTACT.index)
        twin.invited_at = _earliest(party.invited_at, twin.invited_at)
        twin.joined_at = _earliest(party.joined_at, twin.joined_at)
        waits = _earliest(party.queued_at, twin.queued_at)
        twin.queued_at = None if twin.invited_at else waits
        twin.consent_until = _earliest(party.consent_until, twin.consent_until)
    twin.save()
    _move_team(party, twin, at)
    said = set(twin.statuses.filter(replaced_at=None).values_list("product", flat=True))
    party.statuses.filter(replaced_at=None, product__in=said).update(replaced_at=at)
    party.statuses.update(participant=twin)
    party.occurrences.update(participant=twin)
    party.messages.update(author_party=twin)
    Recipient.objects.filter(participant=party).update(participant=twin)
    party.removed_at, party.queued_at = at, None
    party.save(update_fields=["removed_at", "queued_at"])


def _move_team(party: Participant, twin: Participant, at: datetime) -> None:
    """Make one team of two; who is on both stays as long as either would let them."""
    there = {member.person_id: member for member in twin.team.filter(left_at=None)}
    for member in party.team.select_related("person").filter(left_at=None):
        mine = there.get(member.person_id, member)
        until = _latest(mine.until, member.until)
        teams.put_on(twin, member.person, by=Actor(member.added_by), until=until, at=at)
        member.left_at = at
        member.save(update_fields=["left_at"])


def _move_what_was_seen(taken_in: Held, staying: Held) -> None:
    """Move what was seen to the case that goes on; what both inherited from one is there once."""
    known = set(staying.case.entries)
    rows = taken_in.row.occurrences.select_related("participant__organisation")
    moving = [
        row.pk
        for row in rows
        if Entry(
            CaseEvent(row.event),
            row.happened_at,
            row.recorded_at,
            row.participant.organisation.key if row.participant else "",
        )
        not in known
    ]
    Occurrence.objects.filter(pk__in=moving).update(coordination=staying.row)


def _close(taken_in: Held, staying: Held, at: datetime) -> None:
    """Close the coordination that was taken in, and let the stricter of the labels hold for both.

    What was proposed there falls, and whatever was approved there was approved of it alone.
    """
    row, stays = taken_in.row, staying.row
    for kind in Clock.Kind:
        clocks.cancel(row, kind, at=at, why=f"it became part of {staying.key}")
    row.terms.filter(outcome=_Outcome.OPEN).update(outcome=_Outcome.FALLEN, decided_at=at)
    row.approvals.filter(used_at=None, withdrawn_at=None).update(withdrawn_at=at)
    without_proposal = embargoes.refuse(taken_in.case.embargo)
    if isinstance(without_proposal, Moved):
        row.embargo = without_proposal.state.state
    row.tlp = stays.tlp = min((Label(row.tlp), Label(stays.tlp)), key=_STRICTEST_FIRST.index)
    if row.closed_at is None:
        stays.closed_at = None
    row.closed_at = at
    known = deadlines.inputs_kept(stays)
    for trigger, happened_at in deadlines.inputs_kept(row).happened.items():
        known = deadlines.with_trigger(known, trigger, happened_at)
    stays.policy_inputs = known.record()
    row.save()
    stays.save()


def _with_terms(both: Held, merged: model.Case, words: str, actor: Actor, at: datetime) -> Held:
    """Keep the terms that hold now, or are proposed, where they are others than before."""
    embargo, proposal = merged.embargo, both.proposal
    end = embargo.proposed_ends_at or embargo.ends_at
    if end is None or not embargo.state.on_the_table:
        return both
    if both.case.embargo == embargo and _words_on_the_table(both) == words:
        return both
    if proposal is not None:
        proposal.outcome, proposal.decided_at = _Outcome.FALLEN, at
        proposal.save(update_fields=["outcome", "decided_at"])
    in_force = embargo.state.in_force
    made = EmbargoTerms.objects.create(
        coordination=both.row,
        ends_at=end,
        words=words,
        proposed_by=actor.name,
        proposed_at=at,
        outcome=_Outcome.ACCEPTED if in_force else _Outcome.OPEN,
        decided_by=actor.name if in_force else "",
        decided_at=at if in_force else None,
    )
    return replace(both, proposal=None if in_force else made)


def _run_clocks_of_parties(both: Held, at: datetime) -> None:
    """Let the clocks of grants and consents run on that came along with their parties."""
    granted = TeamMember.objects.filter(
        participant__in=both.parties.values(), left_at=None, until__isnull=False
    )
    for member in granted.select_related("person", "participant__organisation"):
        party, by = both.parties[member.participant.organisation.key], Actor(member.added_by)
        teams.put_on(party, member.person, by=by, until=member.until, at=at)
    for party in both.parties.values():
        if party.consent_until is not None:
            clocks.run(
                both.row,
                Clock.Kind.CONSENT_LAPSE,
                CONSENT,
                party.consent_until,
                trigger="consented",
                triggered_at=at,
                subject=party.organisation.key,
            )


def _earliest(one: datetime | None, other: datetime | None) -> datetime | None:
    return min((each for each in (one, other) if each is not None), default=None)


def _latest(one: datetime | None, other: datetime | None) -> datetime | None:
    """Return the later of two ends, of which None is never."""
    return None if one is None or other is None else max(one, other)
