"""Orders and directives as data: what they ask, of whom, by when; and whether it was done."""

from tidegate.engines.directives.calendars import (
    CalendarEntry,
    of_docket,
    of_duty,
    to_icalendar,
)
from tidegate.engines.directives.compliance import (
    ApprovedException,
    Record,
    Row,
    State,
    report_rows,
    state,
    to_csv,
)
from tidegate.engines.directives.dockets import DocketEntry, EntryKind, EntryState, docket
from tidegate.engines.directives.duties import Duty, Exposed, Facts, duties
from tidegate.engines.directives.errors import DirectiveError
from tidegate.engines.directives.loading import (
    directive_schema,
    read_directive,
    shipped_directives,
)
from tidegate.engines.directives.model import (
    Binding,
    ByTable,
    Directive,
    Event,
    Kind,
    Milestone,
    Occurrence,
    Requirement,
    Sector,
    Status,
    sector_word,
)
from tidegate.engines.directives.wording import clock_in_words

__all__ = [
    "ApprovedException",
    "Binding",
    "ByTable",
    "CalendarEntry",
    "Directive",
    "DirectiveError",
    "DocketEntry",
    "Duty",
    "EntryKind",
    "EntryState",
    "Event",
    "Exposed",
    "Facts",
    "Kind",
    "Milestone",
    "Occurrence",
    "Record",
    "Requirement",
    "Row",
    "Sector",
    "State",
    "Status",
    "clock_in_words",
    "directive_schema",
    "docket",
    "duties",
    "of_docket",
    "of_duty",
    "read_directive",
    "report_rows",
    "sector_word",
    "shipped_directives",
    "state",
    "to_csv",
    "to_icalendar",
]
