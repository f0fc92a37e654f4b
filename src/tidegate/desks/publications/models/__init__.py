"""Tables of the desk, by what they hold. Rows are changed by `services` alone."""

from tidegate.desks.publications.models.adoption import (
    Adoption,
    AdoptionCell,
    AdoptionCount,
    AdoptionFigure,
    Following,
    UpdateRecipient,
)
from tidegate.desks.publications.models.fixes import Fix, Look, Trial
from tidegate.desks.publications.models.publications import (
    Audience,
    CveId,
    Distribution,
    Publication,
    Rendered,
    Revision,
    RevisionApproval,
    RevisionAuthor,
)

__all__ = [
    "Adoption",
    "AdoptionCell",
    "AdoptionCount",
    "AdoptionFigure",
    "Audience",
    "CveId",
    "Distribution",
    "Fix",
    "Following",
    "Look",
    "Publication",
    "Rendered",
    "Revision",
    "RevisionApproval",
    "RevisionAuthor",
    "Trial",
    "UpdateRecipient",
]
