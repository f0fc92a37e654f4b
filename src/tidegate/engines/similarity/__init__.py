"""Nominates pairs of findings in one package that may be one bug; decides nothing."""

from tidegate.engines.similarity.model import Described, Nomination
from tidegate.engines.similarity.nominations import nominate

__all__ = ["Described", "Nomination", "nominate"]
