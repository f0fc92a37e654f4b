"""Nominates pairs of findings in one package that may be one bug; decides nothing."""

from tidegate.engines.similarity.features import Features, FeaturesError, features
from tidegate.engines.similarity.model import Described, Nomination
from tidegate.engines.similarity.nominations import Index, nominate

__all__ = [
    "Described",
    "Features",
    "FeaturesError",
    "Index",
    "Nomination",
    "features",
    "nominate",
]
