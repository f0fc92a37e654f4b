"""A program whose workers are killed between sending and noting it, and that counts what arrived.

It stands for the machine: it has an instance of its own, a mail server and a server for webhooks,
and forks workers that do one round each. Some are killed with SIGKILL at the very moment at which
they would note that something was taken.

    python -m tests.desks.notices.jobs.killing

prints one JSON document: what arrived after each round, under which names.
"""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from tidegate.instance.opening import open_instance

open_instance()

from django.db import connections  # noqa: E402 - Django first

from tests.desks.notices.hooks import hook  # noqa: E402
from tests.desks.notices.made import (  # noqa: E402
    NOW,
    coordinated,
    happens,
    organisation,
    party,
    person,
)
from tests.desks.notices.mailboxes import mailbox  # noqa: E402
from tidegate.desks.access.actors import OWNER  # noqa: E402
from tidegate.desks.access.words import OrganisationKind  # noqa: E402
from tidegate.desks.notices.jobs.sending import tick  # noqa: E402
from tidegate.desks.notices.models import Occasion, Sending  # noqa: E402
from tidegate.desks.notices.services import outbox, webhooks  # noqa: E402

SECOND = timedelta(seconds=1)
AFTER = NOW + outbox.CLAIM + 30 * SECOND
"""When the claims of the killed have ended."""
_ROUNDS = 10


def killed_at_mark(channel: str) -> None:
    """Have this process die when it would note that something on a channel was taken."""
    real = outbox.mark_sent

    def mark_sent(sending: Sending, at: datetime) -> None:
        if sending.channel == channel:
            os.kill(os.getpid(), signal.SIGKILL)
        real(sending, at)

    outbox.mark_sent = mark_sent


def fork(*, at: datetime, rounds: int = 1, before: Callable[[], None] | None = None) -> int:
    """Start a worker; return its process."""
    connections.close_all()
    child = os.fork()
    if child == 0:
        code = 1
        try:
            if before:
                before()
            for number in range(rounds):
                tick(at + number * SECOND)
            code = 0
        finally:
            os._exit(code)
    return child


def ended_with(child: int) -> int:
    """Wait for a worker; return the signal that ended it, or its exit code."""
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def main() -> None:
    """Kill two workers, let a third do their work, and then two work at once."""
    told: dict[str, Any] = {}
    with hook() as taking, mailbox() as box:
        os.environ.update(box.environment, TIDEGATE_WEBHOOK_HOSTS="127.0.0.1")
        vendor = organisation(OrganisationKind.VENDOR)
        case = coordinated()
        party(case, vendor, person(vendor))
        url = f"http://127.0.0.1:{taking.port}/"
        webhooks.add_webhook(OWNER, vendor.key, url, at=NOW)
        Occasion.objects.update(told_at=NOW)

        def arrived() -> dict[str, list[str]]:
            ids = [taking.headers(n)["webhook-id"] for n in range(len(taking.received))]
            return {"mails": [str(mail["Message-ID"]) for mail in box.mails], "messages": ids}

        for _ in range(2):
            happens("fact-recorded", case=case.case)
        first = fork(at=NOW, before=lambda: killed_at_mark("mail"))
        told["first"] = [ended_with(first), arrived()]
        second = fork(at=NOW + SECOND, before=lambda: killed_at_mark("webhook"))
        told["second"] = [ended_with(second), arrived()]
        told["idle"] = [ended_with(fork(at=NOW + 2 * SECOND)), arrived()]
        told["third"] = [ended_with(fork(at=AFTER)), arrived()]
        told["states"] = sorted(Sending.objects.values_list("channel", "state"))

        before = len(taking.received)
        for _ in range(20):
            happens("fact-recorded", case=case.case)
        workers = [fork(at=AFTER + SECOND, rounds=_ROUNDS) for _ in range(2)]
        told["together"] = [ended_with(worker) for worker in workers]
        told["once"] = arrived()["messages"][before:]
    print(json.dumps(told))


if __name__ == "__main__":
    main()
