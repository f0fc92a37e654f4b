"""Every command about what is published, fixes and adoption: what it asks, of what.

A new command stands here with the sentence of the policy that it follows, or the build fails.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from tests.faces.access import publication_sentences as may
from tests.faces.access import publication_things as things
from tests.faces.access import sentences
from tests.faces.access.faces import Command
from tests.faces.access.publication_things import AGE_KEY, LATER, Things
from tests.faces.access.questions import Route, never, of_case, once, only

_BECAUSE: Final = ("--because", "because it is so")
_OF: Final = ("--organisation", "{organisation}")
_NO_RECORD: Final = '{"edits": 0, "record": {}}'
_DIGEST: Final = "0" * 64


def _reads(name: str, asked: Things, *arguments: str, narrows: bool = False) -> Iterable[Route]:
    """Yield a command that tells something, to people and to programs."""
    for more in ((), ("--json",)):
        yield _reads_so(name, asked, *arguments, *more, narrows=narrows)


def _reads_so(
    name: str, asked: Things, *arguments: str, narrows: bool = False, is_there: bool = True
) -> Route:
    """Return a command that tells something in one form."""
    line = Command([*name.split(), *arguments])
    return Route(f"tidegate {name}", line, asked, narrows=narrows, is_there=is_there)


def _does(name: str, asked: Things, *arguments: str, stdin: str = "") -> Route:
    line = Command([*name.split(), *arguments], stdin)
    # Whoever reads a thing may be told otherwise that it is not theirs to change.
    return Route(f"tidegate {name}", line, asked, changes=True, redraws=True)


_READS: Final = things.of_publication(may.READ_PUBLICATION)
_WRITES: Final = things.of_publication(may.WRITE_PUBLICATION)
_RESPONDS: Final = things.of_fix(may.respond_to_fix)
_COORDINATES: Final = of_case(sentences.COORDINATE)

_WITHOUT_THE_DESK: Final = (
    Route(
        "tidegate fix try",
        None,
        never,
        why="it runs files that whoever runs it has, and opens no database",
    ),
    Route("tidegate csaf check", None, never, why="it reads what a provider shows to everybody"),
)

_FIXES: Final = (
    _does("fix offer", of_case(sentences.WRITE_CASE), "{key}", "--release", "9.9.9"),
    *_reads("fix list", things.fixes_of_case, "{key}"),
    *_reads("fix show", things.of_fix(may.READ_FIX), "{key}"),
    _does("fix trial", _RESPONDS, "{key}"),
    _does("fix look", _RESPONDS, "{key}", "--accept", *_BECAUSE),
    _does("fix withdraw", things.of_fix(may.withdraw_fix), "{key}", *_BECAUSE),
    _reads_so("fix diff", things.of_fix(may.READ_DIFF), "{key}"),
    # No trial of a world has a receipt.
    _reads_so("fix receipt", things.of_fix(may.READ_DIFF), "{key}", "--trial", "1", is_there=False),
)

_PUBLICATIONS: Final = (
    *_reads("publication", once),
    _reads_so("publication", things.titled, "--search", "{mark}", "--json", narrows=True),
    _reads_so("publication", things.of_their_case, "--case", "{key}", "--json", narrows=True),
    _does("publication begin", _COORDINATES, "{key}"),
    *_reads("publication show", _READS, "{key}"),
    *(_reads_so("publication show", _READS, "{key}", "--format", one) for one in ("osv", "record")),
    *_reads("publication check", _READS, "{key}"),
    *_reads("publication diff", _READS, "{key}"),
    _reads_so("publication diff", _READS, "{key}", "--format", "osv"),
    _reads_so("publication diff", _WRITES, "{key}", "--known", "--json"),
    *_reads("publication distribution", once),
    _does("publication rebuild-site", only(sentences.run_the_instance)),
    _does("publication edit", _WRITES, "{key}", "--from", "-", stdin=_NO_RECORD),
    _does("publication recompose", _WRITES, "{key}"),
    *_reads("publication audience", _READS, "{key}"),
    _does("publication audience", _WRITES, "{key}", "--label", "TLP:CLEAR"),
    _does("publication revise", _WRITES, "{key}", "--words", "What changes."),
    _does("publication withdraw", _WRITES, "{key}", *_BECAUSE),
    _does("publication submit", _WRITES, "{key}"),
    _does("publication give-back", _WRITES, "{key}", *_BECAUSE),
    _does("publication approve", _WRITES, "{key}", "--digest", _DIGEST),
    _does("publication call-back", _WRITES, "{key}", *_BECAUSE),
    _does("publication drop", _WRITES, "{key}", *_BECAUSE),
    _does("publication schedule", _WRITES, "{key}", "--at", LATER),
    _does("publication share", _WRITES, "{key}"),
    _does("publication unshare", _WRITES, "{key}"),
)

_CVE: Final = (
    *_reads("cve", once),
    _does("cve reserve", _COORDINATES, "{key}"),
    _does("cve assign", _COORDINATES, "{key}", "CVE-2026-1234", "--cna", "a"),
    _does("cve take-back", _COORDINATES, "{key}"),
    _does("cve reject", things.of_cve(may.REJECT_CVE), "{key}", *_BECAUSE),
)

_ADOPTION: Final = (
    *_reads("adoption", things.of_publication(may.read_curve), "{key}"),
    _reads_so("adoption", things.of_publication(may.read_groups), "{key}", "--by", "sector"),
    _reads_so("adoption", things.for_operators, "{key}", "--own", *_OF, "--json"),
    *_reads("funnel", only(may.read_funnel)),
    _reads_so("funnel", once, "--public", "--json"),
)

_RECIPIENTS: Final = (
    *_reads("update-keys", once),
    _reads_so("update-keys", things.of_organisation(sentences.SEE_ORGANISATION), *_OF, "--json"),
    _does("update-keys add", things.of_organisation(may.register_recipient), AGE_KEY, *_OF),
    _does("update-keys revoke", things.of_recipient, "age1{mark}", *_BECAUSE, *_OF),
)

COMMANDS_OF_PUBLICATIONS: Final = (
    *_FIXES,
    *_PUBLICATIONS,
    *_CVE,
    *_ADOPTION,
    *_RECIPIENTS,
    *_WITHOUT_THE_DESK,
)
