"""What could not be told: part of every answer that lists what is exposed, so none is silence."""

from __future__ import annotations

from tidegate.faces.api.schemas.common import Form
from tidegate.faces.api.schemas.exposure_keys import Ecosystem


class EcosystemUntold(Form):
    """An ecosystem of which no fresh feed tells."""

    ecosystem: Ecosystem
    """OSV's word, with its release."""
    words: str


class FeedUntold(Form):
    """A feed on which days rest, and that is not here or too old."""

    feed: str
    words: str


class Untold(Form):
    """What could not be told. That nothing is found says something only where `is_nothing`."""

    is_nothing: bool
    """All was told."""
    words: list[str]
    """All of it, a sentence for each."""
    assets: int
    """That are run now, and asked about; without any, nothing was told at all."""
    without_inventory: int
    """Assets of which nothing was handed in."""
    not_understood: int
    """Places of inventories that were left out."""
    unplaced: int
    """Components of which nothing can be said."""
    in_doubt: int
    """Packages in a version for which 'not affected' may not be said."""
    unknown: int
    """Exposures of which it is not known whether the asset is affected."""
    undetermined: int
    """Exposures whose day rests on something that nobody knows."""
    ecosystems: list[EcosystemUntold]
    feeds: list[FeedUntold]
