"""Everything that the commands need to reproduce findings, put together and taken down again."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial

from tidegate.engines.reproduction.ecosystems import Ecosystems
from tidegate.engines.reproduction.receipts import InstanceKey
from tidegate.engines.reproduction.reproduce import Reproducer
from tidegate.engines.reproduction.trials import Laboratory
from tidegate.engines.sandbox import Sandbox, known_tiers, open_sandbox
from tidegate.instance.keyring import key_folder

_MOST_SANDBOXES = 16


@dataclass(frozen=True, slots=True)
class Workshop:
    """A reproducer and the laboratory that it works in."""

    laboratory: Laboratory
    reproducer: Reproducer


@contextmanager
def open_workshop() -> Iterator[Workshop]:
    """Open a sandbox for each core, and the ecosystems; at the end nothing is left running.

    `TIDEGATE_SANDBOX` names another tier than bubblewrap, if one is installed.

    Raises:
        SandboxError: there is no isolation here, so nothing may be run.
    """
    with ExitStack() as stack:
        count = min(os.cpu_count() or 1, _MOST_SANDBOXES)
        tier = os.environ.get("TIDEGATE_SANDBOX") or known_tiers()[0]
        laboratory = Laboratory([_opened(stack, tier) for _ in range(count)])
        laboratory.reopen = partial(open_sandbox, tier)
        stack.callback(laboratory.close)
        ecosystems = stack.enter_context(Ecosystems(laboratory))
        yield Workshop(laboratory, Reproducer(laboratory, ecosystems.of_type, time.monotonic))


def _opened(stack: ExitStack, tier: str) -> Sandbox:
    sandbox = open_sandbox(tier)
    stack.callback(sandbox.close)
    return sandbox


def instance_key() -> InstanceKey:
    """Return the instance's signing key, made at its first use.

    Raises:
        ReceiptError: the key cannot be read, made, or trusted.
    """
    return InstanceKey.load_or_create(key_folder())
