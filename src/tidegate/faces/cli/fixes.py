"""`tidegate fix try`: a fix climbs its ladder before it is sent, and every rung is shown."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from tidegate import __version__
from tidegate.engines.formats.documents import MAX_BYTES
from tidegate.engines.formats.files import write_atomically
from tidegate.engines.formats.finding import Finding, Refusal, read_findings
from tidegate.engines.reproduction.fixes import (
    Budget,
    Climber,
    Fix,
    FixError,
    Rung,
    RungName,
    RungWord,
    read_fix,
    released_fix,
)
from tidegate.engines.reproduction.fixes import receipt as receipts
from tidegate.engines.reproduction.fixes.reading import MAX_DIFF_BYTES, MAX_TEST_BYTES
from tidegate.engines.reproduction.steps import UnrunnableError
from tidegate.faces.cli import screens
from tidegate.faces.cli.printing import print_json
from tidegate.instance.workshop import instance_key, open_workshop

_DEFAULT = Budget()
_PROBLEMS = 1
_COLOURS = {
    RungWord.PASSED: "green",
    RungWord.FAILED: "bold red",
    RungWord.FLAKY: "yellow",
    RungWord.NOT_POSSIBLE: "cyan",
    RungWord.SKIPPED: "dim",
}

app = typer.Typer(help="Fixes, tried before they are sent.", no_args_is_help=True)
app.callback()(lambda: None)


@app.command("try")
def try_fix(
    files: Annotated[
        list[Path], typer.Argument(metavar="FINDING_FILE...", help="All findings of the case.")
    ],
    patch: Annotated[
        Path | None, typer.Option("--patch", metavar="FILE", help="A unified diff.")
    ] = None,
    release: Annotated[
        str | None, typer.Option("--release", metavar="VERSION", help="A released version.")
    ] = None,
    base: Annotated[
        str | None,
        typer.Option(
            "--base", metavar="VERSION", help="What it mends; the first finding's if left out."
        ),
    ] = None,
    tests: Annotated[
        list[Path] | None,
        typer.Option("--test", metavar="FILE", help="A program that passes on the fix only."),
    ] = None,
    runs: Annotated[
        int, typer.Option("--runs", metavar="N", min=0, help="Most runs in search of variants.")
    ] = _DEFAULT.runs,
    seconds: Annotated[
        float, typer.Option("--seconds", metavar="S", min=0, help="Most seconds of that search.")
    ] = _DEFAULT.seconds,
    seed: Annotated[
        int, typer.Option("--seed", metavar="N", help="Of what that search does by chance.")
    ] = _DEFAULT.seed,
    receipt: Annotated[
        Path | None, typer.Option("--receipt", metavar="FILE", help="Write a signed receipt here.")
    ] = None,
    variants: Annotated[
        Path | None,
        typer.Option("--variants", metavar="FOLDER", help="Write variants that got through here."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of tables.")] = False,
) -> None:
    """Try a fix: that it applies, silences every proof and its variants, and changes no more.

    Exit code 1: it may not be published as fixed.
    """
    findings = _findings(files)
    try:
        fix = _fix(findings[0], patch, release, base, tests or ())
    except FixError as error:
        raise typer.BadParameter(str(error)) from error
    key = instance_key() if receipt else None
    started = datetime.now(UTC)
    with open_workshop() as shop:
        climber = Climber(shop.laboratory, shop.reproducer.ecosystem_for)
        with screens.ERRORS.status("", spinner="dots") as status:

            def told(name: RungName, what: str) -> None:
                if not as_json:
                    status.update(f"{name}  {screens.safe(what)}")
                    if not what and not screens.ERRORS.is_terminal:
                        screens.ERRORS.print(f"trying: {name}", highlight=False)

            try:
                state = climber.begin(fix, findings)
                rungs: list[Rung] = []
                for name in RungName:
                    told(name, "")
                    budget = Budget(runs, seconds, seed)
                    rungs.append(climber.rung(name, fix, findings, state, rungs, budget, told))
            except UnrunnableError as error:
                raise typer.BadParameter(str(error)) from error
        tier = shop.laboratory.tier
    if receipt and key:
        said = receipts.statement(
            fix,
            findings,
            state,
            rungs,
            started=started,
            finished=datetime.now(UTC),
            tidegate=__version__,
            tier=tier,
        )
        write_atomically(receipt, receipts.sign(key, said))
    if variants:
        _write_variants(variants, rungs)
    concluded = climber.conclude(rungs)
    if as_json:
        print_json({"fix": fix.digest, **concluded})
    else:
        _show(fix, rungs, concluded["labels"], concluded["reasons"], concluded["caveats"])
    raise typer.Exit(0 if concluded["publish"] else _PROBLEMS)


def _findings(files: Sequence[Path]) -> list[Finding]:
    found: list[Finding] = []
    for file in files:
        for record in read_findings(file):
            if isinstance(record, Refusal):
                raise typer.BadParameter(f"refused: {screens.safe(str(record))}")
            found.append(record)
    if not found:
        raise typer.BadParameter("the files hold no finding; give those of the case")
    return found


def _fix(
    finding: Finding,
    patch: Path | None,
    release: str | None,
    base: str | None,
    tests: Sequence[Path],
) -> Fix:
    version = base or finding.target.version
    if version is None:
        raise typer.BadParameter("the finding names no version; say with --base what is mended")
    package = finding.target.purl.split("?")[0].split("#")[0]
    if finding.target.version is not None:
        package = package.rpartition("@")[0]
    given = {test.name: _read(test, MAX_TEST_BYTES) for test in tests}
    if (patch is None) == (release is None):
        raise typer.BadParameter("give either --patch FILE or --release VERSION")
    if patch is not None:
        raw = _read(patch, MAX_DIFF_BYTES)
        return read_fix(raw, package=package, base=version, tests=given, name=str(patch))
    assert release is not None  # one of both is there
    return released_fix(package, version, release, tests=given)


def _read(path: Path, most: int) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(min(most, MAX_BYTES) + 1)
    except OSError as error:
        raise typer.BadParameter(f"{path} cannot be read: {error.strerror or error}") from error


def _write_variants(folder: Path, rungs: Sequence[Rung]) -> None:
    for number, variant in enumerate((v for rung in rungs for v in rung.variants), 1):
        place = folder / f"{number:02}"
        place.mkdir(mode=0o700, parents=True, exist_ok=True)
        for name, content in variant.files.items():
            # A proof's names are flat by its contract, and held to it when it was read.
            write_atomically(place / name, content, mode=0o600)


def _show(
    fix: Fix,
    rungs: Sequence[Rung],
    labels: Sequence[str],
    reasons: Sequence[str],
    caveats: Sequence[str],
) -> None:
    what = fix.version or f"patch {fix.digest[:16]}"
    screens.show_table(
        f"{screens.safe(what)} for {screens.safe(fix.package)} {screens.safe(fix.base)}",
        ["rung", "result", "what was seen"],
        [
            [
                rung.name.value,
                f"[{_COLOURS[rung.word]}]{rung.word.value}[/]",
                screens.safe(rung.reason),
            ]
            for rung in rungs
        ],
    )
    for rung in rungs:
        for variant in rung.variants:
            told = "; ".join(variant.steps)
            screens.OUT.print(
                f"  {screens.safe(variant.seed)}: {screens.safe(told)}"
                f" (fires in {variant.on_base} of {variant.runs} runs before,"
                f" {variant.on_fixed} after)",
                highlight=False,
            )
    screens.OUT.print(f"labels: {', '.join(labels) or 'none'}", highlight=False)
    if reasons:
        screens.OUT.print("[bold]must not be published as fixed:[/]")
    else:
        screens.OUT.print("may be published as fixed" + (", and say with it:" if caveats else ""))
    for line in reasons or caveats:
        screens.OUT.print(f"  {screens.safe(line)}", highlight=False)
