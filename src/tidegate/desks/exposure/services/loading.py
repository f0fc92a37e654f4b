"""Directives, policy sets and decision tables come in as files: each is checked, kept, and counts.

What is shipped cannot be replaced. What was loaded is set aside, and never changed.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from tidegate.desks.access.actors import Actor
from tidegate.desks.access.deciding import find, require_with_instance
from tidegate.desks.access.keys import as_written
from tidegate.desks.access.refusals import NotFoundError
from tidegate.desks.access.words import Act
from tidegate.desks.exposure.models import Loaded
from tidegate.desks.exposure.queries.policies import loaded_policy_sets, loaded_tables, policy_sets
from tidegate.desks.exposure.services.deadlines import recompute_scopes
from tidegate.desks.exposure.services.recording import record
from tidegate.desks.exposure.services.turns import take_turn
from tidegate.desks.findings.services.refusals import NotPossibleError
from tidegate.desks.ledger.services.appending import append
from tidegate.desks.parties.models import Organisation
from tidegate.engines.directives import DirectiveError, read_directive
from tidegate.engines.rules import RuleError, read_policy_set, read_table, shipped_tables


def load_directive(actor: Actor, raw: bytes, source: str, *, at: datetime) -> Loaded:
    """Load a directive, for everybody; `source` is the file's name in errors.

    Raises:
        NotFoundError: it is not for them to load.
        NotPossibleError: it is no directive, or one of its name is there.
    """
    require_with_instance(actor, Act.ADMINISTER)
    try:
        read = read_directive(raw, source, [one.name for one in policy_sets()])
    except DirectiveError as error:
        raise NotPossibleError(str(error)) from error
    version = read.issued_on.isoformat()
    kept = Loaded(kind=Loaded.Kind.DIRECTIVE, name=read.id, version=version, sha256=read.sha256)
    return _kept(kept, actor, raw, at)


def load_policy_set(actor: Actor, raw: bytes, source: str, *, at: datetime) -> Loaded:
    """Load an authority's policy set; every deadline in its scopes is computed anew.

    Raises:
        NotFoundError: it is not for them to load.
        NotPossibleError: it is no policy set, reads a table that is not here, or one of its name is
            there.
    """
    require_with_instance(actor, Act.ADMINISTER)
    try:
        read = read_policy_set(raw, source, loaded_tables())
    except RuleError as error:
        raise NotPossibleError(str(error)) from error
    kept = Loaded(
        kind=Loaded.Kind.POLICY_SET, name=read.name, version=read.version, sha256=read.sha256
    )
    scopes = tuple(one.value for one in read.scopes)
    return _kept(kept, actor, raw, at, scopes=scopes)


def load_table(
    actor: Actor, raw: bytes, source: str, *, organisation_key: str = "", at: datetime
) -> Loaded:
    """Load a decision table: an organisation's own, or for policy sets that are loaded here.

    Args:
        actor: who may operate what the organisation runs; or, without one, who runs the instance.
        raw: the table, as an SSVC JSON document.
        source: the file's name in errors.
        organisation_key: whose it is.
        at: now.

    Raises:
        NotFoundError: it is not for them to load.
        NotPossibleError: it is no table, has the name of a shipped one, or one of its name and
            version is there.
    """
    organisation = None
    if organisation_key:
        key = as_written(organisation_key)
        organisation = find(actor, Organisation.objects.all(), Act.OPERATE, at=at, key=key)
    else:
        require_with_instance(actor, Act.ADMINISTER)
    try:
        read = read_table(raw, source)
    except RuleError as error:
        raise NotPossibleError(str(error)) from error
    if any(read.name == one.name for one in shipped_tables()):
        raise NotPossibleError(
            f"{read.name} is shipped with this software, and counts as it is; give yours another"
            " name"
        )
    kept = Loaded(
        kind=Loaded.Kind.TABLE,
        organisation=organisation,
        name=read.name,
        version=read.version,
        sha256=read.sha256,
    )
    return _kept(kept, actor, raw, at)


def set_aside(
    actor: Actor, kind: str, name: str, *, organisation_key: str = "", at: datetime
) -> Loaded:
    """Let something that was loaded count no more; the newest of its name.

    Raises:
        NotFoundError: there is none that counts, or it is not for them to set aside.
        NotPossibleError: a policy set reads the table.
    """
    organisation = None
    if organisation_key:
        key = as_written(organisation_key)
        organisation = find(actor, Organisation.objects.all(), Act.OPERATE, at=at, key=key)
    else:
        require_with_instance(actor, Act.ADMINISTER)
    with transaction.atomic():
        rows = Loaded.objects.select_for_update().filter(
            kind=kind, name=name, organisation=organisation, set_aside_at=None
        )
        row = rows.order_by("-pk").first()
        if row is None:
            raise NotFoundError(kind, name[:100])
        scopes = _scopes_of(row)
        _require_unread(row)
        row.set_aside_at = at
        row.save(update_fields=["set_aside_at"])
        recompute_scopes(scopes, at=at)
        _note("loaded-set-aside", row, actor, at)
    return row


def _kept(
    row: Loaded, actor: Actor, raw: bytes, at: datetime, *, scopes: Sequence[str] = ()
) -> Loaded:
    row.document, row.loaded_by, row.at = raw.decode(), actor.name, at
    with transaction.atomic():
        # Of two that load at once, the later one sees what the first one has kept.
        take_turn()
        there = Loaded.objects.filter(
            kind=row.kind, name=row.name, organisation=row.organisation, set_aside_at=None
        )
        same = there.filter(version=row.version).first()
        if same is not None and same.sha256 == row.sha256:
            return same
        if same is not None or (row.kind == Loaded.Kind.DIRECTIVE and there.exists()):
            raise NotPossibleError(
                f"{row.name} {row.version} was loaded before with other words; set that one aside"
                " first, or give this one another version"
            )
        row.save()
        recompute_scopes(scopes, at=at)
        _note("loaded", row, actor, at)
    return row


def _scopes_of(row: Loaded) -> tuple[str, ...]:
    if row.kind != Loaded.Kind.POLICY_SET:
        return ()
    read = (one for one in loaded_policy_sets() if one.sha256 == row.sha256)
    return tuple(scope.value for one in read for scope in one.scopes)


def _require_unread(row: Loaded) -> None:
    if row.kind != Loaded.Kind.TABLE or row.organisation is not None:
        return
    for one in loaded_policy_sets():
        if one.reading and one.reading.table.sha256 == row.sha256:
            raise NotPossibleError(f"the policy set {one.name} reads it; set that one aside first")


def _note(kind: str, row: Loaded, actor: Actor, at: datetime) -> None:
    said = {"what": row.kind, "name": row.name, "version": row.version, "sha256": row.sha256}
    if row.organisation is not None:
        record(kind, row.organisation, at=at, actor=actor, **said)
    else:
        append(kind, at=at, actor=actor, **said)
