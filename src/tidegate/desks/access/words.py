"""The acts and the kinds of objects that the policy speaks of."""

from __future__ import annotations

from enum import StrEnum
from typing import Final


class Kind(StrEnum):
    """A kind of object; its value is the model's label."""

    INSTANCE = "instance"
    """The installation as a whole; it has no rows."""
    ORGANISATION = "parties.Organisation"
    MEMBERSHIP = "parties.Membership"
    INVITATION = "parties.Invitation"
    TOKEN = "parties.ApiToken"  # noqa: S105 - a model
    DELIVERY = "findings.Delivery"
    FINDING = "findings.Finding"
    EVENT = "findings.Event"
    LINK = "findings.Link"
    NOMINATION = "findings.Nomination"
    CASE = "findings.Case"
    PARTICIPANT = "cases.Participant"
    STATUS = "cases.ProductStatus"
    MESSAGE = "cases.Message"
    ATTACHMENT = "cases.Attachment"
    ENTRY = "ledger.Entry"
    FRAMEWORK = "reviews.LoadedFramework"
    """One that was loaded here; those that are shipped are public."""
    ENGAGEMENT = "reviews.Engagement"
    PARTY = "reviews.Party"
    NAMED_PERSON = "reviews.NamedPerson"
    PARTNER = "reviews.Partner"
    AGREEMENT = "reviews.Agreement"
    ENDPOINT = "reviews.Endpoint"
    GRANT = "reviews.Grant"
    REQUEST = "reviews.TwoPersonRequest"
    CALL = "reviews.Call"
    TRANSCRIPT = "reviews.Transcript"
    EVIDENCE = "reviews.Evidence"
    CONSULTATION = "reviews.Consultation"
    DETERMINATION = "reviews.Determination"
    CERTIFICATE = "reviews.Certificate"
    REPORT = "reviews.Report"
    ASSET = "exposure.Asset"
    INVENTORY = "exposure.Inventory"
    EXPOSURE = "exposure.Exposure"
    EXCEPTION = "exposure.Excepted"
    STATEMENT = "exposure.Statement"
    DELEGATION = "exposure.Delegation"
    CHANGE_NOTICE = "exposure.ChangeNotice"
    PUBLICATION = "publications.Publication"
    FIX = "publications.Fix"
    CVE_ID = "publications.CveId"
    ADOPTION = "publications.Adoption"
    RECIPIENT = "publications.UpdateRecipient"
    """A key that what is restricted is encrypted to."""


class Act(StrEnum):
    """What somebody would like to do with an object."""

    SEE = "see"
    """Know that it is there: its key and the terms under which it may be read."""
    READ = "read"
    """Read what it says."""
    READ_PROOF = "read-proof"
    """Read a proof of vulnerability, or a patch."""
    HAND_IN = "hand-in"
    """Hand in findings in an organisation's name."""
    INVENTORY = "inventory"
    """Hand in what an organisation runs."""
    OPERATE = "operate"
    """Keep an organisation's assets in order, and say what was done about what they expose."""
    COORDINATE = "coordinate"
    """Judge, link, merge and split; invite parties; propose and end an embargo; set a label."""
    RESPOND = "respond"
    """Consent to an embargo or decline it, say how far the own products are; sign for a party."""
    WRITE = "write"
    """Write messages, propose other terms, record what has become public."""
    USE = "use"
    """Call a model with a grant."""
    DETERMINE = "determine"
    """Decide whether a model is covered."""
    EXAMINE = "examine"
    """Read what a decision was made of: evidence, consultations, reasons, dissent. Of an
    organisation: what directives ask of it, and what it has done. Of a publication: its drafts."""
    CERTIFY = "certify"
    """Say for a party what has become of that which it had."""
    ADMINISTER = "administer"
    """Invite and remove people, and set what holds for the whole of it."""
    SUSPEND = "suspend"
    """Shut an organisation or somebody in it out for a time, and let them in again."""
    RELEASE = "release"
    """Put on record that the own model was released."""
    WITHDRAW = "withdraw"
    """Withdraw the own model from being looked at, at once and without a reason."""
    REVOKE = "revoke"
    """End it for good."""


class Role(StrEnum):
    """What a person may do in an organisation."""

    ADMINISTRATOR = "administrator"
    MEMBER = "member"
    READER = "reader"
    """Reads what the organisation may read, and does nothing."""


WORKING: Final = (Role.ADMINISTRATOR, Role.MEMBER)
"""The roles in which somebody does more than read."""


class OrganisationKind(StrEnum):
    """What an organisation is to a vulnerability. One may be several."""

    FINDER = "finder"
    VENDOR = "vendor"
    """A vendor or a maintainer: whoever can mend the product."""
    OPERATOR = "operator"
    AGENCY = "agency"
    MODEL_DEVELOPER = "model-developer"
    TRUSTED_PARTNER = "trusted-partner"
    COORDINATOR = "coordinator"
    REVIEWER = "reviewer"


OPERATING: Final = (OrganisationKind.OPERATOR, OrganisationKind.AGENCY)
"""What runs systems, and hands in what is installed on them."""

REVIEWING: Final = (
    OrganisationKind.AGENCY,
    OrganisationKind.MODEL_DEVELOPER,
    OrganisationKind.REVIEWER,
    OrganisationKind.TRUSTED_PARTNER,
)
"""What takes part in reviews of models, which coordinators learn nothing of."""

LEFT_TO_ITSELF: Final = (*REVIEWING, OrganisationKind.OPERATOR)
"""What coordinators are kept out of once it has an administrator of its own: what takes part in
reviews, and what runs systems, of which they are given counts."""


class Scope(StrEnum):
    """What an API token may be used for, at most; its person's standing bounds it further."""

    READ = "read"
    HAND_IN = "hand-in"
    WRITE = "write"
    ADMINISTER = "administer"


class Label(StrEnum):
    """Traffic Light Protocol 2.0. From: https://www.first.org/tlp/."""

    RED = "TLP:RED"
    AMBER_STRICT = "TLP:AMBER+STRICT"
    AMBER = "TLP:AMBER"
    GREEN = "TLP:GREEN"
    CLEAR = "TLP:CLEAR"


SCOPE_OF: dict[Act, Scope] = {
    Act.SEE: Scope.READ,
    Act.READ: Scope.READ,
    Act.READ_PROOF: Scope.READ,
    Act.HAND_IN: Scope.HAND_IN,
    Act.INVENTORY: Scope.HAND_IN,
    Act.OPERATE: Scope.WRITE,
    Act.COORDINATE: Scope.WRITE,
    Act.RESPOND: Scope.WRITE,
    Act.WRITE: Scope.WRITE,
    Act.USE: Scope.WRITE,
    Act.DETERMINE: Scope.WRITE,
    Act.EXAMINE: Scope.READ,
    Act.CERTIFY: Scope.WRITE,
    Act.ADMINISTER: Scope.ADMINISTER,
    Act.SUSPEND: Scope.ADMINISTER,
    Act.RELEASE: Scope.ADMINISTER,
    Act.WITHDRAW: Scope.ADMINISTER,
    Act.REVOKE: Scope.ADMINISTER,
}
"""The scope that a token needs for an act."""
