"""VEX: what vendors, or an operator itself, say of vulnerabilities in what it runs.

Statements annotate. They are written beside the exposures that they are about, and take none away:
whoever is told 'not affected' sees the exposure, and who said so.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from django.db import transaction
from django.db.models import Count, Exists, OuterRef, Q

from tidegate.desks.access.actors import Actor
from tidegate.desks.access.deciding import find
from tidegate.desks.access.keys import as_written
from tidegate.desks.access.words import Act
from tidegate.desks.cases.instants import shown
from tidegate.desks.exposure import models
from tidegate.desks.exposure.queries.chunks import in_chunks
from tidegate.desks.exposure.services.annotating import annotate_all_of
from tidegate.desks.exposure.services.asset_words import line
from tidegate.desks.exposure.services.operators import find_operator
from tidegate.desks.exposure.services.placing import vulnerability_ids
from tidegate.desks.exposure.services.recording import record
from tidegate.desks.findings.services.refusals import NotPossibleError
from tidegate.desks.findings.services.texts import kept_text
from tidegate.desks.parties.models import Organisation
from tidegate.engines.matching.errors import VexError
from tidegate.engines.matching.vex import Statement
from tidegate.engines.matching.vex_documents import read_vex

MOST: Final = 20_000
"""Statements of one document that are kept; and that stand of one vulnerability."""
LISTED: Final = 20
"""Statements that could not be kept and are told at once."""

_LONGEST_VULNERABILITY: Final = 100
_LONGEST_THING: Final = 600
_LONGEST_SAYER: Final = 300
_LONGEST_JUSTIFICATION: Final = 60
_LONGEST_WORDS: Final = 10_000


@dataclass(frozen=True, slots=True)
class Loaded:
    """What became of a document."""

    format: str
    """`openvex`, `cyclonedx` or `csaf`."""
    sha256: str
    statements: int
    """Kept of this document."""
    is_new: bool
    """False where the same document was loaded already; then nothing has changed."""
    annotated: int
    """Exposures beside which something else stands now."""
    left_out: tuple[str, ...]
    """Statements that could not be kept: the place, and why; the first ones."""
    left_out_count: int


def load_vex(
    actor: Actor,
    organisation_key: str,
    raw: bytes,
    name: str,
    *,
    asset_key: str = "",
    at: datetime,
) -> Loaded:
    """Load a document with VEX statements for an organisation; nobody else's assets are annotated.

    A later statement of the same author about the same thing counts in place of an earlier one.

    Args:
        actor: who may operate what the organisation runs.
        organisation_key: of the organisation.
        raw: OpenVEX 0.2.0, CycloneDX 1.4 to 1.7 or CSAF, JSON.
        name: the file's name, for errors.
        asset_key: of the asset that is the document's product; what the document says of parts of
            a product, and of products that have no package URL, is said of this asset then.
        at: now.

    Raises:
        NotFoundError: there is no such organisation or asset, or not for them.
        NotPossibleError: the document cannot be read, or holds too many statements.
    """
    organisation = find_operator(actor, Act.OPERATE, organisation_key, at=at)
    called = line(name, "the file's name", 300) or "the document"
    try:
        document = read_vex(raw, source=organisation.key, received_at=at)
    except VexError as error:
        raise NotPossibleError(f"{called}: {error}") from error
    if len(document.statements) > MOST:
        raise NotPossibleError(
            f"{called} holds {len(document.statements):,} statements; hand in at most {MOST:,} at"
            " once"
        )
    said = document.statements
    if asset_key:
        of_it = models.Asset.objects.filter(organisation=organisation)
        asset = find(actor, of_it, Act.OPERATE, at=at, key=as_written(asset_key))
        said = tuple(_of_asset(one, asset) for one in said)
    left_out = list(document.left_out)
    kept = [one for one in said if _is_kept(one, left_out)]
    digest = hashlib.sha256(raw).hexdigest()
    with transaction.atomic():
        organisation = find_operator(actor, Act.OPERATE, organisation_key, at=at)
        Organisation.objects.select_for_update(no_key=True).get(pk=organisation.pk)
        of_document = models.Statement.objects.filter(
            organisation=organisation, document=digest, ended_at=None
        )
        told = (tuple(left_out[:LISTED]), len(left_out))
        # Of one asset after the other, a document may be said to be about several.
        stood = set(of_document.values_list("product", "component"))
        new = [one for one in kept if (one.product, one.component) not in stood]
        if not new:
            return Loaded(document.format, digest, len(kept), False, 0, *told)
        ids = _vulnerabilities(organisation, new)
        _check_room(organisation, ids)
        models.Statement.objects.bulk_create(
            (
                models.Statement(
                    organisation=organisation,
                    vulnerability_id=ids[index],
                    product=one.product,
                    component=one.component,
                    status=one.status.value,
                    justification=one.justification[:_LONGEST_JUSTIFICATION],
                    words=kept_text(one.words[:_LONGEST_WORDS]),
                    said_by=kept_text(one.said_by[:_LONGEST_SAYER]),
                    said_at=one.said_at,
                    document=digest,
                    by_id=actor.person,
                    at=at,
                )
                for index, one in enumerate(new)
            ),
            batch_size=300,
        )
        annotated = annotate_all_of(organisation)
        record(
            "vex-loaded",
            organisation,
            at=at,
            actor=actor,
            sha256=digest,
            statements=len(new),
            annotated=annotated,
        )
        return Loaded(document.format, digest, len(new), True, annotated, *told)


def end_statement(actor: Actor, statement_key: str, *, at: datetime) -> models.Statement:
    """Let a statement count no more, such as one that has proved wrong; it stays on record.

    Raises:
        NotFoundError: there is no such statement, or it is not theirs.
        NotPossibleError: it counts no more already.
    """
    key = as_written(statement_key)
    with transaction.atomic():
        rows = models.Statement.objects.select_for_update(of=("self",))
        row = find(actor, rows.select_related("organisation"), Act.OPERATE, at=at, key=key)
        if row.ended_at is not None:
            raise NotPossibleError(f"{key} counts no more since {shown(row.ended_at)}")
        row.ended_at = at
        row.save(update_fields=["ended_at"])
        annotate_all_of(row.organisation)
        record("vex-ended", row.organisation, at=at, actor=actor, statement=row.key)
        return row


def _of_asset(one: Statement, asset: models.Asset) -> Statement:
    """Return a statement about an asset, where its product can be nothing that is installed."""
    is_about_a_part = one.component or not one.product.startswith("pkg:")
    return replace(one, product=asset.key) if is_about_a_part else one


def _is_kept(one: Statement, left_out: list[str]) -> bool:
    """Say whether a statement fits; cutting a name would make it another name."""
    for what, text, longest in (
        ("the vulnerability", one.vulnerability, _LONGEST_VULNERABILITY),
        ("the product", one.product, _LONGEST_THING),
        ("the component", one.component, _LONGEST_THING),
    ):
        is_missing = not text and what != "the component"
        if is_missing or len(text) > longest or not text.isprintable():
            left_out.append(
                f"{one.vulnerability[:40]!r}: {what} cannot be kept; write 1 to {longest} printable"
                " characters"
            )
            return False
    return True


def _check_room(organisation: Organisation, vulnerabilities: Sequence[int]) -> None:
    """Refuse more about one vulnerability than can be looked through while others wait."""
    more = Counter(vulnerabilities)
    for chunk in in_chunks(more):
        standing = models.Statement.objects.filter(
            organisation=organisation, vulnerability__in=chunk, ended_at=None
        )
        counted = standing.order_by().values_list("vulnerability__name", "vulnerability")
        for name, pk, there in counted.annotate(Count("pk")):
            if there + more[pk] > MOST:
                raise NotPossibleError(
                    f"{there:,} statements about {name} stand already, and at most {MOST:,} may;"
                    " end those that count no more"
                )


def _vulnerabilities(organisation: Organisation, kept: Sequence[Statement]) -> list[int]:
    """Return the row of each statement's vulnerability: by that of its names that is known.

    Known is what a source says something of, and what the organisation itself was told or has
    said; a name that only another one has written tells nobody that it was.
    """
    names = {
        name
        for one in kept
        for name in one.vulnerabilities
        if 0 < len(name) <= _LONGEST_VULNERABILITY
    }
    known: set[str] = set()
    of_it = {"vulnerability": OuterRef("pk")}
    said = (
        Q(Exists(models.Assertion.objects.filter(**of_it)))
        | Q(Exists(models.Advisory.objects.filter(vulnerabilities=OuterRef("pk"))))
        | Q(Exists(models.Exposure.objects.filter(organisation=organisation, **of_it)))
        | Q(Exists(models.Statement.objects.filter(organisation=organisation, **of_it)))
    )
    for chunk in in_chunks(names):
        rows = models.Vulnerability.objects.filter(said, name__in=chunk)
        known.update(rows.values_list("name", flat=True))
    chosen = [
        next((name for name in one.vulnerabilities if name in known), one.vulnerability)
        for one in kept
    ]
    ids = vulnerability_ids(chosen)
    return [ids[name] for name in chosen]
