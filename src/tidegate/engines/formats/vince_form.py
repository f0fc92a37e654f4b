"""How a report came to VINCE, and what its reporter asked for, from the fields of its form.

From: https://github.com/CERTCC/VINCE, `CaseRequestForm` in `vinny/forms.py` at 19d33311, with the
choices of `COORD_STATUS_CHOICES` and `WHY_NOT_CHOICES`, and `vinny/serializers.py` at 328a6025:
the export of a case leaves out who reported it unless the reporter agreed to be named to vendors,
and never says whether it wants to be thanked in public. So a contact is a party of the chain; only
a form with `credit_release` makes it a credit.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from tidegate.engines.formats.csaf_relay import involvement, moment
from tidegate.engines.formats.documents import shown
from tidegate.engines.formats.provenance import (
    MAX_IDENTIFIER,
    MAX_INVOLVEMENTS,
    MAX_PARTY,
    Credit,
    EmbargoTerms,
    Hop,
    Involvement,
    Provenance,
)
from tidegate.engines.formats.records import Members, MisfitError

if TYPE_CHECKING:
    from collections.abc import Iterator

PARTY: Final = "VINCE"
"""Who runs the VINCE that exported a case is not in the export."""

_MOST_TERMS: Final = 65_536

# From: COORD_STATUS_CHOICES and WHY_NOT_CHOICES; the statuses are those that VINCE's own script
# gives them in CSAF.
_COORDINATION: Final = {
    "1": ("not_contacted", "I have not attempted to contact any vendors"),
    "2": ("not_contacted", "I have been unable to find contact information for a vendor"),
    "3": ("contact_attempted", "I have contacted vendors but not sent them details"),
    "4": ("contact_attempted", "I have sent details to vendors"),
}
_WHY_NOT: Final = {key: _COORDINATION[key][1] for key in ("1", "2")}

_YES: Final = ("true", "yes", "on")
_NO: Final = ("false", "no", "off", "")


def provenance_of(root: Members, form: Members | None) -> Provenance:
    """Return how a case or a form came here. Raises `MisfitError`."""
    case = root.members("get_case")
    number = case_number(root)
    chain = [] if form is None else list(_reporter(form))
    if case is not None:
        chain.append(Hop(PARTY, number, moment(case, "created")))
    return Provenance(
        credits=() if form is None else _credits(form),
        chain=tuple(chain),
        origins=() if form is None else _origins(form),
        terms=_terms(case, form),
        involvements=tuple(dict.fromkeys(_involvements(root, form))),
    )


def case_number(root: Members) -> str | None:
    """Return the case's number as VINCE writes it, `VU#257161`; None for a form."""
    case = root.members("get_case")
    number = (None if case is None else case.text("vuid")) or root.text("case")
    if number is None or not number.strip():
        return None
    written = number if number[:3].upper() == "VU#" else f"VU#{number}"
    if len(written) > MAX_IDENTIFIER:
        raise MisfitError(
            root.at("case"), f"has {len(written):,} characters; at most {MAX_IDENTIFIER}"
        )
    return written


def is_yes(form: Members, key: str) -> bool:
    """Return an answer of the form; left out counts as no. Raises `MisfitError`."""
    value = form.value.get(key)
    word = value.strip().lower() if isinstance(value, str) else value
    if word is None or word is False or word in _NO:
        return False
    if word is True or word in _YES:
        return True
    raise MisfitError(form.at(key), f"{shown(value)} is neither yes nor no; write true or false")


def _reporter(form: Members) -> Iterator[Hop]:
    names = [(form.text(key) or "").strip() for key in ("contact_name", "contact_org")]
    party = ", ".join(name for name in names if name)
    if len(party) > MAX_PARTY:
        raise MisfitError(
            form.at("contact_name"), f"has {len(party):,} characters; at most {MAX_PARTY}"
        )
    if party:
        yield Hop(party, None, moment(form, "date_submitted"))


def _credits(form: Members) -> tuple[Credit, ...]:
    name = form.text("contact_name")
    if not name or not is_yes(form, "credit_release"):
        return ()
    return (Credit((name,), form.text("contact_org") or None),)


def _origins(form: Members) -> tuple[str, ...]:
    texts = ((form.text("tracking") or "")[:MAX_PARTY]).split(",")
    return tuple(dict.fromkeys(text.strip() for text in texts if text.strip()))


def _terms(case: Members | None, form: Members | None) -> EmbargoTerms:
    plans = (None if form is None else form.text("disclosure_plans")) or ""
    if form is not None and len(plans) > _MOST_TERMS:
        raise MisfitError(
            form.at("disclosure_plans"), f"has {len(plans):,} characters; at most {_MOST_TERMS:,}"
        )
    return EmbargoTerms(
        ends=None if case is None else moment(case, "due_date"), tlp=None, text=plans
    )


def _involvements(root: Members, form: Members | None) -> Iterator[Involvement]:
    if form is not None:
        yield from _first_contact(form)
        if is_yes(form, "vul_disclose"):
            yield involvement("discoverer", "open", None, form.text("disclosure_plans") or "")
    for vendor in root.each("get_vendors", MAX_INVOLVEMENTS - 10):
        yield involvement(
            vendor.text("vendor") or "vendor",
            vendor.text("status") or "Unknown",
            moment(vendor, "date_added"),
            vendor.text("statement") or "",
        )


def _first_contact(form: Members) -> Iterator[Involvement]:
    """Give what the reporter says of reaching the vendor, as VINCE's own script writes it."""
    if form.value.get("comm_attempt") is not None:
        reached = is_yes(form, "comm_attempt")
        told = form.text("vendor_communication") if reached else _why_not(form)
        at = _day(form, "first_contact") if reached else None
        status = "contact_attempted" if reached else "not_contacted"
        yield involvement("discoverer", status, at, told or "")
    chosen = form.value.get("coord_status")
    for choice in chosen[: len(_COORDINATION)] if isinstance(chosen, list) else ():
        if _choice(choice) in _COORDINATION:
            status, told = _COORDINATION[_choice(choice)]
            yield involvement("discoverer", status, None, told)


def _why_not(form: Members) -> str | None:
    return _WHY_NOT.get(_choice(form.value.get("why_no_attempt"))) or form.text("please_explain")


def _choice(value: Any) -> str:
    """Return the number of a choice, which may be written as a number or as text."""
    return str(value) if isinstance(value, str | int) else ""


def _day(form: Members, key: str) -> datetime | None:
    """Return an instant, or the beginning in UTC of a day: the form asks for the day only."""
    text = form.text(key) or ""
    try:
        return datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC)
    except ValueError:
        return moment(form, key) if text else None
