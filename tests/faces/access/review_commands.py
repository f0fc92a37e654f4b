"""Every command of `tidegate reviews`: what it asks, and of what.

A new command stands here with the sentence of the policy that it follows, or the build fails.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final

from tests.desks.access.oracle import Reader
from tests.desks.access.world import World
from tests.faces.access import review_sentences as may
from tests.faces.access import review_things as things
from tests.faces.access import sentences
from tests.faces.access.faces import DOCUMENT, OUT, Command
from tests.faces.access.questions import Asked, Route, each, every, once, only
from tests.faces.access.review_bodies import AGE_KEY, BODY, FRAMEWORK, LATER, SHA256

Things = Callable[[World, Reader], Iterable[Asked]]

_WHY: Final = ("--reason", "because it is so")


def _reads(name: str, asked: Things, *arguments: str) -> Route:
    line = Command(["reviews", *name.split(), *arguments])
    return Route(f"tidegate reviews {name}".rstrip(), line, asked)


def _does(name: str, asked: Things, *arguments: str) -> Route:
    line = Command(["reviews", *name.split(), *arguments])
    # Whoever reads what they ask about may be told otherwise that it is not theirs to change.
    return Route(f"tidegate reviews {name}", line, asked, changes=True, redraws=True)


_RUNS: Final = things.of_engagement(may.RUN)
_SEES: Final = things.of_engagement(may.SEE)
_READS: Final = things.of_engagement(may.READ)

_COURSE: Final = (
    _reads("", every("E", "engagements", may.SEE)),
    _reads("", every("E", "engagements", may.SEE), "--json"),
    _does("open", each("organisations", may.open_for), "{key}", "a model"),
    _reads("show", _SEES, "{key}"),
    _reads("show", _SEES, "{key}", "--json"),
    _does("change", _RUNS, "{key}", "--version", "2"),
    _does("propose", _RUNS, "{key}"),
    _does("begin", things.of_engagement(may.WRITE), "{key}"),
    _does("release", things.of_engagement(may.RELEASE), "{key}", "--to", "public"),
    _does("withdraw", things.of_engagement(may.WITHDRAW), "{key}", "--yes"),
    _does("close", _RUNS, "{key}"),
    _does("window open", _RUNS, "{key}", "--until", LATER),
    _does("window move", _RUNS, "{key}", "--until", LATER),
    _does("plug", _RUNS, "{key}"),
    _does("plug", _RUNS, "{key}", "--put-back"),
    _reads("figures", once),
    _reads("frameworks list", once),
    _reads("frameworks show", once, FRAMEWORK),
    _does("frameworks load", only(sentences.run_the_instance), DOCUMENT),
)

_ORGANISATION: Final = ("--organisation", "{organisation}")

_PEOPLE: Final = (
    _does("ask", _RUNS, "{key}", "O-00000-0000Z", "--part", "reviewer"),
    _does("end-part", things.to_end, "{key}", "{organisation}", "--part", "reviewer"),
    _does(
        "name",
        things.of_person(may.LEAD),
        *("{key}", "{person}", "--duty", "observer", *_ORGANISATION),
    ),
    _does("unname", things.of_person(may.LEAD), "{key}", "{person}", *_ORGANISATION),
    _does("vet", things.of_person(may.LEAD), "{key}", "{person}", "--words", "a", *_ORGANISATION),
    _does("recuse", things.of_person(may.LEAD), "{key}", "{person}", *_ORGANISATION),
    _does("recuse", things.themselves, "{key}", *_ORGANISATION),
    _does("recipient", things.of_party(may.LEAD), "{key}", AGE_KEY, *_ORGANISATION),
    _does("certify", things.of_party(may.CERTIFY), "{key}", "--what", "all", *_ORGANISATION),
    _does("report", things.of_engagement(may.report), "{key}", DOCUMENT),
)

_PROPOSES: Final = things.of_engagement(may.propose_terms)
_SIGNED: Final = ("--signature", DOCUMENT, "--public-key", DOCUMENT)

_TERMS: Final = (
    _reads("terms show", things.with_terms, "{key}"),
    _reads("terms changes", things.with_terms, "{key}"),
    _reads(
        "terms document",
        things.of_version(may.READ_AGREEMENT),
        *("{key}", "--number", "{number}", "--out", OUT),
    ),
    _does("terms default", _PROPOSES, "{key}"),
    _does("terms propose", _PROPOSES, "{key}", DOCUMENT),
    _does("terms take-back", things.of_version(things.takes_back), "{key}", "{number}"),
    _does("terms sign", things.of_digest(things.signs), "{key}", *_SIGNED, "--sha256", "{sha256}"),
    _does(
        "terms acknowledge",
        things.of_digest(things.acknowledges),
        *("{key}", "--sha256", "{sha256}"),
    ),
)

_OF_ENDPOINT: Final = things.inside("endpoints", things.runs, "endpoint")
_WANTED: Final = (
    *("--purpose", "evaluation", "--endpoint", "a", "--operation", "chat"),
    *("--until", LATER),
)

_ACCESS: Final = (
    _reads("endpoint list", things.listed("U", "endpoints", may.SEE_ENDPOINT), "{key}"),
    _does(
        "endpoint add",
        _RUNS,
        *("{key}", "a", "--url", "https://model.example.org/v1", "--model", "a"),
        *("--credential-file", DOCUMENT),
    ),
    _does("endpoint credential", _OF_ENDPOINT, "{endpoint}", "--credential-file", DOCUMENT),
    _does("endpoint end", _OF_ENDPOINT, "{endpoint}"),
    _reads("calls", things.listed("L", "calls", may.READ_CALL), "{key}"),
    _reads("live", _SEES, "{key}", "--once"),
    # Of a text that carries no mark.
    _reads("marked", once, DOCUMENT),
    _does("transcript", things.of_call, "{call}", "--out", OUT),
    _reads("grant list", every("G", "grants", may.READ_GRANT)),
    _reads("grant list", things.listed("G", "grants", may.READ_GRANT), "--engagement", "{key}"),
    _reads("grant show", things.inside("grants", may.READ_GRANT, "grant"), "{grant}"),
    _does("grant ask", things.of_engagement(may.ask_for_grant), "{key}", *_WANTED),
    _does(
        "grant break-glass",
        things.of_engagement(may.work_for_government),
        *("{key}", *_WANTED, *_WHY),
    ),
    *(
        _does(f"grant {verb}", things.inside("grants", judge, "grant", of=of), "{grant}")
        for verb, judge, of in (
            ("second", may.second_grant, things.is_break_glass),
            ("issue", may.decide_grant, bool),
            ("decline", may.decide_grant, bool),
            ("take-up", may.take_up, bool),
            ("revoke", may.END_GRANT, bool),
        )
    ),
    _reads("two-persons list", things.listed("Q", "requests", may.READ_REQUEST), "{key}"),
    _does(
        "two-persons ask",
        things.of_engagement(may.work_for_government),
        *("{key}", "determine", "{key}", *_WHY),
    ),
    _does("two-persons second", things.inside("requests", may.second, "asked"), "{asked}"),
)

_DECISIONS: Final = (
    _reads(
        "evidence list",
        things.listed("V", "evidence", may.READ_EVIDENCE, of=may.READ),
        "{key}",
    ),
    _does("evidence add", things.of_engagement(may.WRITE), "{key}", DOCUMENT),
    _does("evidence digest", things.of_engagement(may.WRITE), "{key}", "a", SHA256),
    _does("evidence set-aside", things.inside("evidence", may.set_aside, "piece"), "{piece}"),
    _does(
        "evidence save",
        things.inside("evidence", may.READ_EVIDENCE, "piece"),
        *("{piece}", "--out", OUT),
    ),
    _does("consult", things.of_engagement(may.work_for_government), "{key}", BODY),
    _does("answer", things.of_consultation, "{key}", "{mark}", "concurs", "--words", DOCUMENT),
    _does(
        "determine",
        things.of_engagement(may.DETERMINE),
        *("{key}", "covered", "--words", "It is."),
    ),
    _reads("determinations", _READS, "{key}"),
    _does("dissent", things.of_determination(may.dissent), "{key}", "{number}", DOCUMENT),
)

_OF_PARTNER: Final = ("{key}", "{organisation}")

_PARTNERS: Final = (
    _reads("partner list", _SEES, "{key}"),
    _does(
        "partner propose",
        things.of_engagement(may.share),
        *("{key}", "O-00000-0000Z", "--identity", "a", "--scope", "a", "--hardening", "a"),
        *("--from", "2026-12-10T12:00:00Z", "--until", LATER),
    ),
    _reads("partner record", things.of_partner(things.reads_record), *_OF_PARTNER, "--out", OUT),
    _does("partner sign", things.of_partner(things.signs_record), *_OF_PARTNER, *_SIGNED),
    _does("partner decline", things.of_partner(may.decline_partner), *_OF_PARTNER),
    _does("partner early", things.of_partner(may.let_early), *_OF_PARTNER),
    _does("partner end", things.of_partner(may.end_partner), *_OF_PARTNER),
)

COMMANDS_OF_REVIEWS: Final = (
    *_COURSE,
    *_PEOPLE,
    *_TERMS,
    *_ACCESS,
    *_DECISIONS,
    *_PARTNERS,
)
