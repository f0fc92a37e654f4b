"""CVE ids of a CNA: which there are, and how one is reserved, published, rejected.

From: CVE Services API, https://cveawg.mitre.org/api-docs/ , and CVEProject/cve-services. Every
request can be made again after a crash:

- `reserve` first asks which ids this user reserved and nobody uses. One that was reserved before
  the answer got lost is taken then, and no second one reserved.
- `publish` and `reject` ask for the state of the id, and send what they have as a new record or as
  an update of the one that is there. Sent twice, it is the same record.

The service is the only one who knows what is reserved, so nothing is remembered here.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from types import TracebackType
from typing import Any, Final, Self
from urllib.parse import quote

from tidegate.engines.cve_services.account import Account, Route
from tidegate.engines.cve_services.errors import REFUSED_HERE, UNREADABLE, CveServicesError
from tidegate.engines.cve_services.exchange import Exchange
from tidegate.engines.formats.documents import shown
from tidegate.engines.formats.instants import written

MAX_PAGES: Final = 200
"""Most pages of ids that are read of one list; a page has 500."""

_IDENTIFIER: Final = re.compile(r"CVE-([0-9]{4})-[0-9]{4,19}")
_EARLIEST_YEAR: Final = 1999
_RECORD_EXISTS: Final = "CVE_RECORD_EXISTS"
_NO_RECORD: Final = "CVE_RECORD_DNE"


class State(StrEnum):
    """What has become of a CVE id."""

    RESERVED = "RESERVED"
    PUBLISHED = "PUBLISHED"
    REJECTED = "REJECTED"


@dataclass(frozen=True, slots=True)
class CveId:
    """A CVE id, as the service has it."""

    identifier: str
    state: State
    owner: str
    """The short name of the CNA that has it."""
    requested_by: str
    """The user who reserved it; empty where the service does not tell us."""
    reserved_at: datetime | None


@dataclass(frozen=True, slots=True)
class Quota:
    """How many ids a CNA may have reserved at a time."""

    allowed: int
    reserved: int
    available: int


class Client:
    """CVE Services, for one account. Not for several threads at once."""

    def __init__(self, account: Account, route: Route | None = None) -> None:
        self._account = account
        self._exchange = Exchange(account, route or Route())

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self._exchange.close()

    def quota(self) -> Quota:
        """Return how many ids may be reserved yet. Raises `CveServicesError`."""
        answer = self._exchange.ask("GET", f"org/{self._organisation}/id_quota")
        numbers = [answer.get(key) for key in ("id_quota", "total_reserved", "available")]
        allowed, reserved, available = (
            number if type(number) is int else None for number in numbers
        )
        if allowed is None or reserved is None or available is None:
            raise _unreadable("the quota", "three numbers")
        return Quota(allowed, reserved, available)

    def organisation_id(self) -> str:
        """Return the CVE Program's UUID of the CNA. Raises `CveServicesError`."""
        answer = self._exchange.ask("GET", f"org/{self._organisation}")
        uuid = answer.get("UUID")
        if not isinstance(uuid, str):
            raise _unreadable("the organisation", "a UUID")
        return uuid

    def state_of(self, identifier: str) -> CveId:
        """Return what has become of an id. Raises `CveServicesError`."""
        return _read(self._exchange.ask("GET", f"cve-id/{_checked(identifier)}"))

    def reserved(self, year: int, since: datetime | None = None) -> tuple[CveId, ...]:
        """Return the ids that are reserved and have no record, in order.

        Args:
            year: of the ids.
            since: only those that were reserved after this.

        Raises:
            CveServicesError: they cannot be had.
        """
        query = {"cve_id_year": _year(year), "state": State.RESERVED.value}
        if since is not None:
            query["time_reserved.gt"] = written(since)
        found = {each.identifier: each for each in self._listed(query)}
        return tuple(found[key] for key in sorted(found, key=_number))

    def reserve(self, year: int, *, used: Collection[str], since: datetime | None = None) -> CveId:
        """Return an id to use: one that was reserved and forgotten, else a new one.

        Args:
            year: of the id: when the vulnerability becomes public.
            used: the ids that this instance has given to cases already. They are not taken again.
            since: when somebody first wanted the id that is asked for now. What was reserved
                before is left alone then, whoever it is for.

        Only what this very user reserved is taken: the CNA's other ids may be for other work.

        Raises:
            CveServicesError: none can be had.
        """
        for each in self.reserved(year, since):
            is_own = each.requested_by == self._account.user
            if is_own and each.identifier not in used and each.state is State.RESERVED:
                return each
        query = {
            "amount": "1",
            "cve_year": _year(year),
            "short_name": self._account.organisation,
        }
        answer = self._exchange.ask("POST", "cve-id", query=query)
        given = answer.get("cve_ids")
        if not isinstance(given, list) or not given:
            raise _unreadable("the reservation", "an id; ask for the ids that are reserved")
        return _read(given[0])

    def publish(self, identifier: str, container: Mapping[str, Any]) -> None:
        """Publish a record, or a new revision of one that is published.

        Args:
            identifier: a CVE id of this CNA.
            container: what `cna_container` makes of a record.

        Raises:
            CveServicesError: it was not published; among others, because the id is rejected.
        """
        state = self.state_of(identifier).state
        if state is State.REJECTED:
            raise CveServicesError(
                f"CVE Services: {identifier} is rejected, and a rejected id is not used again;"
                " reserve another one",
                word=REFUSED_HERE,
                is_passing=False,
            )
        self._send(f"cve/{_checked(identifier)}/cna", container, exists=state is State.PUBLISHED)

    def reject(self, identifier: str, container: Mapping[str, Any]) -> None:
        """Reject an id, whether it has a record or not; of a rejected one, renew the reasons.

        Args:
            identifier: a CVE id of this CNA.
            container: what `rejected_container` makes of a record.

        Raises:
            CveServicesError: it was not rejected.
        """
        state = self.state_of(identifier).state
        exists = state is not State.RESERVED
        self._send(f"cve/{_checked(identifier)}/reject", container, exists=exists)

    @property
    def _organisation(self) -> str:
        return quote(self._account.organisation, safe="")

    def _send(self, path: str, container: Mapping[str, Any], *, exists: bool) -> None:
        """Send a container as a new record, or as an update.

        Between the question and this, another request of ours may have made the record, or an id
        may be rejected without one; then it is sent the other way, once.
        """
        body = {"cnaContainer": container}
        methods = ("PUT", "POST") if exists else ("POST", "PUT")
        try:
            self._exchange.ask(methods[0], path, body=body)
        except CveServicesError as error:
            if error.word != (_NO_RECORD if exists else _RECORD_EXISTS):
                raise
            self._exchange.ask(methods[1], path, body=body)

    def _listed(self, query: Mapping[str, str]) -> Iterator[CveId]:
        page: int | None = 1
        seen = 0
        while page is not None:
            numbered = {**query, "page": str(page)} if page > 1 else query
            answer = self._exchange.ask("GET", "cve-id", query=numbered)
            listed = answer.get("cve_ids")
            if not isinstance(listed, list):
                raise _unreadable("the list of ids", "cve_ids")
            yield from map(_read, listed)
            following = answer.get("nextPage")
            seen += 1
            if seen >= MAX_PAGES:
                raise _unreadable("the list of ids", f"an end within {MAX_PAGES} pages")
            page = following if type(following) is int and following > page else None


def _checked(identifier: str) -> str:
    if not _IDENTIFIER.fullmatch(identifier):
        raise CveServicesError(
            f"CVE Services: {shown(identifier)} is no CVE id; write it as CVE-2026-1234",
            word=REFUSED_HERE,
            is_passing=False,
        )
    return identifier


def _year(year: int) -> str:
    if not _EARLIEST_YEAR <= year <= 9999:
        raise CveServicesError(
            f"CVE Services: {year} is no year of a CVE id; write one from {_EARLIEST_YEAR} on",
            word=REFUSED_HERE,
            is_passing=False,
        )
    return str(year)


def _number(identifier: str) -> tuple[int, int]:
    _, year, number = identifier.split("-")
    return int(year), int(number)


def _read(entry: Any) -> CveId:
    """Return an id as the service writes it."""
    if not isinstance(entry, dict):
        raise _unreadable("an id", "an object")
    identifier, state = entry.get("cve_id"), entry.get("state")
    is_known = isinstance(identifier, str) and _IDENTIFIER.fullmatch(identifier)
    if not is_known or state not in tuple(State):
        raise _unreadable("an id", "cve_id and a state that is known")
    asked = entry.get("requested_by")
    user = asked.get("user") if isinstance(asked, dict) else None
    owner = entry.get("owning_cna")
    return CveId(
        str(identifier),
        State(str(state)),
        owner if isinstance(owner, str) else "",
        user if isinstance(user, str) else "",
        _moment(entry.get("reserved")),
    )


def _moment(text: Any) -> datetime | None:
    if not isinstance(text, str):
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _unreadable(what: str, wanted: str) -> CveServicesError:
    return CveServicesError(
        f"CVE Services: {what}: the answer has not {wanted}; check the address, and whether the"
        " service has changed",
        word=UNREADABLE,
        is_passing=False,
    )
