"""Every command: what it asks, and of what.

A new command stands here with the sentence of the policy that it follows, or the build fails.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final

from tests.desks.access.oracle import Reader
from tests.desks.access.world import World
from tests.faces.access import sentences as may
from tests.faces.access import things
from tests.faces.access.faces import DOCUMENT, OUT, Command
from tests.faces.access.questions import (
    Asked,
    Route,
    each,
    every,
    is_coordinated,
    never,
    of_case,
    of_party,
    once,
    only,
)

Things = Callable[[World, Reader], Iterable[Asked]]

_LATER: Final = "2026-12-20T12:00:00Z"
_WHY: Final = ("--reason", "because it is so")
_KEY: Final = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVqmqq/LDE4izWy10TW"
"""Of a witness. From: C2SP signed-note, an example."""


def _reads(name: str, asked: Things, *arguments: str, narrows: bool = False) -> Iterable[Route]:
    """Yield a command that tells something, to people and to programs."""
    for more in ((), ("--json",)):
        line = Command([*name.split(), *arguments, *more])
        yield Route(f"tidegate {name}", line, asked, narrows=narrows)


def _does(name: str, asked: Things, *arguments: str, stdin: str = "") -> Route:
    line = Command([*name.split(), *arguments], stdin)
    return Route(f"tidegate {name}", line, asked, changes=True)


def _tells_nothing(name: str, why: str) -> Route:
    return Route(f"tidegate {name}", None, never, why=why)


_RUNS: Final = only(may.run_the_instance)

_FINDINGS: Final = (
    _does(
        "intake",
        each("organisations", may.HAND_IN, name="organisation"),
        DOCUMENT,
        "--organisation",
        "{organisation}",
        "--finder",
        "somebody",
    ),
    *_reads("findings", every("F", "findings", may.READ_FINDING)),
    *_reads(
        "findings",
        things.searched("findings", may.READ_FINDING, lambda row: row.title.partition(" ")[0]),
        "--search",
        "{mark}",
        narrows=True,
    ),
    *_reads("finding", each("findings", may.READ_FINDING), "{key}"),
    *_reads("cases", every("C", "cases", may.READ_CASE, of=may.is_standing)),
    *_reads("case", of_case(may.READ_CASE), "{key}"),
    _does("merge", things.merged, "{key}", "{other}", *_WHY),
    _does("split", each("findings", may.JUDGE), "{key}", *_WHY),
    _does("open-case", each("findings", may.JUDGE), "{key}", *_WHY),
    Route("tidegate work", Command(["work", "--until-idle"]), once),
)

_COORDINATION: Final = (
    _does("coordinate", of_case(may.COORDINATE), "{key}"),
    *_reads("coordination", of_case(may.READ_CASE, of=is_coordinated), "{key}"),
    *_reads("clocks", of_case(may.READ_CASE, of=is_coordinated), "{key}"),
    _does("label", of_case(may.COORDINATE), "{key}", "TLP:AMBER"),
    _does("fact", of_case(may.WRITE_CASE), "{key}", "public"),
    _does("close", of_case(may.COORDINATE), "{key}"),
    _does("open-again", of_case(may.COORDINATE), "{key}", *_WHY),
    *_reads("embargo show", of_case(may.SEE_CASE, of=is_coordinated), "{key}"),
    _does("embargo propose", of_case(may.WRITE_CASE), "{key}", _LATER),
    _does("embargo accept", of_case(may.COORDINATE), "{key}"),
    _does("embargo refuse", of_case(may.COORDINATE), "{key}"),
    _does("embargo approve", of_case(may.COORDINATE), "{key}", *_WHY),
    _does("release", of_case(may.COORDINATE), "{key}", *_WHY),
    *(
        _does("relay", of_case(may.COORDINATE), "{key}", "--to", "Another", *more)
        for more in (("--permission", "by us"), ("--texts",))
    ),
    *_reads("inbox", once),
    *_reads("board", every("C", "cases", may.READ_CASE, of=may.is_standing)),
)

_PARTY: Final = ("--organisation", "{organisation}")

_PARTIES: Final = (
    *_reads("parties", things.parties, "{key}"),
    _does("invite-party", things.to_an_organisation, "{key}", "{organisation}", "--role", "other"),
    _does("remove-party", of_party(may.COORDINATE), "{key}", "{organisation}", *_WHY),
    _does("consent", of_party(may.SEE_CASE, may.answer_for), "{key}", *_PARTY, "--terms", _LATER),
    _does("consent", of_party(may.SEE_CASE, may.answer_for), "{key}", *_PARTY, "--decline"),
    _does(
        "status", of_party(may.WRITE_CASE, may.answer_for), "{key}", "pkg:npm/a@1", "fixed", *_PARTY
    ),
    _does("progress", of_party(may.WRITE_CASE, may.answer_for), "{key}", "vendor-aware", *_PARTY),
    _does("report", of_party(may.WRITE_CASE, may.answer_for), "{key}", "validate", *_PARTY),
    _does("team add", things.team, "{key}", "{person}", *_PARTY),
    _does("team remove", things.team, "{key}", "{person}", *_PARTY),
    *_reads("messages", things.messages, "{key}"),
    _does("message", of_case(may.WRITE_CASE), "{key}", "a word"),
    _does("message", things.to_a_party, "{key}", "a word", "--to", "{organisation}"),
    *_reads("attachment", each("attachments", may.READ_ATTACHMENT), "{key}", "--out", OUT),
)

_ORGANISATIONS: Final = (
    _does("init", _RUNS),
    *_reads("organisations", every("O", "organisations", may.SEE_ORGANISATION)),
    _does("organisations open", _RUNS, "New Ltd", "--kind", "vendor"),
    _does("organisations change", each("organisations", may.RUN), "{key}", "--kind", "vendor"),
    _does(
        "organisations provider",
        each("organisations", may.provide),
        "{key}",
        "--issuer",
        "https://id.example.org",
        "--client",
        "a",
        stdin="a secret\n",
    ),
    *_reads("people", things.everybody),
    *_reads("people", things.members, "--organisation", "{key}"),
    _does("people link", each("persons", may.RUN), "{key}"),
    _does(
        "invite",
        each("organisations", may.ADMINISTER),
        "somebody-new@example.org",
        "--organisation",
        "{key}",
    ),
    _does("suspend", each("organisations", may.RUN), "{key}", *_WHY),
    _does("suspend", each("persons", may.RUN), "{key}", *_WHY),
    _does("reinstate", each("organisations", may.RUN), "{key}"),
    _does("reinstate", each("persons", may.RUN), "{key}"),
    *_reads("tokens", every("T", "tokens", may.OWN_TOKEN)),
    _does("tokens create", once, "a token", "--scope", "read"),
    _does("tokens revoke", each("tokens", may.OWN_TOKEN), "{key}"),
)

_INSTANCE: Final = (
    *_reads("keys", _RUNS),
    _does("keys rotate", _RUNS),
    _does("keys rotate", of_case(may.RUN), "--case", "{key}"),
    _does("keys rewrap", _RUNS),
    _does("keys ceremony", _RUNS, "--to", OUT, "--passphrase-file", DOCUMENT),
    _does("keys online make", _RUNS, OUT),
    _does("keys online rotate", _RUNS, "--to", OUT),
    _does("keys root adopt", _RUNS, DOCUMENT),
    *_reads("ledger verify", _RUNS),
    _does("ledger publish", _RUNS, OUT),
    Route("tidegate ledger key", Command(["ledger", "key"]), once),
    *_reads("ledger entries", once),
    *_reads("ledger entries", things.entries_of, "--case", "{key}", narrows=True),
    Route(
        "tidegate ledger proof",
        Command(["ledger", "proof", "{index}"]),
        each("entries", may.READ_ENTRY, name="index"),
    ),
    _does("ledger cosign", _RUNS, DOCUMENT),
    _does("ledger rebuild", _RUNS),
    _does("ledger witness add", _RUNS, _KEY),
    _does("ledger witness remove", _RUNS, "somebody"),
    Route("tidegate ledger witness list", Command(["ledger", "witness", "list"]), once),
    *_reads("policy", once),
)

_NOTICES: Final = (
    *_reads("notices", every("N", "notices", may.OWN_NOTICE)),
    _does("notices read", each("notices", may.OWN_NOTICE), "{key}"),
    _does("notices read", once),
    _does("notices mail", once, "daily"),
    _does("notices feed", once),
    _does("notices retry-mails", _RUNS),
    *_reads("webhooks list", every("W", "webhooks", may.KEEP_WEBHOOK)),
    *_reads("webhooks list", things.webhooks_of, "--organisation", "{key}"),
    _does(
        "webhooks add", each("organisations", may.ADMINISTER), "{key}", "https://hooks.example.org"
    ),
    *(
        _does(f"webhooks {verb}", each("webhooks", may.KEEP_WEBHOOK), "{key}")
        for verb in ("disable", "rotate", "retry")
    ),
)

_WITHOUT_THE_DESK: Final = (
    _tells_nothing("serve", "it listens, and prints its own address; its pages are asked here"),
    _tells_nothing("demo", "it makes people where there are none, and refuses anywhere else"),
    _tells_nothing("reproduce", "it runs a file that whoever runs it has, and opens no database"),
    _tells_nothing("run", "it runs files that whoever runs it has, and opens no database"),
    _tells_nothing("minimise", "it runs a file that whoever runs it has, and opens no database"),
    _tells_nothing("receipt verify", "it checks a file that whoever runs it has"),
    _tells_nothing("decide", "it reads a table that is shipped, or a file, and opens no database"),
    _tells_nothing("tables", "it lists tables that are shipped, and opens no database"),
    _tells_nothing("tables show", "it prints a table that is shipped, or a file"),
    _tells_nothing("version", "it says which version this is"),
    _tells_nothing("keys updates", "it reads what the updates say to everybody"),
    _tells_nothing("keys updates export", "it copies what the updates say to everybody"),
    _tells_nothing("keys root make-key", "it makes a file of whoever runs it"),
    _tells_nothing("keys root show", "it reads a file that whoever runs it has"),
    _tells_nothing("keys root sign", "it signs a file that whoever runs it has, with their key"),
    _tells_nothing("keys root rotate", "it drafts, of what the updates say to everybody"),
    _tells_nothing("keys targets rotate", "it drafts, of what the updates say to everybody"),
)

COMMAND: Final = (
    *_FINDINGS,
    *_COORDINATION,
    *_PARTIES,
    *_ORGANISATIONS,
    *_INSTANCE,
    *_NOTICES,
    *_WITHOUT_THE_DESK,
)
