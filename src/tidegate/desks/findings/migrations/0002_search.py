"""The words that findings are found by: FTS5 in SQLite, a `tsvector` with GIN in PostgreSQL."""

from __future__ import annotations

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

# The tokenizer takes everything that is not ASCII for letters: `search.py` has made the words
# already. Nothing but which finding holds which word is kept, and beginnings of two and three
# signs have an index of their own, because many words begin with them.
_SQLITE = """
CREATE VIRTUAL TABLE findings_search USING fts5(
    words, content='', detail=none, columnsize=1, prefix='2 3', tokenize='ascii'
)
"""

_POSTGRESQL = (
    """
CREATE TABLE findings_search (
    finding_id bigint PRIMARY KEY REFERENCES findings_finding (id) ON DELETE CASCADE
        DEFERRABLE INITIALLY DEFERRED,
    words tsvector NOT NULL
)
""",
    "CREATE INDEX findings_search_words ON findings_search USING gin (words)",
)


def make(_apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    if schema_editor.connection.vendor == "sqlite":
        schema_editor.execute(_SQLITE)
    else:
        for statement in _POSTGRESQL:
            schema_editor.execute(statement)


def drop(_apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    schema_editor.execute("DROP TABLE findings_search")


class Migration(migrations.Migration):
    dependencies = [("findings", "0001_initial")]

    operations = [migrations.RunPython(make, drop)]
