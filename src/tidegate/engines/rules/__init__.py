"""Decision tables as data, and the remediation clocks that an authority reads from them."""

from tidegate.engines.rules.clocks import Circumstances, Deadline, Start, day_end, deadline
from tidegate.engines.rules.deciding import Decision, Input, decide
from tidegate.engines.rules.errors import RuleError, RuleInputError
from tidegate.engines.rules.explaining import explain, is_determined, reasons, why, why_moved
from tidegate.engines.rules.histories import (
    Change,
    Computation,
    Facts,
    Moment,
    Move,
    changes,
    facts,
    history,
    moved,
)
from tidegate.engines.rules.loading import (
    read_table,
    shipped_table,
    shipped_tables,
    table_schema,
)
from tidegate.engines.rules.policies import Force, PolicySet, Scope, force_on
from tidegate.engines.rules.policy_loading import (
    policy_set_for,
    policy_set_schema,
    read_policy_set,
    shipped_policy_sets,
    shipped_reading,
)
from tidegate.engines.rules.readings import UNDETERMINED, UNKNOWN, Answer, Basis, answer
from tidegate.engines.rules.tables import DecisionTable
from tidegate.engines.rules.trees import Branch, tree

__all__ = [
    "UNDETERMINED",
    "UNKNOWN",
    "Answer",
    "Basis",
    "Branch",
    "Change",
    "Circumstances",
    "Computation",
    "Deadline",
    "Decision",
    "DecisionTable",
    "Facts",
    "Force",
    "Input",
    "Moment",
    "Move",
    "PolicySet",
    "RuleError",
    "RuleInputError",
    "Scope",
    "Start",
    "answer",
    "changes",
    "day_end",
    "deadline",
    "decide",
    "explain",
    "facts",
    "force_on",
    "history",
    "is_determined",
    "moved",
    "policy_set_for",
    "policy_set_schema",
    "read_policy_set",
    "read_table",
    "reasons",
    "shipped_policy_sets",
    "shipped_reading",
    "shipped_table",
    "shipped_tables",
    "table_schema",
    "tree",
    "why",
    "why_moved",
]
