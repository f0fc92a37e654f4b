"""The durable engine: DBOS on the installation's own database, started and stopped here.

What a workflow or a step hands over is kept as JSON. DBOS would pickle it, and whoever can write
to the database could then run code in the worker (compare VINCE's CVE-2022-40238).
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from dbos import DBOS, DBOSConfig, Serializer
from django.db import connections
from sqlalchemy import URL

from tidegate.instance.home import HomeError

APPLICATION: Final = "tidegate"

QUEUE: Final = "work"
"""The queue that the outbox feeds."""

VERSION: Final = "1"
"""Of the workflows: raised when the order of their steps changes. What was begun under another one
is begun anew by the outbox; what it had finished is kept."""

_POLL_SECONDS: Final = 0.2


class JsonSerializer(Serializer):
    """Plain JSON, and nothing that could be more than data."""

    def serialize(self, data: Any) -> str:
        """Write a value; an exception becomes its text."""
        return json.dumps(data, default=_as_text)

    def deserialize(self, serialized_data: str) -> Any:
        """Read a value."""
        return json.loads(serialized_data)

    def name(self) -> str:
        """Return the name that is kept beside each value."""
        return "json"


def _as_text(value: Any) -> Any:
    if isinstance(value, BaseException):
        return f"{type(value).__name__}: {value}"
    if isinstance(value, tuple | set | frozenset):
        return list(value)
    raise TypeError(f"{type(value).__name__} is no JSON data")


def recover(executor: str) -> None:
    """Take over the workflows that a worker of that name had begun; it must not be running."""
    begun = DBOS.list_workflows(status="PENDING", executor_id=executor, load_input=False)
    for workflow in begun:
        DBOS.resume_workflow(workflow.workflow_id)


def configuration() -> DBOSConfig:
    """Return how DBOS is to run in this process."""
    return {
        "name": APPLICATION,
        "system_database_url": _address(),
        "application_version": VERSION,
        "executor_id": worker_name(),
        "serializer": JsonSerializer(),
        "log_level": os.environ.get("TIDEGATE_WORK_LOG", "ERROR"),
        "notification_listener_polling_interval_sec": _POLL_SECONDS,
    }


def worker_name() -> str:
    """Return the name under which this worker's unfinished work is found again.

    Raises:
        HomeError: it could not be the name of a file.
    """
    name = os.environ.get("TIDEGATE_WORKER") or "local"
    if not re.fullmatch(r"[A-Za-z0-9._-]{1,64}", name):
        raise HomeError(
            f"TIDEGATE_WORKER is {name!r}; write 1 to 64 letters, digits, '.', '_' or '-'"
        )
    return name


@contextmanager
def running(*, at_once: int) -> Iterator[None]:
    """Run the engine: what was left unfinished goes on, and the queue is listened to.

    `at_once` is how many workflows may run in this process at the same time.
    """
    DBOS(config=configuration())
    DBOS.launch()
    try:
        DBOS.register_queue(QUEUE, worker_concurrency=at_once, polling_interval_sec=_POLL_SECONDS)
        yield
    finally:
        DBOS.destroy()


def _address() -> str:
    """Return Django's database in the words of the engine's library."""
    said = connections["default"].settings_dict
    if connections["default"].vendor == "sqlite":
        return URL.create("sqlite", database=str(said["NAME"])).render_as_string()
    host = said["HOST"]
    # A folder is where the socket is; in an address it has to be a parameter.
    socket = {"host": host} if host.startswith("/") else {}
    address = URL.create(
        "postgresql+psycopg",
        username=said["USER"] or None,
        password=said["PASSWORD"] or None,
        host=None if socket else host or None,
        port=int(said["PORT"]) if said["PORT"] else None,
        database=said["NAME"],
        query=socket,
    )
    return address.render_as_string(hide_password=False)
