"""Making an installation ready: Django is set up once, and the tables are brought up to date."""

from __future__ import annotations

import os
from functools import cache
from typing import Final
from urllib.parse import urlsplit

import django
from django.core.management import call_command
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor

from tidegate.instance.home import HomeError, database_url

SETTINGS: Final = "tidegate.instance.settings"


@cache
def open_instance() -> None:
    """Set up Django on this installation's database and create or migrate its tables.

    Raises:
        HomeError: the folder or the database cannot be used; the message says what to do.
    """
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", SETTINGS)
    django.setup()
    try:
        executor = MigrationExecutor(connection)
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            call_command("migrate", verbosity=0, interactive=False)
    except DatabaseError as error:
        told = " ".join(str(error).split())
        raise HomeError(f"the database {_shown(database_url())} cannot be used: {told}") from error


def _shown(url: str) -> str:
    """Return a database's address without the user, the password and the options."""
    parts = urlsplit(url)
    if parts.netloc and "@" in parts.path + parts.query + parts.fragment:
        # A password that holds one of / ? # unquoted: nobody can say where it ends.
        return f"{parts.scheme}://..."
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"
