"""`report`: says how far this operator has come, as far as it agreed to; shows it before."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from tidegate.faces.operator import stages
from tidegate.faces.operator.given import bytes_of, key_of
from tidegate.faces.operator.home import Home, Mode
from tidegate.faces.operator.knowledge import Knowledge
from tidegate.faces.operator.printing import complain, counted, say, say_json
from tidegate.faces.operator.refused import RefusedError
from tidegate.faces.operator.reports import Report, mark_told, reports
from tidegate.faces.operator.sending import LeftOut, send, token_of
from tidegate.faces.operator.stages import Basis, Stage

_MOST_COMPLAINTS: Final = 5


def add_to(commands: Any) -> None:
    """Add the command."""
    command = commands.add_parser(
        "report",
        help="say how far you have come, as far as you agreed to",
        description="Keeps what you say of stages, and sends what the mode in operator.toml lets"
        " out: nothing, counts, or each stage of each asset under a random name.",
    )
    said = command.add_mutually_exclusive_group()
    for stage in (Stage.SEEN, Stage.PLANNED, Stage.APPLIED, Stage.VERIFIED):
        said.add_argument(
            f"--{stage}", metavar="ADVISORY", help=f"say that an advisory is {stage} here"
        )
    command.add_argument("--asset", default="", metavar="NAME", help="only on this asset")
    command.add_argument(
        "--verified-by", choices=["run"], help="what --verified rests on; inventories by themselves"
    )
    command.add_argument("--receipt", metavar="FILE", help="of the run")
    command.add_argument(
        "--key",
        default="",
        metavar="FILE",
        help="the public key, in PEM, that has to have signed the receipt",
    )
    command.add_argument(
        "--show", action="store_true", help="print the bytes that would be sent, and send nothing"
    )
    command.add_argument("--json", action="store_true", help="print JSON of what was done")
    command.set_defaults(work=_report)


def _report(given: argparse.Namespace, home: Home, now: datetime) -> int:
    reporting = home.configuration().reporting
    with home.alone(), Knowledge.open(home.knowledge_file) as knowledge:
        with knowledge.transaction():
            said = _keep(given, knowledge, now)
            ready = reports(knowledge, reporting.mode)
        if given.show:
            _show(ready, reporting.mode)
            return 0
        sent = _send(ready, home, knowledge, now)
    if given.json:
        say_json({"mode": reporting.mode, "said": said, "sent": sent})
        return 0
    for asset in said:
        say(f"Kept for {asset}.")
    if reporting.mode is Mode.NOTHING:
        say("Nothing is sent: report.mode is 'nothing'.")
    else:
        say(
            f"Sent {counted(sent, 'report', 'reports')} to {reporting.instance}."
            if sent
            else "There is nothing new to say."
        )
    return 0


def _keep(given: argparse.Namespace, knowledge: Knowledge, now: datetime) -> tuple[str, ...]:
    """Keep what was said on the command line; returns the assets that it was said of."""
    words = ((stage, getattr(given, stage, None)) for stage in Stage)
    stage, advisory = next(((stage, said) for stage, said in words if said), (None, ""))
    if stage is None:
        if given.receipt or given.verified_by or given.key:
            raise RefusedError("--receipt and --key are for --verified ADVISORY --verified-by run")
        return ()
    basis, receipt = Basis.SAID, ""
    if stage is Stage.VERIFIED:
        if given.verified_by != "run" or not given.receipt:
            raise RefusedError(
                "nobody's word verifies: plan with a newer inventory, and it is verified by itself;"
                " or give --verified-by run --receipt FILE"
            )
        key = key_of(given.key)
        raw = bytes_of(Path(given.receipt))
        basis, receipt = Basis.RUN, stages.receipt_digest(raw, key)
        complain(
            "The receipt is signed with the key that you gave."
            if key
            else "Who signed the receipt was not checked, so anybody can have written it; give the"
            " public key of who ran it with --key FILE."
        )
    assets = stages.assets_concerned(knowledge, advisory, given.asset)
    if basis is Basis.RUN and len(assets) > 1:
        raise RefusedError(
            f"a run was on one asset, and it was found on {', '.join(assets)}; name it with --asset"
        )
    for asset in assets:
        stages.reach(knowledge, advisory, asset, stage, now, basis, receipt)
    return assets


def _show(ready: tuple[Report, ...], mode: Mode) -> None:
    for one in ready:
        sys.stdout.buffer.write(one.content)
    sys.stdout.flush()
    if mode is Mode.NOTHING:
        complain("Not a byte is sent: report.mode is 'nothing'.")
    elif not ready:
        complain("Not a byte is sent: there is nothing new to say.")


def _send(ready: tuple[Report, ...], home: Home, knowledge: Knowledge, now: datetime) -> int:
    if not ready:
        return 0
    configuration = home.configuration()
    reporting, place = configuration.reporting, configuration.places[0]
    if not reporting.token_file:
        raise RefusedError("report.token_file is empty; write the name of the token's file")
    token = token_of(home.folder / reporting.token_file)
    for one in ready:
        left_out = send(
            one.content, reporting.instance, token, ca_file=place.ca_file, proxy=place.proxy
        )
        told = one
        if reporting.mode is Mode.FULL:
            # What was not taken is said again with the next report.
            taken = (line for number, line in enumerate(one.told) if number not in left_out)
            told = replace(one, told=tuple(taken))
        with knowledge.transaction():
            mark_told(knowledge, told, now)
        _complain(left_out.values())
    return len(ready)


def _complain(left_out: Iterable[LeftOut]) -> None:
    different = [*dict.fromkeys(left_out)]
    for one in different[:_MOST_COMPLAINTS]:
        complain(f"Not taken of {one.advisory}: {one.words}")
    if len(different) > _MOST_COMPLAINTS:
        complain(f"And {len(different) - _MOST_COMPLAINTS} more were not taken.")
