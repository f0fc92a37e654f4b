"""What is news of what a desk publishes, and how does the list of changes tell it? Into a draft.

Both are put into a draft; `drafts.py` writes it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from tidegate.engines.updates.bins import Held
from tidegate.engines.updates.changes import (
    LATEST_PATH,
    News,
    What,
    append,
    segment_path,
    write_latest,
)
from tidegate.engines.updates.drafts import Draft
from tidegate.engines.updates.gate import Addition
from tidegate.engines.updates.roles import Online
from tidegate.engines.updates.states import read_list


def put_news(
    draft: Draft,
    additions: Sequence[Addition],
    withdrawn: Collection[str],
    held: Mapping[str, Held],
    at: datetime,
) -> list[News]:
    """Let a draft hold what is new, revised or withdrawn; return what is told of it.

    What is held already, byte for byte, is no news.

    Raises:
        RepositoryError: a bin is not what was signed.
        OSError: a target cannot be written.
    """
    news: list[News] = []
    coming = {one.path for one in additions}
    for one in additions:
        name = draft.state.bins.get_role_for_target(one.path)
        digest = hashlib.sha256(one.content).hexdigest()
        before = held[name].records.get(one.path)
        if before != digest:
            news.append(News(one.path, digest, _what(one.path, before, withdrawn)))
            draft.add(name, one.path, one.content, at)
    for path in sorted(set(withdrawn) - coming):
        name = draft.state.bins.get_role_for_target(path)
        before = held[name].records.get(path)
        if before is not None:
            news.append(News(path, before, What.WITHDRAWN))
            del draft.bin(name).targets[path]
            draft.retired.append((path, before))
    return news


def extend_list(draft: Draft, news: Sequence[News], at: datetime) -> int:
    """Add lines to the list of changes, and return the sequence that it ends at.

    What is full of it goes into a bin, as records do. It raises what `put_news` raises.
    """
    state = draft.state
    latest, last = read_list(draft.folder, state)
    appended = append(latest, last, news, at)
    draft.retired += [(path, one.hashes["sha256"]) for path, one in state.changes.targets.items()]
    draft.touched.add(Online.CHANGES.value)
    state.changes.targets = {}
    segments = dict(appended.segments)
    if latest.sequence:
        # One that is full since the last time has no new line, and still has to move.
        segments.setdefault(latest.segment, last)
    for number, content in segments.items():
        path = segment_path(number)
        if number == appended.latest.segment:
            draft.list_in(state.changes, path, content, at)
        else:
            draft.add(state.bins.get_role_for_target(path), path, content, at)
    draft.list_in(state.changes, LATEST_PATH, write_latest(appended.latest), at)
    return appended.latest.sequence


def _what(path: str, before: str | None, withdrawn: Collection[str]) -> What:
    if path.startswith("restricted/"):
        return What.RESTRICTED
    if path in withdrawn:
        return What.WITHDRAWN
    return What.PUBLISHED if before is None else What.REVISED
