"""What one source says of one vulnerability: kept with its source and its time, never blended.

KEV says that it is exploited, EPSS how likely that is, CISA's Vulnrichment how it would be
decided on, a CVE record how severe its author finds it. Two sources may contradict each other; then
there are two assertions. Which of them a decision takes is the business of whoever decides.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TypeAlias

Json: TypeAlias = bool | int | float | str | list["Json"] | dict[str, "Json"] | None


class Kind(StrEnum):
    """What an assertion is about, and so which members its value has."""

    KEV = "kev"
    """It is known to be exploited.

    From the catalogue, under the catalogue's own names: `dateAdded`, `dueDate` (days, as texts),
    `vendorProject`, `product`, `vulnerabilityName`, `requiredAction`, and where given
    `knownRansomwareCampaignUse`, `notes`, `forensicTriage` (`yes`, `no`, or as it came). From a
    container of a CVE record: `dateAdded`, `reference` where given, and `by`.
    """

    EPSS = "epss"
    """How likely exploitation is within 30 days: `score` and `percentile`, from 0 to 1.

    Its version is that of the model, without which no threshold means anything.
    """

    SSVC = "ssvc"
    """Values of decision points, in the words of the shipped tables, each where it is given.

    `exploitation` (`none`, `public_poc`, `active`), `automatable` (`no`, `yes`),
    `technical_impact` (`partial`, `total`); beside them `role` and `by`.
    """

    CVSS = "cvss"
    """A vector, and its score as it was published and as the vector has it.

    `vector`, `published` (null where no score came with it), `recomputed` (null where the vector
    has none), `agrees` (null where one of the two is missing), `container` (`cna` or `adp`) and
    `by`, whose container it is.
    """


@dataclass(frozen=True, slots=True)
class Assertion:
    """What a source says of a vulnerability."""

    source: str
    """Who says it: the feed's name, such as `kev`. Where a feed hands on what several say, a colon
    and who of them, such as `vulnrichment:CISA-ADP`; of those who score in several versions of
    CVSS, a colon and the version: `cve:GitHub_M:3.1`. In one edition, a source says one thing of
    a kind of a vulnerability."""
    vulnerability: str
    """A CVE id."""
    kind: Kind
    value: Mapping[str, Json]
    said_at: datetime | None
    """When it was said, by its own clock: the catalogue's release, the day of the scores,
    the decision's time, the container's last change. With a zone."""
    version: str
    """Of what said it: the catalogue, EPSS's model, SSVC's coordinator table, CVSS; may be
    empty."""

    @property
    def feed(self) -> str:
        """The feed that it came with."""
        return self.source.partition(":")[0]
