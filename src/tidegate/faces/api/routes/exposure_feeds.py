"""`/feeds` and `/vulnerabilities`: what others publish, how old it is, and what it says."""

from __future__ import annotations

from dataclasses import fields
from typing import Any, Final

from django.http import HttpRequest
from django.utils import timezone
from ninja import Router

from tidegate.desks.access.deciding import may_with_instance
from tidegate.desks.access.refusals import NotFoundError
from tidegate.desks.access.words import Act
from tidegate.desks.exposure.queries.feeds import EditionRow, FeedRow, editions, feed_row, feeds
from tidegate.desks.exposure.queries.vulnerabilities import vulnerability_page
from tidegate.desks.exposure.services.feeds import follow, take
from tidegate.faces.api.schemas.common import Problem
from tidegate.faces.api.schemas.exposure_vulnerabilities import (
    FeedEditions,
    FeedInList,
    Feeds,
    FeedState,
    FeedTaken,
    FollowingFeed,
    TakingFeed,
    Vulnerability,
)
from tidegate.faces.web.acting import actor_of_request as actor_of

router: Final = Router(tags=["feeds"])
vulnerabilities_router: Final = Router(tags=["vulnerabilities"])

_OF_WHOEVER_RUNS_IT: Final = ("place", "trouble", "came_from")
"""Addresses and paths of this instance's own."""


@vulnerabilities_router.get(
    "/{name}", response={200: Vulnerability, 404: Problem}, operation_id="getVulnerability"
)
def get_vulnerability(request: HttpRequest, name: str) -> Any:
    """Return what is known of a vulnerability: each source in its own words, with its time."""
    return vulnerability_page(actor_of(request), name, at=timezone.now())


@router.get("", response={200: Feeds}, operation_id="listFeeds")
def index(request: HttpRequest) -> Any:
    """List the feeds that are known, each with its age: what is too old is no ground to answer."""
    rows = feeds(timezone.now())
    return {"rows": [_feed(request, row) for row in rows]}


@router.get("/{name}", response={200: FeedInList, 404: Problem}, operation_id="getFeed")
def get(request: HttpRequest, name: str) -> Any:
    """Return a feed: its last good edition and how old it is, its licence, the last refusal."""
    return _feed(request, _known(name))


@router.get(
    "/{name}/editions", response={200: FeedEditions, 404: Problem}, operation_id="listFeedEditions"
)
def list_editions(request: HttpRequest, name: str) -> Any:
    """List the newest editions of a feed, those that were refused with the reason."""
    _known(name)
    return {"rows": [_edition(request, row) for row in editions(name)]}


@router.post(
    "/{name}/follow",
    response={200: FeedState, 404: Problem, 409: Problem, 422: Problem},
    operation_id="followFeed",
)
def follow_feed(request: HttpRequest, name: str, wanted: FollowingFeed) -> Any:
    """Say whether a feed is fetched by itself, and where from; for whoever runs the instance."""
    return follow(
        actor_of(request),
        name,
        place=wanted.place,
        is_followed=wanted.is_followed,
        at=timezone.now(),
    )


@router.post(
    "/{name}/take",
    response={200: FeedTaken, 404: Problem, 409: Problem, 422: Problem},
    operation_id="takeFeed",
)
def take_feed(request: HttpRequest, name: str, wanted: TakingFeed) -> Any:
    """Take in the newest edition of a feed now; for whoever runs the instance.

    It is answered once all of it is in, which takes minutes for the large ones. A feed that is
    followed comes by itself; a file on the machine is taken by `tidegate feeds take`.
    """
    return take(actor_of(request), name, wanted.place, at=timezone.now())


def _known(name: str) -> FeedRow:
    row = feed_row(name, at=timezone.now())
    if row is None:
        raise NotFoundError("feed", name[:100])
    return row


def _feed(request: HttpRequest, row: FeedRow) -> dict[str, Any]:
    told = _told(request, row)
    for name in ("edition", "last_refusal"):
        told[name] = told[name] and _edition(request, told[name])
    return told


def _edition(request: HttpRequest, row: EditionRow) -> dict[str, Any]:
    return _told(request, row)


def _told(request: HttpRequest, row: Any) -> dict[str, Any]:
    runs = may_with_instance(actor_of(request), Act.ADMINISTER)
    hidden = () if runs else _OF_WHOEVER_RUNS_IT
    names = [one.name for one in fields(row)]
    return {name: "" if name in hidden else getattr(row, name) for name in names}
