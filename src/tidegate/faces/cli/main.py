"""The command line: `tidegate`.

Exit codes: 0 done, 1 the work found problems (a refused record, an invalid receipt, a result that
is not as its note expects), 2 wrong usage or nothing could be run, 130 interrupted.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from tidegate import __version__
from tidegate.engines.formats.files import write_atomically
from tidegate.engines.formats.finding import Finding, FindingFileError, Refusal, read_findings
from tidegate.engines.reproduction.minimise import MinimiseError
from tidegate.engines.reproduction.ranges import BUDGET_SECONDS
from tidegate.engines.reproduction.receipts import ReceiptError, verify
from tidegate.engines.reproduction.records import as_document
from tidegate.engines.reproduction.reproduce import Wishes
from tidegate.engines.sandbox import SandboxError
from tidegate.engines.sealing import SealError
from tidegate.engines.updates.errors import UpdatesError
from tidegate.faces.cli import (
    acting,
    coordinating,
    csaf,
    deciding,
    desk,
    keys,
    ledger,
    notices,
    parties,
    refused,
    screens,
)
from tidegate.faces.cli.demo import demo
from tidegate.faces.cli.exposure import commands as exposure
from tidegate.faces.cli.folder import Item, Results, Row, items, row_of
from tidegate.faces.cli.policy import policy
from tidegate.faces.cli.printing import print_json
from tidegate.faces.cli.publications import commands as publications
from tidegate.faces.cli.relays import relay
from tidegate.faces.cli.reviews import commands as reviews
from tidegate.instance.home import HomeError
from tidegate.instance.keyring import key_folder
from tidegate.instance.workshop import instance_key, open_workshop

PROBLEMS = 1
CANNOT = 2
INTERRUPTED = 130

app = typer.Typer(
    help="From a suspected vulnerability to a verdict, a proven range and a signed receipt.",
    epilog=(
        "Exit codes: 0 done, whatever the verdict; 1 the work found problems (a refused record, an"
        " invalid receipt, a result that is not as its note expects); 2 wrong usage, or nothing can"
        " be run here; 130 interrupted."
    ),
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
receipt = typer.Typer(help="Signed receipts.", no_args_is_help=True, rich_markup_mode=None)
app.add_typer(receipt, name="receipt")
app.callback()(acting.choose)
parties.add_to(app)
desk.add_to(app)
coordinating.add_to(app)
reviews.add_to(app)
exposure.add_to(app)
publications.add_to(app)
csaf.add_to(app)
app.add_typer(keys.app, name="keys")
ledger.add_to(app)
notices.add_to(app)
deciding.add_to(app)
app.command()(policy)
app.command()(demo)
app.command()(relay)

EXPECTED = (
    SandboxError,
    FindingFileError,
    ReceiptError,
    MinimiseError,
    HomeError,
    SealError,
    UpdatesError,
    OSError,
    *deciding.EXPECTED,
)
"""What can go wrong without a command or Tidegate being wrong; each has its sentence."""

FindingFile = Annotated[
    Path, typer.Argument(metavar="FILE", help="A .json file with one finding, or .jsonl with many.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead of tables.")]
Exhaustive = Annotated[bool, typer.Option("--exhaustive", help="Run every released version.")]
Budget = Annotated[
    float,
    typer.Option("--budget", metavar="S", min=0, help="Seconds for the range of one finding."),
]


@app.command()
def reproduce(
    file: FindingFile,
    version: Annotated[
        str | None, typer.Option("--version", metavar="V", help="Run this version instead.")
    ] = None,
    want_range: Annotated[
        bool, typer.Option("--range", help="Find the affected range by running releases.")
    ] = False,
    exhaustive: Exhaustive = False,
    budget: Budget = BUDGET_SECONDS,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FOLDER", help="Keep results and receipts here.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Run a finding's proof in the sandbox and judge what was seen."""
    records = list(read_findings(file))
    wishes = Wishes(version, want_range or exhaustive, exhaustive, budget_seconds=budget)
    results = Results.open(out, instance_key()) if out else None
    refused = _refuse([record for record in records if isinstance(record, Refusal)])
    findings = [record for record in records if isinstance(record, Finding)]
    with (
        open_workshop() as shop,
        screens.Doing(shop.laboratory, len(findings), quiet=as_json) as doing,
    ):
        for finding in findings:
            doing.begin(finding.id)
            started = datetime.now(UTC)
            found = shop.reproducer.reproduce(finding, wishes, doing.of_range)
            doing.end(found.verdict.word.value)
            if results:
                results.keep(found, started)
            if as_json:
                print_json(as_document(found))
            else:
                screens.show_reproduction(found)
    raise typer.Exit(PROBLEMS if refused else 0)


@app.command()
def run(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="Findings, in any depth.")],
    out: Annotated[
        Path, typer.Option("--out", metavar="FOLDER", help="Where results and receipts go.")
    ] = Path("out"),
    again: Annotated[bool, typer.Option("--again", help="Run what has a receipt, too.")] = False,
    exhaustive: Exhaustive = False,
    budget: Budget = BUDGET_SECONDS,
    as_json: AsJson = False,
) -> None:
    """Run every finding in a folder: verdicts, ranges, receipts. Goes on where it was stopped."""
    if not folder.is_dir():
        raise typer.BadParameter(f"{folder} is not a folder; give the folder of the findings")
    work = list(items(folder))
    if not work:
        raise typer.BadParameter(f"{folder} holds no finding; a finding is a .json or .jsonl file")
    results = Results.open(out, instance_key())
    rows: list[Row] = []
    with open_workshop() as shop, screens.Doing(shop.laboratory, len(work), quiet=as_json) as doing:
        for item in work:
            doing.begin(item.name)
            if isinstance(item.record, Refusal):
                rows.append(Row(item, "refused", reason=str(item.record)))
            else:
                document = None if again else results.done(item.record)
                if document is None:
                    started = datetime.now(UTC)
                    wishes = Wishes(None, True, exhaustive, budget_seconds=budget)
                    found = shop.reproducer.reproduce(item.record, wishes, doing.of_range)
                    document = results.keep(found, started)
                rows.append(row_of(item, document))
            doing.end(rows[-1].verdict)
    _show_summary(rows, out, as_json=as_json)
    raise typer.Exit(PROBLEMS if any(row.is_problem for row in rows) else 0)


@app.command()
def minimise(
    file: FindingFile,
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="FILE", help="Write the finding with the small proof here."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Cut a finding's proof down while its signature (effect, top frames) stays."""
    records = list(read_findings(file))
    if len(records) != 1 or isinstance(records[0], Refusal):
        _refuse([record for record in records if isinstance(record, Refusal)])
        raise typer.BadParameter(f"{file} must hold one good finding; it holds {len(records)}")
    finding = records[0]
    with open_workshop() as shop, screens.Doing(shop.laboratory, 1, quiet=as_json) as doing:
        doing.begin(finding.id)
        steps = shop.reproducer.steps
        small = steps.minimise(finding, steps.judge_named(finding))
    if out:
        write_atomically(out, json.dumps(small.document, indent=2, ensure_ascii=False).encode())
    if as_json:
        print_json(small.document)
        return
    screens.OUT.print(
        f"{small.lines_before} lines became {small.lines_after} in {small.runs} runs"
        + ("" if small.complete else " (the bound on runs was hit: it may be cut further)")
    )
    for name, text in small.shown.items():
        screens.OUT.print(f"[bold]{screens.safe(name)}[/]")
        screens.OUT.print(text, markup=False, highlight=False)


@receipt.command("verify")
def verify_receipt(
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="Receipts.")],
    key: Annotated[
        Path | None,
        typer.Option("--key", metavar="FILE", help="The signer's public key; ours if left out."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Check the signature and the form of receipts, offline."""
    try:
        pem = key.read_bytes() if key else instance_key().public_key_pem
        receipts = [(file, file.read_bytes()) for file in files]
    except OSError as error:
        raise typer.BadParameter(f"{error.filename} cannot be read: {error.strerror}") from error
    valid = [_verified(file, raw, pem, as_json=as_json) for file, raw in receipts]
    raise typer.Exit(0 if all(valid) else PROBLEMS)


def _verified(file: Path, raw: bytes, pem: bytes, *, as_json: bool) -> bool:
    try:
        said = verify(raw, pem)
    except ReceiptError as error:
        if as_json:
            print_json({"file": str(file), "valid": False, "reason": str(error)})
        else:
            screens.ERRORS.print(f"invalid: {screens.safe(f'{file}: {error}')}", highlight=False)
        return False
    of = said.predicate
    if as_json:
        told = {"file": str(file), "valid": True, "keyid": said.keyid, "predicate": dict(of)}
        print_json(told)
    else:
        screens.OUT.print(
            f"valid: {screens.safe(of['finding']['id'])} is {screens.word(of['verdict'])}"
            f" ({of['trust']}), signed by {said.keyid[:16]} at {of['finished']}",
            highlight=False,
        )
    return True


@app.command("version")
def show_version() -> None:
    """Print the version, and where the instance's keys are."""
    screens.OUT.print(f"tidegate {__version__}, keys in {key_folder()}", highlight=False)


def main() -> None:
    """Run the command line; every expected failure is one sentence on stderr."""
    try:
        app(standalone_mode=True)
    except KeyboardInterrupt:
        screens.ERRORS.print("interrupted; nothing is left running, and what was done is kept")
        sys.exit(INTERRUPTED)
    except Exception as error:
        of_desks = (
            *desk.expected(),
            *parties.expected(),
            *reviews.expected(),
            *exposure.expected(),
            *publications.expected(),
        )
        if not isinstance(error, (*EXPECTED, *of_desks, *ledger.EXPECTED)):
            raise
        screens.ERRORS.print(f"tidegate: {screens.safe(str(error))}", highlight=False)
        refused.note(error)
        sys.exit(CANNOT)


def _refuse(refusals: list[Refusal]) -> bool:
    for refusal in refusals:
        screens.ERRORS.print(f"refused: {screens.safe(str(refusal))}", highlight=False)
    return bool(refusals)


def _show_summary(rows: list[Row], out: Path, *, as_json: bool) -> None:
    if as_json:
        for row in rows:
            print_json(_summary(row))
        return
    told: dict[bool | None, str] = {True: "yes", False: "[bold red]no[/]", None: ""}
    columns: list[tuple[str, Callable[[Row], str]]] = [
        ("finding", lambda row: screens.safe(row.item.name)),
        ("expected", lambda row: _expected(row.item)),
        ("found", lambda row: screens.word(row.verdict)),
        ("trust", lambda row: row.trust),
        ("affected range", lambda row: screens.safe(row.vers)),
        ("versions", lambda row: row.versions),
        ("as expected", lambda row: told[row.as_expected]),
    ]
    screens.show_table(
        f"{len(rows)} findings",
        [name for name, _ in columns],
        [[cell(row) for _, cell in columns] for row in rows],
    )
    for row in rows:
        if row.verdict == "refused" or row.as_expected is False:
            screens.OUT.print(
                f"{screens.safe(row.item.name)}: {screens.safe(row.reason)}{_wanted(row)}",
                highlight=False,
            )
    screens.OUT.print(f"receipts in {out / 'receipts'}, results in {out / 'results.jsonl'}")


def _wanted(row: Row) -> str:
    expected = row.item.expected
    if expected is None or row.right_range:
        return ""
    return f" (expected {screens.safe(str(expected.vers))})"


def _expected(item: Item) -> str:
    return screens.word(item.expected.verdict) if item.expected else ""


def _summary(row: Row) -> dict[str, Any]:
    expected = row.item.expected
    return {
        "finding": row.item.name,
        "file": str(row.item.path),
        "verdict": row.verdict,
        "trust": row.trust,
        "vers": row.vers,
        "reason": row.reason,
        "expected": expected.verdict if expected else None,
        "expected_vers": expected.vers if expected else None,
        "as_expected": row.as_expected,
    }
