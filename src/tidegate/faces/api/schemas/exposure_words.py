"""Words of exposure whose enumerations have a name that another one has in the API's document.

The framework keeps one form for each name, so these are written out where they stand.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from django.db.models import TextChoices
from pydantic import WithJsonSchema

from tidegate.desks.exposure.models import Edition, Loaded, Statement, TriageDecision
from tidegate.desks.exposure.states.advice import Step
from tidegate.engines import directives, rules


def _one_of(words: type[StrEnum | TextChoices]) -> WithJsonSchema:
    return WithJsonSchema({"type": "string", "enum": [str(word.value) for word in words]})


AdviceStep = Annotated[Step, _one_of(Step)]
AssetScope = Annotated[rules.Scope, _one_of(rules.Scope)]
DutyState = Annotated[directives.State, _one_of(directives.State)]
DirectiveKind = Annotated[directives.Kind, _one_of(directives.Kind)]
DirectiveStatus = Annotated[directives.Status, _one_of(directives.Status)]
LoadedKind = Annotated[Loaded.Kind, _one_of(Loaded.Kind)]
StatementStatus = Annotated[Statement.Status, _one_of(Statement.Status)]
TriageResult = Annotated[TriageDecision.Outcome, _one_of(TriageDecision.Outcome)]
EditionOutcome = Annotated[Edition.Outcome, _one_of(Edition.Outcome)]
