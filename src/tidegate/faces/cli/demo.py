"""`tidegate demo`: organisations that can be clicked through, and their logins."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

import typer
from rich.box import SIMPLE_HEAD
from rich.table import Table

from tidegate.faces.cli import screens
from tidegate.faces.cli.printing import print_json
from tidegate.instance.opening import open_instance


def demo(
    quiet: Annotated[bool, typer.Option("--quiet", help="Print nothing.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of tables.")] = False,
) -> None:
    """Make a demo of eight organisations here, or give its people new passwords; prints them.

    Only in an instance that has nobody else in it. What findings there are is coordinated, and one
    case is published once its fix was tried (run this, `tidegate work`, and this again); a model is
    looked at before its release: a scripted one, which `make run` starts beside this; and an
    agency is there to hand in what it runs.
    """
    open_instance()
    from tidegate.faces.demo import coordinating, operating, people, publishing, reviewing

    now = datetime.now(UTC)
    logins = people.settle(now)
    coordinated = coordinating.coordinate(now)
    case = publishing.chosen()
    published = publishing.publish(publishing.offer(case, now), now) if case else None
    engagement = reviewing.review(now)
    operating.operate(now)
    if quiet:
        return
    if as_json:
        print_json(
            {
                "logins": [
                    {
                        "organisation": login.who.organisation,
                        "name": login.who.name,
                        "email": login.who.email,
                        "password": login.password,
                    }
                    for login in logins
                ],
                "cases": [row.case.key for row in coordinated],
                "publication": published.identifier if published else None,
                "engagement": engagement.key if engagement else None,
            }
        )
        return
    table = Table(box=SIMPLE_HEAD, show_edge=False)
    for heading in ("sign in as", "password", "of", "who"):
        table.add_column(heading, no_wrap=heading != "who")
    for login in logins:
        who = login.who
        table.add_row(who.email, login.password, who.organisation, who.does)
    screens.OUT.print(table)
    for row in coordinated:
        screens.OUT.print(
            f"coordinated: {row.case.key}  {screens.safe(row.case.title)}", highlight=False
        )
    if published is not None:
        screens.OUT.print(
            f"published: {published.identifier}  {screens.safe(published.case.title)}"
            "  (it goes out while `tidegate work` or `tidegate serve` runs)",
            highlight=False,
        )
    if engagement is None:
        screens.OUT.print(
            f"no model is looked at: set TIDEGATE_ENDPOINT_HOSTS={reviewing.HOST}, and run"
            f" python -m tidegate.faces.demo.endpoint --port {reviewing.PORT} beside it",
            highlight=False,
        )
        return
    screens.OUT.print(
        f"looked at before its release: {engagement.key}  {screens.safe(engagement.model)}"
        f"  (a grant waits for {people.EVALUATOR.email})",
        highlight=False,
    )
