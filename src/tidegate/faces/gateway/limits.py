"""How much and how long: the bounds of a call, each with a reason to be there."""

from __future__ import annotations

from dataclasses import dataclass

_MEBIBYTE = 1 << 20


@dataclass(frozen=True, slots=True)
class Limits:
    """Bytes and seconds. Tests hand in smaller ones."""

    request: int = 32 * _MEBIBYTE
    """Bytes of a request; pictures come as data."""
    stranger: int = 64 << 10
    """Bytes of a request that are read before it is known who asks."""
    large: int = 256 << 10
    """Bytes from which work is done beside the loop, and from which a body waits for its turn."""
    large_bodies: int = 2
    """Large bodies that are received and read at once in a process; of a grant it is one."""
    structures: int = 500_000
    """Values in a body: each takes far more memory than it has bytes."""
    depth: int = 200
    """Of values within values."""
    unread: int = 128
    """Requests of one address whose bodies have not come in yet."""
    calls_of_grant: int = 600
    """Calls of one grant that run at once in a process."""
    request_seconds: float = 60.0
    """In which a request has to have come in."""
    unknown_seconds: float = 0.3
    """After which an unknown key is answered, whatever is the matter with it."""
    connect_seconds: float = 10.0
    idle_seconds: float = 300.0
    """In which an endpoint has to say something; models that think say nothing for long."""
    call_seconds: float = 30 * 60.0
    """For a whole call."""
    answer: int = 64 * _MEBIBYTE
    """Bytes of an answer that is streamed."""
    held: int = 16 * _MEBIBYTE
    """Bytes of an answer, or of one event of it, that is held in memory as a whole."""
    fault: int = _MEBIBYTE
    """Bytes of what an endpoint says of its fault."""
    kept: int = 8 * _MEBIBYTE
    """Bytes of a call's content that are kept, where the terms want it."""
    watch_seconds: float = 0.025
    """How often is looked whether access was ended, while something runs."""
    again_seconds: float = 15.0
    """After which the policy is asked again about what still runs."""
