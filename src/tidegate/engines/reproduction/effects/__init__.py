"""The eight effects of the contract, each with its watcher."""

from tidegate.engines.reproduction.effects.assertion import Assertion
from tidegate.engines.reproduction.effects.denial_of_service import DenialOfService
from tidegate.engines.reproduction.effects.memory_safety import MemorySafety
from tidegate.engines.reproduction.effects.model import Effect
from tidegate.engines.reproduction.effects.witnessed import (
    CODE_EXECUTION,
    FILE_READ,
    FILE_WRITE,
    NETWORK_REQUEST,
    PROTOTYPE_POLLUTION,
)

_EFFECTS: tuple[Effect, ...] = (
    CODE_EXECUTION,
    FILE_READ,
    FILE_WRITE,
    NETWORK_REQUEST,
    PROTOTYPE_POLLUTION,
    MemorySafety(),
    DenialOfService(),
    Assertion(),
)


def effect_named(name: str) -> Effect:
    """Return an effect by its name in the contract; `KeyError` if there is none."""
    return next(effect for effect in _EFFECTS if effect.name == name)


__all__ = ["Effect", "effect_named"]
