"""A record as a CSAF 2.0 document.

What CSAF 2.0 has no word for is said beside it: `AMBER+STRICT` is `AMBER` with a text; what could
not be told is under investigation, with a note; CVSS 4.0, decisions and all weaknesses but the
first stand in notes; a withdrawn record is a document without products and vulnerabilities, with
the reason as its note, since only CSAF 2.1 has a profile for that.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tidegate.engines.formats.advisories.csaf import parts
from tidegate.engines.formats.advisories.csaf.products import products
from tidegate.engines.formats.advisories.csaf.reading import said_by
from tidegate.engines.formats.advisories.csaf.statements import involvements20
from tidegate.engines.formats.advisories.csaf.weaknesses import weakness
from tidegate.engines.formats.advisories.csaf.words import Edition, Profile, filled, in_order
from tidegate.engines.formats.advisories.record import Record
from tidegate.engines.formats.advisories.standings import Said

_EDITION = Edition.V20


def csaf20(
    record: Record, profile: Profile = Profile.SECURITY_ADVISORY, *, address: str = ""
) -> dict[str, Any]:
    """Return the record as a CSAF 2.0 document; the same one for the same record.

    Args:
        record: what is published; `fault_of` finds nothing in it.
        profile: what the document is for. Where nothing is said of any product, or the record was
            withdrawn, the document fits no profile and says so (`csaf_base`).
        address: where the document will lie, if that is known: its canonical address.
    """
    if record.withdrawn_at is not None:
        category = parts.withdrawn_category(_EDITION)
        return in_order({"document": parts.head(record, category, _EDITION, profile, address)})
    found = products(record, profile, _EDITION)
    named = next(filter(None, map(weakness, record.weaknesses)), None)
    first = named.identifier if named else ""
    others = [name for name in record.weaknesses if name.strip().upper() != first]
    of = parts.scored_products(found)
    members = {
        **parts.vulnerability(record, found, _EDITION, others),
        "cwe": {"id": named.identifier, "name": named.name} if named else {},
        "involvements": involvements20(record),
        "scores": [
            {**content, "products": of}
            for content in parts.contents(record)
            if of and "cvss_v4" not in content
        ],
    }
    return in_order(
        {
            "document": parts.head(record, found.category, _EDITION, profile, address),
            "product_tree": found.tree(),
            "vulnerabilities": [filled(members)],
        }
    )


def said_by_csaf20(document: Mapping[str, Any]) -> Said:
    """Return what a CSAF 2.0 document of ours says of versions.

    Raises:
        ValueError: it has a range that is never written here.
        LookupError: it names a product that is not in its tree.
    """
    return said_by(document)
