"""`tidegate relay`: a case is written for another coordinator: a document, or texts to paste."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from tidegate.engines.formats.files import write_atomically
from tidegate.faces.cli import screens
from tidegate.faces.cli.acting import actor
from tidegate.instance.opening import open_instance


def relay(
    case: Annotated[str, typer.Argument(metavar="CASE", help="Such as C-7K3M9-Q2X4D.")],
    to: Annotated[
        str, typer.Option("--to", metavar="NAME", help="Whom it is for, such as CERT/CC.")
    ],
    identifier: Annotated[
        str,
        typer.Option("--identifier", metavar="ID", help="Their own name for it, if it is known."),
    ] = "",
    permission: Annotated[
        str,
        typer.Option(
            "--permission",
            metavar="TEXT",
            help="Who allowed it, where its label forbids to pass it on.",
        ),
    ] = "",
    namespace: Annotated[
        str,
        typer.Option("--namespace", metavar="URL", help="Of yours; TIDEGATE_ADDRESS if left out."),
    ] = "",
    texts: Annotated[
        bool,
        typer.Option("--texts", help="Texts for VINCE-NT's form instead; nothing is recorded."),
    ] = False,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FILE", help="Write it there; else to stdout.")
    ] = None,
) -> None:
    """Hand a case on to another coordinator, as a CSAF 2.1 vulnerability report."""
    if out is not None and not out.parent.is_dir():
        raise typer.BadParameter(f"{out.parent} is no folder; make it, or name another file")
    open_instance()
    from tidegate.desks.cases.services import relaying

    if texts:
        written = relaying.vince_nt_texts(actor(), case, permission=permission).encode("utf-8")
    else:
        written = relaying.relay(
            actor(),
            case,
            to,
            identifier=identifier,
            permission=permission,
            namespace=namespace,
        )
    if out is None:
        sys.stdout.buffer.write(written)
        return
    write_atomically(out, written, mode=0o600)
    told = f"{screens.safe(str(out))} is for {screens.safe(to)}; send it as its label allows"
    screens.ERRORS.print(told, highlight=False, soft_wrap=True)
