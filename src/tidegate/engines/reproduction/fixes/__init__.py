"""A fix is tried before it is sent: a ladder of rungs, each reported by itself.

values     a `Fix`, a `Rung` with its word, a `Variant`, the `Label`s
reading    bytes of a stranger to a `Fix`, or one `FixError`
patching   a unified diff on files in memory, to the letter
ladder     pure: the order of the rungs, the labels, `may_publish`
trying     both versions laid out on one runtime, and what is run on them
climbing   `Climber`: each rung as a step, and all of them at one go
mutating   variants of a proof, from tables (`tables/`) and from a seeded generator
attacking  the search for variants that get through
testing    the package's own tests, before and after
receipt    the rungs, signed
"""

from tidegate.engines.reproduction.fixes.climbing import Budget, Climber
from tidegate.engines.reproduction.fixes.ladder import labels, may_publish
from tidegate.engines.reproduction.fixes.reading import FixError, read_fix, released_fix
from tidegate.engines.reproduction.fixes.values import (
    Fix,
    FixKind,
    Label,
    Rung,
    RungName,
    RungWord,
    Variant,
)

__all__ = [
    "Budget",
    "Climber",
    "Fix",
    "FixError",
    "FixKind",
    "Label",
    "Rung",
    "RungName",
    "RungWord",
    "Variant",
    "labels",
    "may_publish",
    "read_fix",
    "released_fix",
]
