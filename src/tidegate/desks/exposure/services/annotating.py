"""What VEX statements say is written beside the exposures that they are about; it hides nothing."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Q

from tidegate.desks.exposure.models import Exposure, Statement
from tidegate.desks.exposure.queries.chunks import in_chunks
from tidegate.desks.exposure.queries.vex import settled_of, statuses
from tidegate.desks.exposure.services.turns import take_turn
from tidegate.desks.exposure.states.vex import word_of
from tidegate.desks.parties.models import Organisation


def annotate(exposures: Iterable[int]) -> int:
    """Write what the statements that stand say beside exposures, by their ids.

    It is inside the caller's transaction. No exposure is cleared by it, or leaves a list.

    Returns:
        of how many they say something else than before.
    """
    changed = 0
    speaking = set(Statement.objects.filter(ended_at=None).values_list("organisation", flat=True))
    for chunk in in_chunks(sorted(exposures)):
        # Where nobody has ever loaded a statement, there is nothing to be looked up.
        worth = Q(organisation__in=speaking) | ~Q(vex="")
        rows = list(
            Exposure.objects.filter(worth, pk__in=chunk).select_related("asset", "vulnerability")
        )
        said = settled_of(rows)
        turned = []
        for row in rows:
            word = word_of(statuses(said[row.pk])) if row.pk in said else ""
            if word != row.vex:
                row.vex = word
                turned.append(row)
        Exposure.objects.bulk_update(turned, ["vex"], batch_size=300)
        changed += len(turned)
    return changed


def annotate_all_of(organisation: Organisation) -> int:
    """Write what statements say beside all open exposures of an organisation.

    It is inside the caller's transaction.
    """
    # Else an exposure that opens at this moment would miss what is said of it.
    take_turn()
    rows = Exposure.objects.filter(organisation=organisation, cleared_at=None)
    return annotate([*rows.values_list("pk", flat=True)])
