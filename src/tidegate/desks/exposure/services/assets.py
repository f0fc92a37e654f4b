"""What an organisation runs: assets added, changed many at a time, retired and brought back.

An asset that is retired exposes to nothing any more, and its exposures clear; brought back, it is
matched again. Whether it is exposed to the public and whose it is decide deadlines, so a change of
either computes them anew. An entry in the ledger tells which columns changed, and of what was
written freely (names, owners, systems, tags) no more than that.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from django.db import IntegrityError, transaction

from tidegate.desks.access.actors import Actor
from tidegate.desks.access.deciding import narrowed
from tidegate.desks.access.keys import as_written
from tidegate.desks.access.refusals import NotFoundError
from tidegate.desks.access.words import Act
from tidegate.desks.exposure.models import Asset, Tag
from tidegate.desks.exposure.queries.chunks import IN_ONE_QUERY, in_chunks
from tidegate.desks.exposure.queries.operators import operator_of
from tidegate.desks.exposure.services.asset_words import MOST_TAGS, checked, tag_words
from tidegate.desks.exposure.services.deadlines import recompute_assets
from tidegate.desks.exposure.services.matching import match_assets
from tidegate.desks.exposure.services.operators import find_operator
from tidegate.desks.exposure.services.recording import record
from tidegate.desks.exposure.services.undoing import as_it_stood, let_stand_again
from tidegate.desks.findings.services.refusals import NotPossibleError
from tidegate.desks.parties.models import Organisation

MOST_AT_ONCE: Final = 20_000
"""Assets of one change."""
DECIDING: Final = frozenset({"exposed", "scope"})
"""The columns on which deadlines rest."""
TOLD: Final = frozenset({"exposed", "criticality", "scope", "is_operational_technology"})
"""The columns whose values an entry in the ledger tells: each has a few known words."""


def add_asset(
    actor: Actor,
    organisation_key: str,
    name: str,
    *,
    owner: str = "",
    environment: str = "",
    system: str = "",
    exposed: str = "unknown",
    criticality: str = "",
    scope: str = "",
    sector: str = "",
    is_operational_technology: bool = False,
    distribution: str = "",
    tags: Iterable[str] = (),
    at: datetime,
) -> Asset:
    """Add something that an organisation runs.

    Args:
        actor: who may operate what the organisation runs.
        organisation_key: of the organisation.
        name: stands for one asset of the organisation at a time.
        owner: who answers for it there.
        environment: such as `production`.
        system: the system that it belongs to.
        exposed: whether who is not trusted reaches it over a public network: `yes`, `no` or
            `unknown`, which counts as exposed.
        criticality: `low`, `medium`, `high`, `essential`, or empty.
        scope: whose directives bind it; empty for what the organisation has settled.
        sector: of critical infrastructure; where both are empty, what the organisation has settled.
        is_operational_technology: a patch may have to wait for years; mitigation comes first.
        distribution: such as `debian-12`, for inventories that do not tell.
        tags: words of the operator's own.
        at: now.

    Raises:
        NotFoundError: there is no such organisation, or not for them.
        NotPossibleError: there is an asset of that name, or a value is not known.
    """
    said = {
        "name": name,
        "owner": owner,
        "environment": environment,
        "system": system,
        "exposed": exposed,
        "criticality": criticality,
        "sector": sector,
        "is_operational_technology": is_operational_technology,
        "distribution": distribution,
        **({"scope": scope} if scope else {}),
    }
    columns = {column: checked(column, value) for column, value in said.items()}
    words = tag_words(tags)
    with transaction.atomic():
        organisation = find_operator(actor, Act.OPERATE, organisation_key, at=at)
        asset = made_asset(organisation, columns, at=at)
        Tag.objects.bulk_create(Tag(asset=asset, word=word) for word in words)
        record("asset-added", organisation, at=at, actor=actor, asset=asset.key)
        return asset


def made_asset(organisation: Organisation, columns: Mapping[str, Any], *, at: datetime) -> Asset:
    """Make an asset of checked columns, with what the organisation has settled for the others.

    Raises:
        NotPossibleError: there is an asset of that name.
    """
    asset = Asset(organisation=organisation, made_at=at, changed_at=at, **columns)
    with_settled(asset, columns)
    try:
        with transaction.atomic():
            asset.save(force_insert=True)
    except IntegrityError:
        raise NotPossibleError(
            f"{organisation.name} has an asset {asset.name!r} already; choose another name, or"
            " change that one"
        ) from None
    return asset


def with_settled(asset: Asset, columns: Mapping[str, Any]) -> None:
    """Give a new asset the scope and the sector that its organisation has settled."""
    if not columns.get("scope"):
        settled = operator_of(asset.organisation)
        asset.scope = settled.scope
        asset.sector = asset.sector or settled.sector


def change_assets(
    actor: Actor,
    asset_keys: Sequence[str],
    *,
    name: str | None = None,
    owner: str | None = None,
    environment: str | None = None,
    system: str | None = None,
    exposed: str | None = None,
    criticality: str | None = None,
    scope: str | None = None,
    sector: str | None = None,
    is_operational_technology: bool | None = None,
    distribution: str | None = None,
    add_tags: Iterable[str] = (),
    remove_tags: Iterable[str] = (),
    at: datetime,
) -> int:
    """Change assets, all of them or none; what is None stays as it is.

    Args:
        actor: who may operate every one of them.
        asset_keys: of the assets.
        name: another name, of a single one.
        owner: who answers for them there.
        environment: such as `production`.
        system: the system that they belong to.
        exposed: `yes`, `no` or `unknown`.
        criticality: `low`, `medium`, `high`, `essential`, or empty.
        scope: whose directives bind them.
        sector: of critical infrastructure.
        is_operational_technology: whether mitigation comes first.
        distribution: counts from the next inventory on.
        add_tags: words that they bear from now on.
        remove_tags: words that they bear no more.
        at: now.

    Returns:
        how many were changed.

    Raises:
        NotFoundError: one of them is not there, or not for them.
        NotPossibleError: one is retired, would bear too many tags, or a value is not known.
    """
    said = {
        "name": name,
        "owner": owner,
        "environment": environment,
        "system": system,
        "exposed": exposed,
        "criticality": criticality,
        "scope": scope,
        "sector": sector,
        "is_operational_technology": is_operational_technology,
        "distribution": distribution,
    }
    to = {column: checked(column, value) for column, value in said.items() if value is not None}
    more, fewer = set(tag_words(add_tags)), set(tag_words(remove_tags))
    if more & fewer:
        raise NotPossibleError(f"the tag {min(more & fewer)!r} is to be added and to be removed")
    if name is not None and len(set(asset_keys)) > 1:
        raise NotPossibleError("a name stands for one asset; rename one at a time")
    with transaction.atomic():
        assets = _held(actor, asset_keys, at)
        for asset in assets:
            if asset.retired_at is not None:
                raise NotPossibleError(f"{asset.key} is retired; bring it back first")
        changed = _changed_columns(assets, to, at)
        tagged = _changed_tags(assets, more, fewer)
        follow(assets, changed, at=at)
        touched = [one for one in assets if one.pk in changed or one.pk in tagged]
        told = {column: to[column] for column in to.keys() & TOLD}
        names = sorted({*to, *(["tags"] if tagged else [])})
        _record("assets-changed", touched, actor, at, columns=names, to=told)
        return len(touched)


def retire_assets(actor: Actor, asset_keys: Sequence[str], *, at: datetime) -> int:
    """Say that assets are run no more, all of them or none; what they expose to clears.

    `bring_back` takes it back. Returns how many were not retired already.

    Raises:
        NotFoundError: one of them is not there, or not for them.
    """
    with transaction.atomic():
        retired = [one for one in _held(actor, asset_keys, at) if one.retired_at is None]
        for asset in retired:
            asset.retired_at = asset.changed_at = at
        Asset.objects.bulk_update(retired, ["retired_at", "changed_at"], batch_size=IN_ONE_QUERY)
        if retired:
            touched = match_assets([one.pk for one in retired], at=at)
            _record("assets-retired", retired, actor, at, cleared=len(touched.cleared))
        return len(retired)


def bring_back(actor: Actor, asset_key: str, *, at: datetime) -> Asset:
    """Say that a retired asset is run after all, with the inventories that it had.

    What its retiring had cleared counts from the day on which it was first found.

    Raises:
        NotFoundError: there is no such asset, or not for them.
        NotPossibleError: it is not retired, or another one has its name now.
    """
    with transaction.atomic():
        (asset,) = _held(actor, [asset_key], at)
        if asset.retired_at is None:
            raise NotPossibleError(f"{asset.key} is not retired")
        named = Asset.objects.filter(
            organisation=asset.organisation_id, name=asset.name, retired_at=None
        )
        if named.exists():
            raise NotPossibleError(
                f"another asset is called {asset.name!r} by now; rename that one first"
            )
        stood = as_it_stood(asset, cleared_at=asset.retired_at)
        asset.retired_at, asset.changed_at = None, at
        asset.save(update_fields=["retired_at", "changed_at"])
        touched = match_assets([asset.pk], at=at)
        let_stand_again(stood, touched, at=at)
        _record("asset-brought-back", [asset], actor, at, opened=len(touched.opened))
        return asset


def follow(assets: Iterable[Asset], changed: Mapping[int, set[str]], *, at: datetime) -> None:
    """Compute the deadlines anew of those assets whose changed columns, by id, decide them."""
    recompute_assets([one.pk for one in assets if changed.get(one.pk, set()) & DECIDING], at=at)


def _held(actor: Actor, asset_keys: Sequence[str], at: datetime) -> list[Asset]:
    """Return assets that `actor` may operate, locked, in the order of their names."""
    keys = list(dict.fromkeys(as_written(key) for key in asset_keys))
    if len(keys) > MOST_AT_ONCE:
        raise NotPossibleError(
            f"these are {len(keys):,} assets; change at most {MOST_AT_ONCE:,} at once"
        )
    found: dict[str, Asset] = {}
    rows = narrowed(actor, Asset.objects.all(), Act.OPERATE, at=at).select_related("organisation")
    # Always in the same order, so that two who change the same assets wait for each other.
    for chunk in in_chunks(sorted(keys)):
        held = rows.filter(key__in=chunk).order_by("key")
        held = held.select_for_update(of=("self",), no_key=True)
        found |= {asset.key: asset for asset in held}
    for key in keys:
        if key not in found:
            raise NotFoundError("asset", key)
    return sorted(found.values(), key=lambda asset: asset.name)


def _changed_columns(
    assets: Sequence[Asset], to: Mapping[str, Any], at: datetime
) -> dict[int, set[str]]:
    """Set columns, and return which ones have changed, by the asset's id."""
    changed: dict[int, set[str]] = {}
    for asset in assets:
        other = {column for column, value in to.items() if getattr(asset, column) != value}
        if not other:
            continue
        changed[asset.pk] = other
        asset.changed_at = at
        for column in other:
            setattr(asset, column, to[column])
    rows = [asset for asset in assets if asset.pk in changed]
    try:
        with transaction.atomic():
            Asset.objects.bulk_update(rows, [*to, "changed_at"], batch_size=IN_ONE_QUERY)
    except IntegrityError:
        raise NotPossibleError(
            f"another asset is called {to.get('name')!r} already; choose another name"
        ) from None
    return changed


def _changed_tags(assets: Sequence[Asset], more: set[str], fewer: set[str]) -> set[int]:
    """Put tags on assets and take some off; return the ids of those that bear others now."""
    if not more | fewer:
        return set()
    changed: set[int] = set()
    for chunk in in_chunks(assets):
        by_id = {asset.pk: asset for asset in chunk}
        bear: dict[int, set[str]] = {pk: set() for pk in by_id}
        for pk, word in Tag.objects.filter(asset__in=by_id).values_list("asset", "word"):
            bear[pk].add(word)
        for pk, words in bear.items():
            if len((words | more) - fewer) > MOST_TAGS:
                raise NotPossibleError(
                    f"{by_id[pk].key} would bear more than {MOST_TAGS} tags; remove some first"
                )
        new = [Tag(asset_id=pk, word=word) for pk in bear for word in sorted(more - bear[pk])]
        Tag.objects.bulk_create(new, batch_size=IN_ONE_QUERY)
        gone = {pk for pk, words in bear.items() if words & fewer}
        Tag.objects.filter(asset__in=gone, word__in=fewer).delete()
        changed |= {tag.asset_id for tag in new} | gone
    return changed


def _record(kind: str, assets: Sequence[Asset], actor: Actor, at: datetime, **text: Any) -> None:
    """Write down what was done with some assets, once for each organisation that they are of."""
    by: dict[int, list[Asset]] = {}
    for asset in assets:
        by.setdefault(asset.organisation_id, []).append(asset)
    for of_one in by.values():
        keys = [asset.key for asset in of_one]
        record(kind, of_one[0].organisation, at=at, actor=actor, assets=keys, **text)
