"""The command about CSAF providers, ours or anybody's: whether the written rules are followed."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, Final

import orjson
import typer

from tidegate.engines.formats.advisories.csaf.mandatory import mandatory_faults
from tidegate.engines.formats.advisories.schema_checks import csaf_schema_faults
from tidegate.engines.provider.fetching import Fetch, FolderFetch, HttpFetch
from tidegate.engines.provider.metadata import METADATA, WELL_KNOWN
from tidegate.engines.provider.rules import Report, Role, Verdict, report_on
from tidegate.engines.provider.visiting import visit
from tidegate.faces.cli import screens
from tidegate.faces.cli.printing import as_data, print_json

_PROBLEMS: Final = 1
_CANNOT: Final = 2
_MOST: Final = 1000
_WORDS: Final = {
    Verdict.HOLDS: "holds",
    Verdict.FAILS: "fails",
    Verdict.DEPLOYMENT: "given by the deployment",
    Verdict.UNUSED: "not used",
}

csaf = typer.Typer(help="Providers of CSAF documents.", no_args_is_help=True, rich_markup_mode=None)


def add_to(app: typer.Typer) -> None:
    """Add the commands about CSAF to the command line."""
    app.add_typer(csaf, name="csaf")


@csaf.command()
def check(
    where: Annotated[
        str,
        typer.Argument(
            metavar="URL-or-FOLDER",
            help="A provider-metadata.json, its site, or the folder that a site serves.",
        ),
    ],
    authority: Annotated[
        Path | None,
        typer.Option("--ca", metavar="FILE", help="Certificates to trust instead of the usual."),
    ] = None,
    via: Annotated[
        str,
        typer.Option(
            "--via", metavar="URL", help="Ask here for what the metadata has under its own site."
        ),
    ] = "",
    most: Annotated[
        int, typer.Option("--documents", min=1, help="Look at no more documents than these.")
    ] = _MOST,
    edition: Annotated[
        str, typer.Option("--edition", help="2.0 or 2.1, where a folder or a site has both.")
    ] = "",
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")] = False,
) -> None:
    """Check a CSAF provider by the rules of the standard, one by one (CSAF 2.0, 7.1 and 7.2).

    Exit codes: 0 the role that it claims holds, 1 it does not, 2 nothing could be looked at.
    """
    fetch, address = _fetch(where, authority, via, edition)
    seen = visit(fetch, address, validate=_faults, most_documents=most)
    if not seen.found.is_good:
        why = seen.found.reason or seen.found.status
        told = f"{seen.address} cannot be had: {why}"
        screens.ERRORS.print(screens.safe(told), soft_wrap=True)
        raise typer.Exit(_CANNOT)
    report = report_on(seen, datetime.now(UTC))
    if as_json:
        print_json({**as_data(report), "open": report.open, "good": report.is_good})
    else:
        _show(report)
    raise typer.Exit(0 if report.is_good else _PROBLEMS)


def _fetch(where: str, authority: Path | None, via: str, edition: str) -> tuple[Fetch, str]:
    within = f"{WELL_KNOWN}/v{edition}/{METADATA}" if edition else f"{WELL_KNOWN}/{METADATA}"
    if "://" in where:
        site = "/".join(where.split("/")[:3])
        address = where if where.endswith(f"/{METADATA}") else f"{site}/{within}"
        instead = {site: via.rstrip("/")} if via else None
        return HttpFetch(verify=str(authority) if authority else True, via=instead), address
    site = _site_of(Path(where) / within)
    return FolderFetch(Path(where), site), f"{site}/{within}"


def _site_of(path: Path) -> str:
    """Read for which site a folder was made."""
    try:
        address = str(orjson.loads(path.read_bytes())["canonical_url"])
    except (OSError, ValueError, KeyError, TypeError):
        told = "cannot be read, or has no canonical_url; name the folder that is served as the root"
        screens.ERRORS.print(screens.safe(f"{path} {told}"), soft_wrap=True)
        raise typer.Exit(_CANNOT) from None
    return "/".join(address.split("/")[:3])


def _faults(raw: bytes) -> list[str]:
    try:
        document: Any = orjson.loads(raw)
        return csaf_schema_faults(document) or mandatory_faults(document)
    except (ValueError, AttributeError) as error:
        return [str(error)]


def _show(report: Report) -> None:
    rows = [
        (str(one.number), one.title, one.checked, _WORDS[one.verdict]) for one in report.results
    ]
    screens.show_table("", ("rule", "", "looked at", "result"), rows)
    # Faults quote what a stranger's server said.
    for one in report.results:
        for fault in one.faults:
            screens.OUT.print(screens.safe(f"{one.number}: {fault}"), soft_wrap=True)
    screens.OUT.print(screens.safe(_sentence(report)), soft_wrap=True)


def _sentence(report: Report) -> str:
    documents = f"{report.documents} documents were looked at"
    if report.left_out:
        documents += f", {report.left_out} were not (--documents)"
    if report.role is Role.NONE:
        said = f"claims to be {report.claimed or 'nothing'}, and is not even a publisher"
    elif report.claimed == report.role:
        said = f"is a {report.claimed}, as it claims"
    else:
        said = f"claims to be {report.claimed or 'nothing'}; by the rules it is a {report.role}"
    given = ", ".join(map(str, report.open))
    deployment = f" The deployment has to give {given}." if given else ""
    return f"{report.address} (CSAF {report.version}) {said}. {documents}.{deployment}"
