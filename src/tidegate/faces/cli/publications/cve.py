"""`tidegate cve`: CVE identifiers, reserved here or given by a vendor's CNA.

Records are published at CVE Services by themselves, once a publication with an identifier of ours
has gone out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer
from django.utils import timezone

from tidegate.faces.cli.acting import actor
from tidegate.faces.cli.exposure.documents import nothing, print_data, say, table, tell
from tidegate.faces.cli.publications.given import AsJson, Because, Case
from tidegate.faces.cli.saying import moment
from tidegate.faces.cli.screens import safe
from tidegate.instance.opening import open_instance

if TYPE_CHECKING:
    from tidegate.desks.publications.queries.cve import CveIdRow, CveIds

Number = Annotated[str, typer.Argument(metavar="CVE", help="Such as CVE-2026-12345.")]

app = typer.Typer(
    help="CVE identifiers: reserved here, or given by a vendor's CNA.", rich_markup_mode=None
)


@app.callback(invoke_without_command=True)
def index(context: typer.Context, as_json: AsJson = False) -> None:
    """Work on CVE identifiers; alone it lists them, with what waits at CVE Services."""
    if context.invoked_subcommand is not None:
        return
    open_instance()
    from tidegate.desks.publications.queries.cve import list_cve_ids

    found = list_cve_ids(actor(), at=timezone.now())
    if as_json:
        print_data({"rows": found.rows, "cna": found.cna})
    else:
        _show(found)


@app.command()
def reserve(case: Case, as_json: AsJson = False) -> None:
    """Have an identifier reserved for a case, where this instance is a CNA; `take-back` undoes it.

    Which one it is stands in `tidegate cve` soon after.
    """
    open_instance()
    from tidegate.desks.publications.services import cve_ids

    row = cve_ids.reserve(actor(), case, at=timezone.now())
    told = {"case": _case(row.case), "number": row.number, "state": row.state}
    tell(told, f"an identifier is being reserved for {_case(row.case)}", as_json=as_json)


@app.command()
def assign(
    case: Case,
    number: Number,
    cna: Annotated[str, typer.Option("--cna", metavar="NAME", help="Short name of who gave it.")],
    as_json: AsJson = False,
) -> None:
    """Note the identifier that a vendor's CNA has given to a case."""
    open_instance()
    from tidegate.desks.publications.services import cve_ids

    row = cve_ids.assign(actor(), case, number, cna=cna, at=timezone.now())
    told = {"case": _case(row.case), "number": row.number, "cna": row.cna}
    tell(told, f"{row.number} of {row.cna} is {_case(row.case)}'s", as_json=as_json)


@app.command()
def reject(number: Number, because: Because, as_json: AsJson = False) -> None:
    """Have an identifier of ours rejected at CVE Services; it is never used again."""
    open_instance()
    from tidegate.desks.publications.services import cve_ids

    row = cve_ids.reject(actor(), number, reason=because, at=timezone.now())
    told = {"number": row.number, "state": row.state, "because": row.reject_because}
    tell(told, f"{row.number} is going to be rejected", as_json=as_json)


@app.command("take-back")
def take_back(case: Case, as_json: AsJson = False) -> None:
    """Take back that an identifier is reserved for a case, while none is known."""
    open_instance()
    from tidegate.desks.publications.services import cve_ids

    cve_ids.take_back(actor(), case, at=timezone.now())
    tell({"case": case}, f"no identifier is waited for in {case} any more", as_json=as_json)


def _case(case: object) -> str:
    return str(getattr(case, "key", ""))


def _show(found: CveIds) -> None:
    if found.rows:
        table(
            "",
            ["identifier", "case", "CNA", "state", "revision there", "by", "since", "to know"],
            [
                [
                    safe(row.number or "being reserved"),
                    row.case,
                    safe(row.cna),
                    row.state,
                    str(row.revision or ""),
                    safe(row.by),
                    moment(row.at),
                    safe(_note(row)),
                ]
                for row in found.rows
            ],
            "",
        )
    else:
        nothing(
            "No identifier yet: tidegate cve reserve CASE"
            if found.cna
            else "No identifier yet. Note what a vendor's CNA has given:"
            " tidegate cve assign CASE CVE-... --cna NAME"
        )
    if found.cna:
        say(f"this instance reserves as {found.cna}")
    else:
        nothing("This instance is no CNA (TIDEGATE_CVE_ORG); the vendor's CNA gives identifiers.")


def _note(row: CveIdRow) -> str:
    rejecting = f"rejected because {row.reject_because}" if row.reject_because else ""
    failed = f"tried {row.tries} times: {row.reason}" if row.reason else ""
    return "; ".join(filter(None, [rejecting, failed]))
