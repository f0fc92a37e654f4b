"""What is known of a vulnerability, each source in its own words; and the feeds that it is from."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pydantic import Field, StrictBool

from tidegate.faces.api.schemas.common import Digest, Form, Given
from tidegate.faces.api.schemas.exposure_keys import Age, Ecosystem, VulnerabilityName
from tidegate.faces.api.schemas.exposure_words import EditionOutcome
from tidegate.faces.api.schemas.given import WITHOUT_NUL


class SourceSaid(Form):
    """What one source says of one thing, now."""

    source: str = Field(examples=["vulnrichment:CISA-ADP"])
    """The feed, and after a colon who speaks in it."""
    kind: str = Field(examples=["ssvc"])
    """`kev`, `epss`, `ssvc` or `cvss`."""
    value: dict[str, Any]
    """In the source's own terms; of CVSS with the score recomputed, and whether it `agrees`."""
    version: str
    """Such as of the catalogue, or of EPSS's model."""
    said_at: datetime | None
    """By the source's own clock."""
    age: Age | None
    """Since then, in days."""
    since: datetime
    """When we learned it."""


class SourceSaidBefore(Form):
    """What a source said until it said otherwise."""

    source: str
    kind: str
    value: dict[str, Any]
    version: str
    said_at: datetime | None
    since: datetime
    ended_at: datetime


class AffectedRange(Form):
    """A run of affected versions."""

    introduced: str
    """`0` for all before."""
    ended: str
    """The version that ends it; empty where none is known."""
    is_fixed: bool
    """`ended` is said to be fixed; else it is the last one known to be affected."""


class AffectedPackage(Form):
    """What an advisory says of one package."""

    ecosystem: Ecosystem
    package: str
    ranges: list[AffectedRange]
    unreadable: list[str]
    """Bounds that its order does not know."""


class Advisory(Form):
    """An advisory of a source."""

    source: str
    """A feed, or `tidegate` for what our own runs proved."""
    identifier: str
    summary: str
    published_at: datetime | None
    modified_at: datetime | None
    withdrawn_at: datetime | None
    """An explicit withdrawal."""
    vanished_at: datetime | None
    """When its feed had it no more; that is none."""
    vectors: list[str]
    references: list[str]
    not_covered: list[str]
    """Packages that it names and that cannot be compared."""
    affected: list[AffectedPackage]
    more_affected: int
    """Packages beyond those that are shown."""


class Vulnerability(Form):
    """What is known of a vulnerability."""

    name: VulnerabilityName
    said: list[SourceSaid]
    """Of KEV, SSVC, EPSS and CVSS, then by source; never blended."""
    said_before: list[SourceSaidBefore]
    """What has ended, the newest first."""
    advisories: list[Advisory]
    exposures: int
    """Open ones that whoever asks may read."""


class FeedEdition(Form):
    """An edition of a feed: one that was taken, is being taken, or was refused."""

    feed: str
    version: str
    said_at: datetime | None
    """By its publisher's clock."""
    fetched_at: datetime
    came_from: str
    """Empty but for whoever runs the instance."""
    sha256: Digest
    size: int
    """Bytes."""
    records: int
    refused_records: int
    vanished: int
    """Records of the one before that are gone; that is no withdrawal."""
    outcome: EditionOutcome
    words: str
    """Why it was refused."""
    counts: bool
    """It is the last good one."""


class FeedInList(Form):
    """A feed, and what counts of it."""

    name: str = Field(examples=["kev"])
    title: str
    publisher: str
    licence: str
    address: str
    """Its publisher's."""
    place: str
    """Where it is read from instead; empty but for whoever runs the instance."""
    is_followed: bool
    """It is fetched by itself."""
    edition: FeedEdition | None
    """The last good one; null if there was none yet."""
    age: Age | None
    """By its publisher's date, in days; null where there is none."""
    max_age: Age
    """How old it may be, in days, to answer by."""
    is_too_old: bool
    """What counts is no ground for an answer; not said of a feed that was never loaded."""
    is_taking: bool
    """Another edition is being taken in."""
    checked_at: datetime | None
    """When it was last looked for."""
    confirmed_at: datetime | None
    """When what counts was last known to be the newest."""
    last_refusal: FeedEdition | None
    """The newest edition that was refused, if that was after the last good one came."""
    trouble: str
    """What was wrong the last time it was looked for; empty but for whoever runs the instance."""
    troubled_since: datetime | None


class Feeds(Form):
    """All feeds that are known: those that were loaded or are followed first."""

    rows: list[FeedInList]


class FeedEditions(Form):
    """The newest editions of a feed, the newest first."""

    rows: list[FeedEdition]


class FollowingFeed(Given):
    """Whether a feed is fetched by itself, and where from."""

    is_followed: StrictBool
    place: str | None = Field(None, max_length=1000, pattern=WITHOUT_NUL)
    """Address of a mirror; empty for its publisher's, null leaves it as it is."""


class TakingFeed(Given):
    """Where to take the newest edition of a feed from."""

    place: str = Field("", max_length=1000, pattern=WITHOUT_NUL)
    """Address of a mirror, for this time; empty for where it is always read from."""


class FeedState(Form):
    """Where a feed is read from."""

    name: str
    is_followed: bool
    place: str
    checked_at: datetime | None


class RecordRefused(Form):
    """A record that was not read."""

    place: str
    words: str


class FeedTaken(Form):
    """What became of an edition. It says nothing of what is exposed."""

    feed: str
    outcome: str = Field(examples=["taken"])
    """`taken`, `not-new` or `refused`; then nothing of it is kept, the last good one counts."""
    words: str
    version: str
    said_at: datetime | None
    is_too_old: bool
    """What counts now is no ground for an answer any more."""
    records: int
    refused_records: int
    refused: list[RecordRefused]
    """The first of them."""
    vanished: int
    """Records of the last one that are gone."""
    advisories: int
    """New, or said otherwise than before."""
    vulnerabilities: int
    """Of which it asserts something else than before."""
