"""What the routes of exposure ask of the plain model, by short names, as `sentences` does."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from tests.desks.access.oracle import Reader
from tests.desks.access.oracle_exposure import Operating
from tests.faces.access import sentences
from tests.faces.access.sentences import May
from tidegate.desks.access.words import Act
from tidegate.desks.exposure.models import Asset, Inventory
from tidegate.desks.parties.models import Organisation


def _may(judge: Callable[[Operating, Act, Any], bool], act: Act) -> May:
    return lambda reader, row: judge(reader.operated, act, row)


def _of_organisation(act: Act) -> May:
    return lambda reader, row: reader.organisation(act, row)


READ_ASSET: Final = _may(Operating.asset, Act.READ)
OPERATE_ASSET: Final = _may(Operating.asset, Act.OPERATE)
FILL_ASSET: Final = _may(Operating.asset, Act.INVENTORY)
"""Hand in what is installed on it."""
READ_INVENTORY: Final = _may(Operating.inventory, Act.READ)
READ_EXPOSURE: Final = _may(Operating.exposure, Act.READ)
OPERATE_EXPOSURE: Final = _may(Operating.exposure, Act.OPERATE)
EXCEPT_EXPOSURE: Final = _may(Operating.exposure, Act.ADMINISTER)
READ_EXCEPTION: Final = _may(Operating.exception, Act.READ)
END_EXCEPTION: Final = _may(Operating.exception, Act.REVOKE)
READ_STATEMENT: Final = _may(Operating.asset, Act.READ)
OPERATE_STATEMENT: Final = _may(Operating.asset, Act.OPERATE)
READ_DELEGATION: Final = _may(Operating.delegation, Act.READ)
END_DELEGATION: Final = _may(Operating.delegation, Act.REVOKE)
SEE_NOTICE: Final = _may(Operating.change_notice, Act.SEE)
READ_NOTICE: Final = _may(Operating.change_notice, Act.READ)
END_NOTICE: Final = _may(Operating.change_notice, Act.REVOKE)
EXAMINE: Final = _of_organisation(Act.EXAMINE)
OPERATE: Final = _of_organisation(Act.OPERATE)
FILL: Final = _of_organisation(Act.INVENTORY)


def read_operator(reader: Reader, organisation: Organisation) -> bool:
    """Say whether somebody reads what an organisation runs."""
    return organisation.suspended_at is None and reader.operated.reads(organisation.pk)


def lead_operator(reader: Reader, organisation: Organisation) -> bool:
    """Say whether somebody administers an organisation for a place in it, or for its provider."""
    return sentences.ADMINISTER(reader, organisation) and OPERATE(reader, organisation)


def take_back(reader: Reader, inventory: Inventory) -> bool:
    """Say whether somebody takes an inventory back: whoever may hand in another one."""
    return FILL_ASSET(reader, inventory.asset)


def read_counts(reader: Reader) -> bool:
    """Say whether somebody reads the counts of all operators."""
    return reader.reads_as_coordinator


def stands(asset: Asset) -> bool:
    """Say whether an asset is run now."""
    return asset.retired_at is None
