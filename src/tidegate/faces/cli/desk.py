"""The commands of the desk: findings are handed in, worked on, listed, merged and split."""

from __future__ import annotations

import signal
import sys
import threading
from contextlib import nullcontext
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from django.apps import apps

from tidegate.engines.formats.reports import Format
from tidegate.faces.cli import intake as handing_in
from tidegate.faces.cli import lists, screens
from tidegate.faces.cli.acting import actor
from tidegate.faces.cli.printing import print_json
from tidegate.instance.opening import open_instance

if TYPE_CHECKING:
    from collections.abc import Callable

PROBLEMS = 1

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead of tables.")]
Limit = Annotated[int, typer.Option("--limit", metavar="N", min=1, max=200, help="Rows to show.")]
Cursor = Annotated[
    str | None, typer.Option("--cursor", metavar="C", help="Go on where another page ended.")
]
Search = Annotated[
    str, typer.Option("--search", metavar="TEXT", help="Words, a key, a CVE, a package.")
]
Reason = Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why, in a sentence.")]
DEFAULT_PORT = 8750


def add_to(app: typer.Typer) -> None:
    """Add the commands of the desk to the command line."""
    for command in (intake, work, serve, findings, finding, cases, case, merge, split):
        app.command()(command)


def expected() -> tuple[type[Exception], ...]:
    """Return what the desk may refuse, once it has been opened; each has its sentence."""
    if not apps.ready:
        return ()
    from tidegate.desks.access.refusals import NotFoundError
    from tidegate.desks.findings.jobs.worker import AlreadyWorkingError
    from tidegate.desks.findings.queries.errors import NotHereError, QueryError
    from tidegate.desks.findings.services.refusals import NotPossibleError

    return (AlreadyWorkingError, NotHereError, QueryError, NotPossibleError, NotFoundError)


def intake(
    files: Annotated[
        list[Path],
        typer.Argument(metavar="FILE...", help="Documents, or folders of them; - is stdin."),
    ],
    finder: Annotated[
        str, typer.Option("--finder", metavar="NAME", help="Whom to credit, verbatim.")
    ] = "",
    organisation: Annotated[
        str,
        typer.Option("--organisation", metavar="ID", help="For which one; such as O-7K3M9-Q2X4D."),
    ] = "",
    format_word: Annotated[
        Format | None, typer.Option("--format", help="Recognised by content if left out.")
    ] = None,
    target: Annotated[
        str | None,
        typer.Option("--target", metavar="PURL", help="The package of records that name none."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Hand in findings: native, SARIF 2.1.0, OSV 1.7, mantis, CSAF 2.1 reports, cases of VINCE.

    A CSAF report is a 'vulnerability report'. All of them may be compressed.
    """
    open_instance()
    refused = 0
    for path in handing_in.documents(files):
        taken = handing_in.hand_in(
            path,
            finder=finder,
            organisation=organisation,
            format_word=format_word,
            target=target,
            quiet=as_json,
        )
        refused += taken.delivery.refused
        if as_json:
            print_json(handing_in.as_document(taken))
        else:
            handing_in.show(taken)
    raise typer.Exit(PROBLEMS if refused else 0)


def work(
    until_idle: Annotated[
        bool, typer.Option("--until-idle", help="End when nothing is left to do.")
    ] = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="Show no progress.")] = False,
) -> None:
    """Run what waits: proofs, ranges, duplicates, fixes. Goes on where it was stopped.

    What is approved goes out meanwhile; --until-idle waits until it has reached the update
    repository, where there is one.
    """
    open_instance()
    from tidegate.desks.findings.jobs import worker
    from tidegate.desks.publications.jobs import trials
    from tidegate.faces import duties
    from tidegate.faces.cli.working import Watching

    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    with duties.being_done(), Watching(quiet=quiet) as watching:
        worker.work(
            stop,
            until_idle=until_idle,
            tick=watching.tick,
            on_workshop=watching.of_workshop,
            more=trials.KINDS,
        )
        if until_idle:
            duties.let_out(stop)
    if stop.is_set() and not quiet:
        screens.ERRORS.print("stopped; what was begun goes on with the next `tidegate work`")


def serve(
    host: Annotated[
        str, typer.Option("--host", metavar="H", help="Beyond loopback with TLS or a named proxy.")
    ] = "127.0.0.1",
    port: Annotated[
        int, typer.Option("--port", metavar="N", min=0, max=65535, help="0 takes a free one.")
    ] = DEFAULT_PORT,
    worker: Annotated[
        bool, typer.Option("--worker/--no-worker", help="Work on what waits, beside it.")
    ] = True,
    browser: Annotated[bool, typer.Option("--open", help="Open it in a browser.")] = False,
    as_json: AsJson = False,
) -> None:
    """Open the console and the API on this machine, with a worker beside them."""
    from tidegate.faces import duties
    from tidegate.faces.web import serving

    try:
        bound = serving.listen(host, port)
    except serving.NotLoopbackError as error:
        raise typer.BadParameter(str(error)) from error
    except OSError as error:
        raise typer.BadParameter(
            f"port {port} cannot be had ({error.strerror}); name another one with --port"
        ) from error
    open_instance()
    address = serving.address_of(bound)

    def ready() -> None:
        if as_json:
            print_json({"console": address, "api": f"{address}api/v1/"})
        else:
            told = f"The console is open at {address} (Ctrl-C ends it)"
            screens.OUT.print(told, highlight=False)
        if browser and serving.can_show_a_browser():
            typer.launch(address)

    command = [sys.executable, "-m", "tidegate", "work", "--quiet"]
    beside = serving.worker_beside(command) if worker else nullcontext()
    # The worker may have nothing to run in, and end: clocks ring all the same.
    with beside, duties.being_done():
        serving.serve(bound, ready)


def findings(
    search: Search = "",
    stage: Annotated[str, typer.Option("--stage", metavar="S")] = "",
    verdict: Annotated[str, typer.Option("--verdict", metavar="V")] = "",
    severity: Annotated[str, typer.Option("--severity", metavar="S")] = "",
    package: Annotated[str, typer.Option("--package", metavar="P")] = "",
    finder: Annotated[str, typer.Option("--finder", metavar="NAME")] = "",
    sort: Annotated[
        str,
        typer.Option("--sort", metavar="S", help="received, severity or package; - turns it."),
    ] = "-received",
    cursor: Cursor = None,
    limit: Limit = 50,
    as_json: AsJson = False,
) -> None:
    """List findings."""
    open_instance()
    from tidegate.desks.findings.queries.findings import FindingFilter, list_findings

    asked = FindingFilter(
        text=search,
        stage=stage,
        verdict=verdict,
        severity=severity,
        package=package,
        finder=finder,
    )
    page = list_findings(actor(), asked, sort, cursor, limit)
    _show_page(page, lists.show_findings, as_json=as_json)


def cases(
    search: Search = "",
    severity: Annotated[str, typer.Option("--severity", metavar="S")] = "",
    package: Annotated[str, typer.Option("--package", metavar="P")] = "",
    sort: Annotated[
        str,
        typer.Option(
            "--sort",
            metavar="S",
            help="priority, opened, severity, finders or package; - turns it.",
        ),
    ] = "-priority",
    cursor: Cursor = None,
    limit: Limit = 50,
    as_json: AsJson = False,
) -> None:
    """List cases: one for each bug."""
    open_instance()
    from tidegate.desks.findings.queries.cases import CaseFilter, list_cases

    page = list_cases(
        actor(),
        CaseFilter(text=search, severity=severity, package=package),
        sort,
        cursor,
        limit,
    )
    _show_page(page, lists.show_cases, as_json=as_json)


def finding(
    key: Annotated[str, typer.Argument(metavar="ID", help="Such as F-7K3M9-Q2X4D.")],
    as_json: AsJson = False,
) -> None:
    """Show a finding: what it says, what its runs showed, and what it is linked to."""
    open_instance()
    from tidegate.desks.findings.queries.findings import get_finding

    detail = get_finding(actor(), key)
    if as_json:
        print_json(asdict(detail))
    else:
        lists.show_finding(detail)


def case(
    key: Annotated[str, typer.Argument(metavar="ID", help="Such as C-7K3M9-Q2X4D.")],
    as_json: AsJson = False,
) -> None:
    """Show a case: its findings and their finders, its range, and what might be the same bug."""
    open_instance()
    from tidegate.desks.findings.queries.cases import get_case

    detail = get_case(actor(), key)
    if as_json:
        print_json(asdict(detail))
    else:
        lists.show_case(detail)


def merge(
    one: Annotated[str, typer.Argument(metavar="CASE")],
    other: Annotated[str, typer.Argument(metavar="CASE")],
    reason: Reason,
) -> None:
    """Hold two cases to be one bug. `tidegate split` undoes it."""
    open_instance()
    from tidegate.desks.findings.services import linking

    merged = linking.merge(actor(), one, other, reason=reason)
    screens.OUT.print(f"one case now: {merged.key}", highlight=False)


def split(
    key: Annotated[str, typer.Argument(metavar="FINDING")],
    reason: Reason,
) -> None:
    """Take a finding out of its case: the links that hold it there are undone."""
    open_instance()
    from tidegate.desks.findings.services import linking

    parted = linking.split(actor(), key, reason=reason)
    where = f"has the case {parted.case.key}" if parted.case else "has no case: it is not proven"
    screens.OUT.print(f"{parted.key} {where}", highlight=False)


def _show_page(page: Any, show: Callable[[Any], None], *, as_json: bool) -> None:
    if as_json:
        print_json({"rows": [asdict(row) for row in page.rows], "next": page.next})
        return
    show(page)
    if page.note:
        screens.ERRORS.print(screens.safe(page.note))
    if page.next:
        screens.ERRORS.print(f"more: --cursor {page.next}", highlight=False)
