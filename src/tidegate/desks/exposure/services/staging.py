"""The records of an edition between their reading and the verdict on it: in a file without a name.

Whether an edition may be taken is known at its end, and reading is what costs most; so it is read
once. The file can be opened by nobody else and is gone with the process, whatever becomes of it.
Memory holds one batch.
"""

from __future__ import annotations

import pickle
import tempfile
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from tidegate.engines.feeds import Record


class Staging:
    """Records that wait, in the order in which they came.

    Args:
        folder: where there is room for them.
        batch: how many are kept, and given back, together.
    """

    def __init__(self, folder: Path, batch: int) -> None:
        self._file: IO[bytes] = tempfile.TemporaryFile(dir=folder)  # noqa: SIM115 - closed by exit
        self._batch = batch
        self._waiting: list[Record] = []
        self._batches = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._file.close()

    def add(self, record: Record) -> None:
        """Keep a record."""
        self._waiting.append(record)
        if len(self._waiting) >= self._batch:
            self._put()

    def batches(self) -> Iterator[list[Record]]:
        """Give all records back, in batches; none is added from here on."""
        self._put()
        self._file.seek(0)
        for _ in range(self._batches):
            # They come out of a file that nobody but this process ever had.
            yield pickle.load(self._file)  # noqa: S301

    def _put(self) -> None:
        if self._waiting:
            pickle.dump(self._waiting, self._file, protocol=pickle.HIGHEST_PROTOCOL)
            self._waiting = []
            self._batches += 1
