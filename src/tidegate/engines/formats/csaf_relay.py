"""What a CSAF vulnerability report says of its own way here.

In the standard's own members: credit in `acknowledgments`, the sender in `publisher` and
`tracking`, origins in `tracking.aliases` and the document's external `references`, the terms in
`distribution` and `disclosure_date`. The standard has no place for the parties before the sender,
so these stand in an extension of ours (`EXTENSION_SCHEMA`), beside the account of who was reached
and the hint about duplicates. A sender that hands our document on and leaves the extension as it
was is added to the chain all the same: it is the publisher.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from tidegate.engines.formats.documents import shown
from tidegate.engines.formats.native import instant
from tidegate.engines.formats.provenance import (
    MAX_HOPS,
    MAX_IDENTIFIER,
    MAX_INVOLVEMENTS,
    MAX_PARTY,
    MAX_SUMMARY,
    Credit,
    EmbargoTerms,
    Hop,
    Involvement,
    Provenance,
    ends_with,
)
from tidegate.engines.formats.records import Members, MisfitError, aliases, cut

if TYPE_CHECKING:
    from datetime import datetime

EXTENSION_SCHEMA: Final = "https://tidegate.invalid/csaf/relay_1.0.0.json"
"""The name of our extension, in the form that CSAF 2.1, 2.4, asks for. Nothing is fetched there,
and nothing ever can be (RFC 6761, 6.4)."""

TLP: Final = "TLP:"
"""What CSAF leaves out of a label."""

_KNOWN: Final = ("chain", "involvements", "deduplicated", "aliases")


def extension_content(holder: Members) -> Members | None:
    """Return the content of our extension among an object's `x_extensions`, or None."""
    for each in holder.each("x_extensions"):
        if each.text("$schema") == EXTENSION_SCHEMA:
            return each.members("content")
    return None


@dataclass(frozen=True, slots=True)
class Relay:
    """What a document says for all its vulnerabilities."""

    provenance: Provenance
    """Without what each vulnerability adds: its own credits, the end of its embargo, who was
    reached about it."""
    aliases: tuple[str, ...]
    """Identifiers that CSAF has no member for: a vulnerability has one CVE there."""


def relay_of(root: Members) -> Relay:
    """Return what a document that `schema_fault` let pass says for all its vulnerabilities.

    Raises `MisfitError`.
    """
    document = Members.of(root.value["document"], root.at("document"))
    extension = _extension(root)
    provenance = Provenance(
        credits=_credits(document),
        chain=_chain(document, extension),
        origins=_origins(document),
        terms=_terms(document),
        involvements=(*_relayed_involvements(extension), *_actions(document)),
        deduplicated=_deduplicated(extension),
    )
    return Relay(provenance, aliases(() if extension is None else extension.texts("aliases")))


def provenance_of(relay: Relay, vulnerability: Members) -> Provenance:
    """Return the provenance of one vulnerability. Raises `MisfitError`."""
    shared = relay.provenance
    told = [_involvement(each, "date") for each in vulnerability.each("involvements")]
    return replace(
        shared,
        credits=shared.credits + _credits(vulnerability),
        terms=replace(shared.terms, ends=moment(vulnerability, "disclosure_date")),
        involvements=tuple(dict.fromkeys((*shared.involvements, *told)))[:MAX_INVOLVEMENTS],
    )


def moment(holder: Members, key: str) -> datetime | None:
    """Return an instant in UTC. Raises `MisfitError`."""
    text = holder.text(key)
    if text is None:
        return None
    read = instant(text)
    if isinstance(read, str):
        raise MisfitError(holder.at(key), read)
    return read


def _extension(root: Members) -> Members | None:
    """Return the member `relay` of our extension.

    Raises `MisfitError` if it has a member that is not known: what a relay says may not be
    overlooked.
    """
    content = extension_content(root)
    relay = None if content is None else content.members("relay")
    for key in () if relay is None else relay.value:
        if relay is not None and key not in _KNOWN:
            raise MisfitError(relay.at(key), f"is not a field here; known are {', '.join(_KNOWN)}")
    return relay


def _credits(holder: Members) -> tuple[Credit, ...]:
    return tuple(
        Credit(
            names=tuple(each.texts("names")),
            organization=each.text("organization"),
            summary=each.text("summary"),
            urls=tuple(each.texts("urls")),
        )
        for each in holder.each("acknowledgments")
        if any(each.value.values())
    )


def _chain(document: Members, relay: Members | None) -> tuple[Hop, ...]:
    hops = [] if relay is None else relay.each("chain", MAX_HOPS + 1)
    before = tuple(_hop(each) for each in hops)
    publisher = Members.of(document.value["publisher"], document.at("publisher"))
    tracking = Members.of(document.value["tracking"], document.at("tracking"))
    party, identifier = publisher.required_text("name"), tracking.required_text("id")
    if not ends_with(before, party, identifier):
        before = (*before, Hop(party, identifier, moment(tracking, "current_release_date")))
    if relay is not None and len(before) > MAX_HOPS:
        raise MisfitError(
            relay.at("chain"),
            f"has more than {MAX_HOPS} parties with the publisher;"
            " ask an earlier one for the report",
        )
    return before


def _hop(each: Members) -> Hop:
    party, identifier = each.required_text("party"), each.text("identifier") or None
    for key, text, most in (
        ("party", party, MAX_PARTY),
        ("identifier", identifier or "", MAX_IDENTIFIER),
    ):
        if len(text) > most:
            raise MisfitError(each.at(key), f"has {len(text):,} characters; at most {most:,}")
    return Hop(party, identifier, moment(each, "at"))


def _origins(document: Members) -> tuple[str, ...]:
    tracking = Members.of(document.value["tracking"], document.at("tracking"))
    urls = [
        each.required_text("url")
        for each in document.each("references")
        if each.text("category") != "self"
    ]
    return tuple(dict.fromkeys([*tracking.texts("aliases"), *urls]))


def _terms(document: Members) -> EmbargoTerms:
    distribution = Members.of(document.value["distribution"], document.at("distribution"))
    label = TLP + distribution.value["tlp"]["label"]
    return EmbargoTerms(ends=None, tlp=label, text=distribution.text("text") or "")


def _relayed_involvements(extension: Members | None) -> list[Involvement]:
    if extension is None:
        return []
    told = extension.value.get("involvements")
    if isinstance(told, list) and len(told) > MAX_INVOLVEMENTS:
        raise MisfitError(
            extension.at("involvements"),
            f"has {len(told):,} members; at most {MAX_INVOLVEMENTS:,}",
        )
    return [_involvement(each, "at") for each in extension.each("involvements")]


def _involvement(each: Members, when: str) -> Involvement:
    party, status = each.text("party") or "", each.text("status") or ""
    return involvement(party, status, moment(each, when), each.text("summary") or "")


def _actions(document: Members) -> list[Involvement]:
    """Read `document.involvement`: entities once, and the actions that refer to them."""
    told = document.members("involvement")
    if told is None:
        return []
    names = {
        each.text("entity_id"): each.text("name") or each.text("category") or ""
        for each in told.each("entities")
    }

    def parties(action: Members, key: str) -> str:
        return ", ".join(names.get(ref) or ref for ref in action.texts(key))

    found = []
    for action in told.each("actions"):
        who, whom = parties(action, "acting_entity_refs"), parties(action, "receiving_entity_refs")
        done = " ".join(filter(None, (action.required_text("category"), action.text("status"))))
        party = f"{who} to {whom}" if whom else who
        at, summary = moment(action, "date"), action.text("summary") or ""
        found.append(involvement(party, done, at, summary))
    return found


def involvement(party: str, status: str, at: datetime | None, summary: str) -> Involvement:
    """Return an involvement within its bounds; it is an account and no credit, so it is cut."""
    return Involvement(
        cut(party, MAX_PARTY), cut(status, MAX_IDENTIFIER), at, cut(summary, MAX_SUMMARY)
    )


def _deduplicated(relay: Members | None) -> bool:
    said = None if relay is None else relay.value.get("deduplicated")
    if relay is not None and said is not None and not isinstance(said, bool):
        raise MisfitError(
            relay.at("deduplicated"), f"{shown(said)} is neither true nor false; write one of them"
        )
    return bool(said)
