"""What of the terms the software sees to, said in words: one sentence for each setting."""

from __future__ import annotations

from dataclasses import dataclass

from tidegate.desks.reviews.frameworks.framework import Heading, Kept, Settings
from tidegate.desks.reviews.frameworks.lengths import in_words
from tidegate.desks.reviews.frameworks.wording import KEPT, phrases


@dataclass(frozen=True, slots=True)
class MachineWords:
    """What one setting does."""

    setting: str
    """Its name, as in the document."""
    heading: Heading
    words: str
    """A sentence."""


def machine_words(settings: Settings) -> tuple[MachineWords, ...]:
    """Say what each setting makes the software do, in the order of the headings."""
    return tuple(
        MachineWords(name, heading, words)
        for heading, said in _sentences(settings).items()
        for name, words in said.items()
    )


def _sentences(settings: Settings) -> dict[Heading, dict[str, str]]:
    return {
        Heading.CONFIDENTIALITY: {
            "confidential_until": (
                f"Every page of the engagement says that it is confidential until"
                f" {settings.confidential_until}."
            )
        },
        Heading.CYBERSECURITY: _of_the_gateway(settings),
        Heading.INSIDER_RISK: _of_people(settings),
        Heading.USE: {
            "purposes": f"A grant names one of these: {phrases(settings)['purposes']}.",
            "reporting": (
                "Findings that are reported here reach the developer at once, and are kept under"
                " its embargo."
            ),
        },
        Heading.RETENTION: {
            "transcripts_destroyed_after": (
                "What was kept of calls, and documents that were handed in, are destroyed here"
                f" {in_words(settings.transcripts_destroyed_after)} after access has ended."
            ),
            "certificate_due_after": (
                "Each party is asked for its certificate, due"
                f" {in_words(settings.certificate_due_after)} after access has ended."
            ),
        },
    }


def _of_the_gateway(settings: Settings) -> dict[str, str]:
    kept = KEPT[settings.content]
    return {
        "addresses": (
            f"The gateway refuses calls from outside {', '.join(settings.addresses)}."
            if settings.addresses
            else "The gateway takes calls from any network, unless a grant names some."
        ),
        "content": (
            "The gateway keeps digests and sizes of calls, and nothing of their content."
            if settings.content is Kept.NONE
            else f"The gateway keeps of the content of calls: {kept}. This instance cannot read it."
        ),
        "watermark": (
            "The gateway marks every answer with its grant."
            if settings.watermark
            else "The gateway lets answers through unmarked."
        ),
        "proven_calls": (
            "The gateway refuses a call that is not proven with its person's own key."
            if settings.proven_calls
            else "The gateway knows a call by its grant's secret."
        ),
    }


def _of_people(settings: Settings) -> dict[str, str]:
    return {
        "longest_grant": (
            f"A grant is issued for at most {in_words(settings.longest_grant)}, and never beyond"
            " the window."
        ),
        "vetting": (
            "No grant is issued to somebody whose organisation has not attested a vetting."
            if settings.vetting
            else "Grants are issued with or without an attested vetting."
        ),
        "two_persons": (
            f"A second person has to agree before it goes on: {phrases(settings)['two_persons']}."
            if settings.two_persons or settings.break_glass
            else "Nothing waits for a second person."
        ),
        "break_glass": (
            "Two people of the reviewing party can open break-glass access within the window; the"
            " developer is told at once, and can end it."
            if settings.break_glass
            else "There is no break-glass access: nobody but the developer issues a grant."
        ),
    }
