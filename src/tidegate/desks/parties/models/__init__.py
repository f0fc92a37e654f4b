"""Tables of the desk, by what they hold. Rows are changed by `services` alone."""

from tidegate.desks.parties.models.joining import Invitation
from tidegate.desks.parties.models.marks import Mark
from tidegate.desks.parties.models.organisations import Membership, Organisation
from tidegate.desks.parties.models.persons import Person, PersonManager
from tidegate.desks.parties.models.tokens import ApiToken

__all__ = [
    "ApiToken",
    "Invitation",
    "Mark",
    "Membership",
    "Organisation",
    "Person",
    "PersonManager",
]
