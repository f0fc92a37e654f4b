"""What the commands print for people of access: endpoints, grants, calls, and use as it happens."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tidegate.faces.cli.reviews.documents import facts, table
from tidegate.faces.cli.saying import moment
from tidegate.faces.cli.screens import OUT, safe

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tidegate.desks.reviews.queries.calls import CallShown, LiveUse
    from tidegate.desks.reviews.queries.endpoints import EndpointShown
    from tidegate.desks.reviews.queries.grants import GrantPage, GrantShown
    from tidegate.desks.reviews.queries.requests import RequestShown

_LEVELS: Final = "▁▂▃▄▅▆▇█"


def show_endpoints(rows: Sequence[EndpointShown]) -> None:
    """Show where a model answers."""
    table(
        "",
        ["endpoint", "name", "speaks", "address", "model there", "state"],
        [
            [
                row.key,
                safe(row.name),
                row.protocol,
                safe(row.url),
                safe(row.model),
                f"ended {moment(row.ended_at)}" if row.ended_at else "",
            ]
            for row in rows
        ],
        "No endpoints.",
    )


def show_grants(rows: Sequence[GrantShown]) -> None:
    """Show grants."""
    table(
        "",
        ["grant", "engagement", "model", "person", "for", "until", "state"],
        [
            [
                row.key,
                row.engagement,
                safe(row.model),
                safe(f"{row.person}, {row.organisation}"),
                safe(row.purpose),
                moment(row.good_until),
                row.state.value + (" (break-glass)" if row.break_glass else ""),
            ]
            for row in rows
        ],
        "No grants.",
    )


def show_grant(page: GrantPage) -> None:
    """Show a grant, its scope in words, and the terms that its person works under."""
    row = page.grant
    OUT.print(f"[bold]{row.key}[/]  {safe(row.person)}, {safe(row.organisation)}", highlight=False)
    facts(
        ("model", f"{row.model} ({row.engagement})"),
        ("purpose", row.purpose),
        ("state", row.state.value),
        ("not usable", row.unusable),
        ("from", moment(row.begins_at)),
        ("until", moment(row.good_until)),
        ("asked for", f"{moment(row.asked_at)} by {page.asked_by}"),
        ("issued", f"{moment(row.issued_at)} by {page.issued_by}" if row.issued_at else ""),
        ("ended", f"{moment(row.ended_at)} by {page.ended_by}" if row.ended_at else ""),
        ("because", page.ended_why),
        ("tokens", f"{page.tokens_used} of {page.tokens}" if page.tokens else ""),
        ("scope", "\n".join(page.scope)),
        ("you may", ", ".join(sorted(row.may))),
    )
    if not page.terms_sha256:
        return
    OUT.print(f"\n[bold]{safe(page.terms_title)}[/]", highlight=False)
    for clause in page.terms:
        OUT.print(f"  {safe(clause.plain)}", highlight=False, soft_wrap=True)
    if not page.acknowledged:
        OUT.print(
            f"\nto take it up, first: tidegate reviews terms acknowledge {row.engagement} --sha256"
            f" {page.terms_sha256}",
            highlight=False,
            soft_wrap=True,
        )


def show_requests(rows: Sequence[RequestShown]) -> None:
    """Show what was asked for that takes two persons."""
    table(
        "",
        ["request", "what", "about", "asked by", "until", "seconded by", "because"],
        [
            [
                row.key,
                row.action,
                safe(row.subject),
                safe(row.asked_by),
                "used" if row.used_at else moment(row.expires_at),
                safe(row.seconded_by),
                safe(row.reason),
            ]
            for row in rows
        ],
        "Nothing was asked for that takes two persons.",
    )


def show_calls(rows: Sequence[CallShown]) -> None:
    """Show calls."""
    table(
        "",
        ["call", "person", "endpoint", "what", "from", "began", "ended", "tokens", "outcome"],
        [_call(row) for row in rows],
        "No calls.",
    )


def show_live(found: LiveUse) -> None:
    """Show who uses a model right now, and how much each has used it."""
    OUT.print(
        f"{moment(found.at)}  {found.calls} calls, {found.tokens} tokens, {found.refusals} refused",
        highlight=False,
    )
    OUT.print(f"last hour  {_bars([one.calls for one in found.minutes])}", highlight=False)
    table(
        "Running now",
        ["call", "person", "endpoint", "what", "from", "began", "ended", "tokens", "outcome"],
        [_call(row) for row in found.running],
        "Nothing runs now.",
    )
    table(
        "Grants",
        ["grant", "person", "running", "calls", "tokens", "bytes", "refused", "last call"],
        [
            [
                one.grant,
                safe(f"{one.person}, {one.organisation}"),
                str(one.running),
                str(one.calls),
                str(one.tokens),
                str(one.bytes),
                str(one.refusals),
                moment(one.last_call_at),
            ]
            for one in found.uses
        ],
        "",
    )


def _call(row: CallShown) -> list[str]:
    about = "about " if row.tokens_estimated else ""
    fault = f" ({row.fault})" if row.fault else ""
    return [
        row.key,
        safe(f"{row.person}, {row.organisation}"),
        safe(row.endpoint),
        row.operation,
        safe(row.address),
        moment(row.began_at),
        moment(row.ended_at),
        f"{about}{row.tokens_in} in, {row.tokens_out} out",
        safe(f"{row.outcome}{fault} {row.reason}".strip()),
    ]


def _bars(numbers: Sequence[int]) -> str:
    most = max(numbers, default=0)
    if not most:
        return "no calls"
    top = len(_LEVELS) - 1
    return "".join(_LEVELS[-(-number * top // most)] for number in numbers)
