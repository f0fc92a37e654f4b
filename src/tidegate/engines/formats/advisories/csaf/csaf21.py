"""A record as a CSAF 2.1 document, by the committee draft csd04.

From: CSAF 2.1, committee specification draft 04. The standard is not final: what moves between its
drafts (`contact`, `involvement`) is written as that one has it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from tidegate.engines.formats.advisories.csaf import parts
from tidegate.engines.formats.advisories.csaf.products import products
from tidegate.engines.formats.advisories.csaf.reading import said_by
from tidegate.engines.formats.advisories.csaf.selections import selection_list
from tidegate.engines.formats.advisories.csaf.statements import involvement21
from tidegate.engines.formats.advisories.csaf.weaknesses import weakness
from tidegate.engines.formats.advisories.csaf.words import Edition, Profile, filled, in_order
from tidegate.engines.formats.advisories.record import Record
from tidegate.engines.formats.advisories.standings import Said

SCHEMA: Final = "https://docs.oasis-open.org/csaf/csaf/v2.1/schema/csaf.json"

_EDITION = Edition.V21


def csaf21(
    record: Record, profile: Profile = Profile.SECURITY_ADVISORY, *, address: str = ""
) -> dict[str, Any]:
    """Return the record as a CSAF 2.1 document; the same one for the same record.

    Args:
        record: what is published; `fault_of` finds nothing in it.
        profile: what the document is for. Where nothing is affected, a security advisory becomes a
            VEX (6.1.27.12); where nothing at all is said of any product, it fits no profile
            (`csaf_base`); that of a withdrawn record is `csaf_withdrawn`.
        address: where the document will lie, if that is known: its canonical address.
    """
    if record.withdrawn_at is not None:
        category = parts.withdrawn_category(_EDITION)
        head = parts.head(record, category, _EDITION, profile, address)
        return in_order({"$schema": SCHEMA, "document": head})
    found = products(record, profile, _EDITION)
    named = list(dict.fromkeys(filter(None, map(weakness, record.weaknesses))))
    known = {one.identifier for one in named}
    others = [name for name in record.weaknesses if name.strip().upper() not in known]
    of = parts.scored_products(found)
    members = {
        **parts.vulnerability(record, found, _EDITION, others),
        "cwes": [{"id": one.identifier, "name": one.name, "version": one.version} for one in named],
        "metrics": [{"content": content, "products": of} for content in _contents(record) if of],
    }
    head = parts.head(record, found.category, _EDITION, profile, address)
    return in_order(
        {
            "$schema": SCHEMA,
            "document": filled({**head, "involvement": involvement21(record)}),
            "product_tree": found.tree(),
            "vulnerabilities": [filled(members)],
        }
    )


def said_by_csaf21(document: Mapping[str, Any]) -> Said:
    """Return what a CSAF 2.1 document of ours says of versions.

    Raises:
        ValueError: it has a range that is never written here.
        LookupError: it names a product that is not in its tree.
    """
    return said_by(document)


def _contents(record: Record) -> Iterator[dict[str, Any]]:
    yield from parts.contents(record)
    given: list[dict[str, Any]] = []
    for decision in record.decisions:
        selections = selection_list(decision, record.cve or record.identifier)
        # No decision is newer than the document that tells of it (6.1.49).
        if selections and selections not in given and decision.at <= record.modified_at:
            given.append(selections)
            yield {"ssvc_v2": selections}
