"""Full text search over findings: words in, ids out, the newest first.

The same words are made of a text when it is indexed and when it is asked for, here and by nobody
else, so that no database's own rules for words matter: letters and digits in a row, in small
letters. Identifiers with dashes in them (`CVE-2021-44906`) are words of their own as well. Which
words a finding holds is kept, not where or how often.

Two databases, one seam: SQLite keeps the words in an FTS5 table without content, PostgreSQL in a
`tsvector` column with a GIN index (`migrations/0002_search.py` makes either). The only operators
that reach them are `and`, and a prefix on the last word, which is the one being typed.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import QuerySet

TABLE: Final = "findings_search"

MOST_WORDS: Final = 16
"""Words of one question; more are passed over."""

_WORDS_KEPT: Final = 2000
"""Different words of one finding."""

_LONGEST_WORD: Final = 64
_SHORTEST_BEGUN: Final = 2
"""A single sign is a word by itself, never the beginning of most others."""

_BATCH: Final = 500

_WORD = re.compile(r"[^\W_]+")
_IDENTIFIER = re.compile(
    r"\b(?:cve-\d{4}-\d{4,19}|ghsa(?:-[0-9a-z]{4}){3}|cwe-\d{1,6}|(?:pysec|rustsec|go)-\d{4}-\d+)\b"
)


@dataclass(frozen=True, slots=True)
class Question:
    """What is looked for: findings that hold all of these words."""

    words: tuple[str, ...]
    begun: bool
    """The last word is the beginning of one."""


def index_findings(rows: Iterable[tuple[int, str]]) -> None:
    """Make findings searchable: each by its id and everything that it should be found by.

    Belongs into the transaction that makes the findings. A finding that is searchable already
    stays as it is.
    """
    waiting = iter(rows)
    while batch := dict(islice(waiting, _BATCH)):
        known = _known(list(batch))
        _insert([(id_, words_of(text)) for id_, text in batch.items() if id_ not in known])


def words_of(text: str) -> list[str]:
    """Return the different words of a text, each once, bounded in number and length."""
    plain = _plain(text)
    words = [word[:_LONGEST_WORD] for word in _WORD.findall(plain)]
    if "-" in plain:
        words += [_joined(found) for found in _IDENTIFIER.findall(plain)]
    return list(dict.fromkeys(words))[:_WORDS_KEPT]


def question_of(text: str) -> Question | None:
    """Return what a text asks for; None where it holds no word, which nothing matches."""
    plain = _plain(text)
    words = _WORD.findall(_IDENTIFIER.sub(lambda found: _joined(found[0]), plain))
    begun = bool(words) and plain[-1].isalnum() and len(words[-1]) >= _SHORTEST_BEGUN
    kept = tuple(word[:_LONGEST_WORD] for word in words[-MOST_WORDS:])
    return Question(kept, begun) if kept else None


def newest_matches(
    asked: Question,
    most: int,
    *,
    up_to: int | None = None,
    within: QuerySet[Any] | None = None,
) -> list[int]:
    """Return the ids of the newest findings that fit, the newest first.

    At most `most` of them; `up_to` is the largest id that counts, `within` the findings that do.
    """
    if connection.vendor == "sqlite":
        matches, id_ = f"{TABLE} MATCH %s", "rowid"
    else:
        matches, id_ = "words @@ %s::tsquery", "finding_id"
    values: list[Any] = [_written(asked)]
    if up_to is not None:
        matches += f" AND {id_} <= %s"
        values.append(up_to)
    if within is not None:
        try:
            subquery, bound = within.order_by().values("id").query.sql_with_params()
        except EmptyResultSet:
            return []
        matches += f" AND {id_} IN ({subquery})"
        values += bound
    # The names are constants of this file; what came from outside is in the values.
    sql = f"SELECT {id_} FROM {TABLE} WHERE {matches} ORDER BY {id_} DESC LIMIT %s"  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(sql, [*values, most])
        return [row[0] for row in cursor.fetchall()]


def _plain(text: str) -> str:
    return text.lower() if text.isascii() else unicodedata.normalize("NFKC", text).casefold()


def _joined(identifier: str) -> str:
    return identifier.replace("-", "")


def _known(ids: Sequence[int]) -> set[int]:
    """Return which of some findings are searchable already."""
    id_ = "rowid" if connection.vendor == "sqlite" else "finding_id"
    places = ", ".join(["%s"] * len(ids))
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {id_} FROM {TABLE} WHERE {id_} IN ({places})", ids)  # noqa: S608
        return {row[0] for row in cursor.fetchall()}


def _insert(rows: Sequence[tuple[int, Sequence[str]]]) -> None:
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.executemany(
                f"INSERT INTO {TABLE} (rowid, words) VALUES (%s, %s)",  # noqa: S608
                [(id_, " ".join(words)) for id_, words in rows],
            )
        else:
            cursor.executemany(
                f"INSERT INTO {TABLE} (finding_id, words)"  # noqa: S608
                " VALUES (%s, array_to_tsvector(%s)) ON CONFLICT DO NOTHING",
                [(id_, list(words)) for id_, words in rows],
            )


def _written(asked: Question) -> str:
    """Return a question as the database writes it; its words are letters and digits alone."""
    if connection.vendor == "sqlite":
        quoted = [f'"{word}"' for word in asked.words]
        return " AND ".join(quoted) + ("*" if asked.begun else "")
    quoted = [f"'{word}'" for word in asked.words]
    return " & ".join(quoted) + (":*" if asked.begun else "")
