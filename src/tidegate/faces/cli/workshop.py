"""Everything that the commands need to reproduce findings, put together and taken down again."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import platformdirs

from tidegate.engines.reproduction.ecosystems import Ecosystems
from tidegate.engines.reproduction.receipts import InstanceKey
from tidegate.engines.reproduction.reproduce import Reproducer
from tidegate.engines.reproduction.trials import Laboratory
from tidegate.engines.sandbox import BubblewrapSandbox


@dataclass(frozen=True, slots=True)
class Workshop:
    """A reproducer and the laboratory that it works in."""

    laboratory: Laboratory
    reproducer: Reproducer


@contextmanager
def open_workshop() -> Iterator[Workshop]:
    """Open a sandbox and the ecosystems; whatever happens, nothing is left running.

    Raises:
        SandboxError: there is no isolation here, so nothing may be run.
    """
    with BubblewrapSandbox() as sandbox:
        laboratory = Laboratory([sandbox])
        with Ecosystems(sandbox) as ecosystems:
            reproducer = Reproducer(laboratory, ecosystems.of_type, time.monotonic)
            yield Workshop(laboratory, reproducer)


def key_folder() -> Path:
    """Return where the instance keeps its signing key; `TIDEGATE_KEYS` names another place."""
    named = os.environ.get("TIDEGATE_KEYS")
    return Path(named) if named else platformdirs.user_data_path("tidegate") / "keys"


def instance_key() -> InstanceKey:
    """Return the instance's signing key, made at its first use.

    Raises:
        ReceiptError: the key cannot be read, made, or trusted.
    """
    return InstanceKey.load_or_create(key_folder())
