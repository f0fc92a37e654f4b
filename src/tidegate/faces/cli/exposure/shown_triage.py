"""What the commands print for people of forensic triage: its steps, its log, what it came to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tidegate.faces.cli.exposure.documents import nothing, table
from tidegate.faces.cli.saying import moment
from tidegate.faces.cli.screens import OUT, safe

if TYPE_CHECKING:
    from tidegate.desks.exposure.queries.triage import ItemShown, StepShown, Triage


def show_triage(triage: Triage) -> None:
    """Show the forensic triage of one exposure."""
    OUT.print(f"\n[bold]Forensic triage[/]  {_state(triage)}", highlight=False)
    if triage.was_out_of_order:
        OUT.print("  [bold red]It was remediated before any evidence was collected.[/]",
                  highlight=False)  # fmt: skip
    table(
        "Steps: their hours are advice, their order is none",
        ["step", "what", "from", "by", "after", ""],
        [_step(one) for one in triage.steps],
        "",
    )
    table(
        "Log",
        ["line", "item", "system", "collected", "by", "digest", "words", ""],
        [_item(one) for one in triage.items],
        "Nothing was collected yet." if triage.is_due else "",
    )
    table(
        "Decided; the first one holds",
        ["outcome", "at", "by", "reported", "because"],
        [
            [
                one.outcome,
                moment(one.decided_at),
                safe(one.decided_by),
                moment(one.reported_at) or ("to be reported" if one.is_to_report else ""),
                safe(one.words),
            ]
            for one in triage.decisions
        ],
        "",
    )


def show_log(triage: Triage, exposure: str) -> None:
    """Show triage by itself, with how something is logged."""
    if not (triage.was_due or triage.items or triage.decisions):
        nothing(
            "Forensic triage is not due. What is collected can be logged all the same:\n"
            f"tidegate exposure collect {exposure} ITEM --system NAME --collector NAME"
        )
        return
    show_triage(triage)


def _state(triage: Triage) -> str:
    if triage.is_open:
        return "is due, and not decided"
    if triage.is_due:
        return "was due, and is decided" if triage.decisions else "is due"
    return "is not due any more" if triage.was_due else "is not due"


def _step(one: StepShown) -> list[str]:
    done = {True: "done", False: "", None: "not shown by what is kept"}[one.is_done]
    return [
        one.step,
        safe(one.words),
        moment(one.begins_at),
        moment(one.due_at),
        one.after,
        "its hour is over" if one.is_over else done,
    ]


def _item(one: ItemShown) -> list[str]:
    told = f"taken back {moment(one.taken_back_at)}" if one.taken_back_at else ""
    if not one.is_before_remedy:
        told = f"{told} after it was remediated".strip()
    return [
        str(one.number),
        safe(one.item),
        safe(one.system),
        moment(one.collected_at),
        safe(one.collector),
        one.sha256[:16],
        safe(one.words),
        told,
    ]
