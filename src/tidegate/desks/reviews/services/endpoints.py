"""Where a developer's model answers: endpoints added, given another credential, ended.

The credential is sealed before it is kept, and nothing shows it again: the gateway alone opens it.
An address is checked in form here; where its name leads is judged at each use, by the gateway.
"""

from __future__ import annotations

import ipaddress
import re
from datetime import datetime
from typing import Final
from urllib.parse import urlsplit

from django.db import transaction

from tidegate.desks.access.actors import Actor
from tidegate.desks.access.deciding import find
from tidegate.desks.access.keys import as_written
from tidegate.desks.access.words import Act
from tidegate.desks.cases.instants import shown
from tidegate.desks.cases.states.steps import listed
from tidegate.desks.findings.services.refusals import NotPossibleError
from tidegate.desks.parties.services.texts import kept_name
from tidegate.desks.reviews.models import Call, Endpoint, Engagement, Grant
from tidegate.desks.reviews.sealing import CREDENTIAL, sealed_text
from tidegate.desks.reviews.services.course import hold, require_going_on
from tidegate.desks.reviews.services.endings import cut
from tidegate.desks.reviews.services.recording import record
from tidegate.instance.endpoints import endpoint_hosts, is_allowed

MOST_ENDPOINTS: Final = 50
"""Of one engagement that have not ended."""

_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:/-]{0,99}")
_URL: Final = re.compile(r"[!-~]{1,500}")
_HOST: Final = re.compile(r"[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?)*")
_NUMBER: Final = re.compile(r"[0-9]+|0x[0-9a-f]*")
"""What a resolver takes for a part of an IPv4 address. From: https://url.spec.whatwg.org/#concept-ipv4-parser"""
_LONGEST_HOST: Final = 253
_CREDENTIAL: Final = re.compile(r"[!-~]{1,4096}")
"""Visible ASCII: it goes into a header, and nothing in it may begin another one."""


def add_endpoint(
    actor: Actor,
    engagement_key: str,
    name: str,
    protocol: str,
    url: str,
    model: str,
    credential: str,
    *,
    at: datetime,
) -> Endpoint:
    """Add an address at which the model answers.

    Args:
        actor: who runs the developer's engagement.
        engagement_key: of the engagement.
        name: what reviewers call the model in their calls; letters, digits and `._:/-`.
        protocol: `openai` or `anthropic`.
        url: base address, such as `https://models.example.org/v1`: https, or http to a host that
            the instance's owner allows; without a user, a query and a fragment.
        model: what the endpoint calls the model.
        credential: what the gateway shows to the endpoint; never shown again.
        at: now.

    Raises:
        NotFoundError: there is no such engagement that they run.
        NotPossibleError: something of it is malformed, the name is taken, or the engagement is
            over.
        HomeError: the instance's key cannot be used.
    """
    named = _name(name)
    if protocol not in Endpoint.Protocol.values:
        raise NotPossibleError(
            f"{protocol[:40]!r} is no protocol; choose {listed(Endpoint.Protocol.values)}"
        )
    address, secret = _url(url), _credential(credential)
    called = kept_name(model, "the model at the endpoint")
    with transaction.atomic():
        engagement = hold(actor, engagement_key, Act.ADMINISTER, at=at)
        require_going_on(engagement)
        standing = Endpoint.objects.filter(engagement=engagement, ended_at=None)
        if standing.filter(name=named).exists():
            raise NotPossibleError(
                f"{engagement.key} has an endpoint {named}; choose another name, or end that one"
            )
        if standing.count() >= MOST_ENDPOINTS:
            raise NotPossibleError(
                f"{engagement.key} has {MOST_ENDPOINTS} endpoints, which is the most; end one first"
            )
        made = Endpoint.objects.create(
            engagement=engagement,
            name=named,
            protocol=protocol,
            url=address,
            model=called,
            credential=sealed_text(secret, CREDENTIAL),
            made_by=actor.name,
            made_at=at,
        )
        record(
            "endpoint-added",
            engagement,
            at=at,
            actor=actor,
            endpoint=made.key,
            name=named,
            protocol=protocol,
        )
        return made


def replace_credential(
    actor: Actor, endpoint_key: str, credential: str, *, at: datetime
) -> Endpoint:
    """Give an endpoint another credential; the next call uses it.

    Raises:
        NotFoundError: there is no such endpoint of an engagement that they run.
        NotPossibleError: the credential is malformed, or the endpoint has ended.
        HomeError: the instance's key cannot be used.
    """
    secret = _credential(credential)
    with transaction.atomic():
        engagement, endpoint = _held(actor, endpoint_key, at)
        endpoint.credential = sealed_text(secret, CREDENTIAL)
        endpoint.save(update_fields=["credential"])
        record(
            "endpoint-changed",
            engagement,
            at=at,
            actor=actor,
            endpoint=endpoint.key,
            name=endpoint.name,
            changed="credential",
        )
        return endpoint


def end_endpoint(actor: Actor, endpoint_key: str, *, at: datetime) -> Endpoint:
    """End an endpoint: no call goes there any more, and its credential is destroyed.

    Gateways are told to look again at what runs there.

    Raises:
        NotFoundError: there is no such endpoint of an engagement that they run.
        NotPossibleError: it has ended already.
    """
    with transaction.atomic():
        engagement, endpoint = _held(actor, endpoint_key, at)
        endpoint.credential, endpoint.ended_at = "", at
        endpoint.save(update_fields=["credential", "ended_at"])
        running = Call.objects.filter(endpoint=endpoint, outcome=Call.Outcome.RUNNING)
        cut(engagement, Grant.objects.filter(pk__in=running.values("grant")), at=at)
        record(
            "endpoint-ended",
            engagement,
            at=at,
            actor=actor,
            endpoint=endpoint.key,
            name=endpoint.name,
        )
        return endpoint


def _held(actor: Actor, endpoint_key: str, at: datetime) -> tuple[Engagement, Endpoint]:
    """Return an endpoint that has not ended, and its engagement, both locked."""
    key = as_written(endpoint_key)
    found = find(actor, Endpoint.objects.select_related("engagement"), at=at, key=key)
    engagement = hold(actor, found.engagement.key, Act.ADMINISTER, at=at)
    endpoint = Endpoint.objects.select_for_update(of=("self",)).get(pk=found.pk)
    if endpoint.ended_at is not None:
        raise NotPossibleError(
            f"{endpoint.key} has ended at {shown(endpoint.ended_at)}; add another one"
        )
    return engagement, endpoint


def _name(text: str) -> str:
    name = text.strip()
    if not _NAME.fullmatch(name):
        raise NotPossibleError(
            f"{name[:100]!r} cannot stand for a model in a call; write 1 to 100 letters, digits and"
            " ._:/- and begin with a letter or a digit"
        )
    return name


def _credential(text: str) -> str:
    # What is wrong with it stays unsaid: it would show a part of it.
    credential = text.strip()
    if not _CREDENTIAL.fullmatch(credential):
        raise NotPossibleError(
            "a credential is 1 to 4096 visible ASCII signs on one line, as the endpoint has given"
            " it out; write it without what stands around it"
        )
    return credential


def _url(text: str) -> str:
    """Return a base address without a slash at its end."""
    url = text.strip()
    try:
        parts = urlsplit(url)
        port_is_good = parts.port is None or parts.port > 0
    except ValueError as error:
        raise NotPossibleError(_MALFORMED) from error
    host = (parts.hostname or "").removesuffix(".")
    if (
        not _URL.fullmatch(url)
        or "\\" in url
        or parts.scheme not in ("https", "http")
        or not host
        or not port_is_good
    ):
        raise NotPossibleError(_MALFORMED)
    if "@" in parts.netloc or "?" in url or "#" in url:
        raise NotPossibleError(
            "an endpoint's address holds no user, no query and no fragment; leave them out, and"
            " hand over the credential by itself"
        )
    if any(part in (".", "..") for part in parts.path.lower().replace("%2e", ".").split("/")):
        raise NotPossibleError("an endpoint's path has no dots between slashes; write it out")
    port = parts.port or {"https": 443, "http": 80}[parts.scheme]
    allowed = is_allowed(endpoint_hosts(), _numeric(host), port)
    if parts.scheme != "https" and not allowed:
        raise NotPossibleError(
            f"{host} would be spoken to without TLS; write https://, or let the instance's owner"
            " allow that host in TIDEGATE_ENDPOINT_HOSTS"
        )
    return url.rstrip("/")


def _numeric(host: str) -> str:
    """Return a host as the setting names it: a name, or a plain IP address."""
    if ":" in host or _NUMBER.fullmatch(host.split(".")[-1]):
        try:
            return str(ipaddress.ip_address(host if "%" not in host else ""))
        except ValueError as error:
            raise NotPossibleError(_MALFORMED) from error
    if len(host) > _LONGEST_HOST or not _HOST.fullmatch(host):
        raise NotPossibleError(_MALFORMED)
    return host


_MALFORMED: Final = (
    "an endpoint's address begins with https:// and a host, has at most 500 visible ASCII signs and"
    " no backslash; write it as https://models.example.org/v1"
)
