"""The words that a rule of a disclosure policy is written in."""

from __future__ import annotations

from enum import StrEnum


class ClockName(StrEnum):
    """What is due. Where several rules of a policy set the same one, the earliest governs."""

    DISCLOSURE = "disclosure"
    """The embargo ends, and the vulnerability is made known."""
    DETAILS = "details"
    """Full technical details, the proof included, are published."""
    NOTICE = "notice"
    """It is said that something was reported, and nothing of what it is."""
    ESCALATION = "escalation"
    """A vendor was silent; another coordinator is asked for help."""
    EARLY_WARNING = "early-warning"
    NOTIFICATION = "notification"
    FINAL_REPORT = "final-report"
    INCIDENT_EARLY_WARNING = "incident-early-warning"
    INCIDENT_NOTIFICATION = "incident-notification"
    INCIDENT_FINAL_REPORT = "incident-final-report"


class Trigger(StrEnum):
    """What happened. It starts a clock, or it meets one."""

    REPORTED = "reported"
    """The vendor got the report."""
    VENDOR_REPLIED = "vendor-replied"
    """A person answered; an automatic reply is none."""
    FIX_AVAILABLE = "fix-available"
    """Whoever uses the product can get the fix."""
    MEASURE_AVAILABLE = "measure-available"
    """A corrective or mitigating measure can be had. A fix is one; it need not be told twice."""
    EXPLOITATION_KNOWN = "exploitation-known"
    """It became known that the vulnerability is actively exploited."""
    INCIDENT_KNOWN = "incident-known"
    """The manufacturer became aware of a severe incident."""
    NOTICE_PUBLISHED = "notice-published"
    EARLY_WARNING_SENT = "early-warning-sent"
    NOTIFICATION_SENT = "notification-sent"
    FINAL_REPORT_SENT = "final-report-sent"
    INCIDENT_EARLY_WARNING_SENT = "incident-early-warning-sent"
    INCIDENT_NOTIFICATION_SENT = "incident-notification-sent"
    INCIDENT_FINAL_REPORT_SENT = "incident-final-report-sent"


class Circumstance(StrEnum):
    """What holds of a case, where a rule applies to some cases only."""

    CRITICAL = "critical"
    """The vulnerability is critical."""


class Ground(StrEnum):
    """Why an extension is granted."""

    REQUESTED = "requested"
    """The vendor asked for it."""
    PROGRESSING = "progressing"
    """The vendor is working on a fix."""
    FIX_SCHEDULED = "fix-scheduled"
    """The fix will be available before the extension ends."""


class Reading(StrEnum):
    """How a policy's terms were read."""

    PRIMARY = "primary"
    """In the text of whoever says it."""
    SECOND_HAND = "second-hand"
    """In a text that quotes or reports it."""


class Force(StrEnum):
    """What a deadline is to whoever misses it."""

    LAW = "law"
    """A duty of those whom it binds."""
    COMMITMENT = "commitment"
    """What its authority has said that it will do itself."""
    GUIDANCE = "guidance"
    """A default, where nothing else was agreed on."""
