"""A stored document, piece by piece, opened as it is read."""

from __future__ import annotations

from tidegate.desks.findings.models import Delivery, DeliveryPiece
from tidegate.desks.findings.sealing import seals_of
from tidegate.engines.sealing import SealError


class Pieces:
    """The pieces of a delivery's document; each is fetched when it is asked for."""

    def __init__(self, delivery: Delivery) -> None:
        """Take up a document that has come whole.

        Raises:
            SealError: there is nothing of it.
        """
        self._delivery = delivery
        self._rows = DeliveryPiece.objects.filter(delivery=delivery)
        self._seals = seals_of(delivery.pk)
        self._count = self._rows.count()
        if not self._count:
            raise SealError(
                f"the document of {delivery.key} is gone; restore the database from a backup"
            )

    def read(self, number: int) -> bytes | None:
        """Return a piece by its number, from 0; None after the last.

        Raises:
            SealError: it was changed, or is not where it belongs; or the end of the document is
                missing, which shows at the piece that is the last one now.
        """
        if number >= self._count:
            return None
        sealed = self._rows.filter(number=number).values_list("content", flat=True).first()
        if sealed is None:
            raise SealError(
                f"piece {number} of the document of {self._delivery.key} is gone;"
                " restore the database from a backup"
            )
        last = number == self._count - 1
        return self._seals.unseal_piece(sealed, self._delivery, number, last=last)
