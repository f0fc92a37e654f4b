"""A case as texts for VINCE-NT's reporting form, for a person to paste, and the way back.

VINCE-NT (https://vulnerabilities.cisa.gov) has no public interface. Its public documents, the wiki
of https://github.com/cisagov/VINCE-NT as of 17 September 2026, say: a report is a form, with or
without signing in; several vulnerabilities are [Clone] or [Add Additional Vulnerability]; after
[Submit] it is a provisional case, Pending, until a coordinator makes it Active; then it has a case
number. The questions of the form are not in them. So the texts stand under the questions of the
form of VINCE, which VINCE-NT 'builds on' (its FAQ): `CaseRequestForm` in `vinny/forms.py` of
https://github.com/CERTCC/VINCE at 19d33311. Nothing here speaks to a network, and nothing ever
presses a button: whoever pastes reads the text first.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from tidegate.engines.formats.csaf_report import written_instant
from tidegate.engines.formats.provenance import Hop, Provenance, relayed

if TYPE_CHECKING:
    from datetime import datetime

    from tidegate.engines.formats.case_reports import CaseReport

FORM_URL: Final = "https://vulnerabilities.cisa.gov/"
PARTY: Final = "VINCE-NT"

STEPS: Final = (
    f"Open {FORM_URL} and log in; without an account nobody can answer you.",
    "Select [Report a Vulnerability].",
    "Read each text before you paste it: what you submit is shared with suppliers and others.",
    "Paste each text where the form asks for it; leave out what it does not ask for.",
    "For further vulnerabilities select [Clone] or [Add Additional Vulnerability].",
    "Select [Submit]; the report is then Pending.",
    "When it is Active, enter the case number here.",
)
"""What the person does. From: the wiki's page 'Reporters', section 1 and 2."""


class Standing(StrEnum):
    """Where a report stands at VINCE-NT. From: the wiki's page 'Reporters', sections 2 and 3."""

    PENDING = "pending"
    ACTIVE = "active"


@dataclass(frozen=True, slots=True)
class FormText:
    """What to answer to one question of the form."""

    field: str
    """The field's name in VINCE."""
    question: str
    """As VINCE asks it; VINCE-NT may ask otherwise."""
    text: str
    limit: int
    """Most characters that VINCE's field takes."""

    @property
    def excess(self) -> int:
        """How many characters there are too many: a person shortens, not a program."""
        return max(0, len(self.text) - self.limit)


@dataclass(frozen=True, slots=True)
class Handover:
    """A report at VINCE-NT, as the person who submitted it sees it."""

    submitted: datetime
    standing: Standing = Standing.PENDING
    number: str | None = None
    """The case number; only an active report has one."""


def form_texts(case: CaseReport) -> tuple[FormText, ...]:
    """Return the texts for the form, in the order of its questions; none is empty.

    Credit, chain and terms have no question of their own there. They stand at the end of the
    description and of the plans for disclosure, in the words in which they came.
    """
    first = case.targets[0]
    named = (*case.aliases, *case.provenance.origins)
    texts = {
        "vendor_name": first.namespace or "",
        "product_name": first.package,
        "product_version": first.version or "unknown",
        "vul_description": _paragraphs(
            case.title,
            case.description,
            _line("Packages", [target.purl for target in case.targets]),
            _line("Identifiers", case.aliases),
            _line("Weaknesses", case.weaknesses),
            _line("CVSS", case.severity),
            _line("Credit, verbatim", [str(credit) for credit in case.provenance.credits]),
            _line("Chain of reporters", [_hop(hop) for hop in case.provenance.chain], " > "),
            _line("Made from", case.provenance.origins),
        ),
        "public_references": "\n".join(case.references),
        "disclosure_plans": _terms(case.provenance),
        "tracking": ", ".join(dict.fromkeys(each for each in named if each.startswith("VU#"))),
    }
    return tuple(
        FormText(field, question, texts[field], limit)
        for field, question, limit in _QUESTIONS
        if texts[field]
    )


def pasted(texts: tuple[FormText, ...]) -> str:
    """Write the steps and the texts as one page of plain text.

    A text with too many characters is written whole, with how many to take out.
    """
    steps = "\n".join(f"{n}. {step}" for n, step in enumerate(STEPS, start=1))
    parts = [steps]
    for each in texts:
        over = f"; {each.excess:,} too many" if each.excess else ""
        parts.append(f"== {each.question} (at most {each.limit:,} characters{over})\n{each.text}")
    return "\n\n".join(parts) + "\n"


def accepted(handover: Handover, number: str) -> Handover:
    """Return the hand-over after a coordinator made the report a case.

    Raises `ValueError` for a number that is blank, and for another one than it has.
    """
    if not number.strip():
        raise ValueError("the case number is empty; copy it from [My Reports]")
    if handover.number not in (None, number):
        raise ValueError(
            f"the report is case {handover.number} already; a second number is a second report"
        )
    return Handover(handover.submitted, Standing.ACTIVE, number)


def known_to(provenance: Provenance, handover: Handover) -> Provenance:
    """Return the provenance with VINCE-NT at the end of its chain, and the terms as they are.

    Raises `ValueError` for a report that is still pending, and as `relayed` does.
    """
    if handover.standing is not Standing.ACTIVE:
        raise ValueError("the report is still pending; wait for its case number")
    return relayed(provenance, Hop(PARTY, handover.number, handover.submitted))


# Field, question, and the smaller one of the limits that VINCE's form and its table have.
# From: `CaseRequestForm` as above, and `VTCaseRequest` in `vinny/models.py` at 348d0f56.
_QUESTIONS: Final = (
    ("vendor_name", "Vendor Name", 100),
    ("product_name", "What is the name of the affected product or software?", 200),
    (
        "product_version",
        "What version number of the product or software is affected?",
        100,
    ),
    ("vul_description", "What is the vulnerability?", 20_000),
    ("public_references", "Please provide references", 1_000),
    ("disclosure_plans", "What are your public disclosure plans?", 1_000),
    ("tracking", "If you have one or more existing VINCE Tracking IDs, enter them", 100),
)


def _paragraphs(*parts: str) -> str:
    return "\n\n".join(part for part in parts if part)


def _line(heading: str, texts: tuple[str, ...] | list[str], between: str = "; ") -> str:
    return f"{heading}: {between.join(texts)}" if texts else ""


def _hop(hop: Hop) -> str:
    return f"{hop.party} ({hop.identifier})" if hop.identifier else hop.party


def _terms(provenance: Provenance) -> str:
    terms = provenance.terms
    ends = "" if terms.ends is None else f"Embargo until {written_instant(terms.ends)}."
    return _paragraphs(" ".join(filter(None, (ends, terms.tlp))), terms.text)
