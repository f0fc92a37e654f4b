"""One SARIF result, with what it needs of its run, as a report.

From: SARIF 2.1.0 (OASIS, 2020), mainly 3.27 result, 3.49 reportingDescriptor (a rule), 3.52
reportingDescriptorReference and 3.11 message. `security-severity` and the tags `external/cwe/...`
are conventions of GitHub code scanning. `docs/intake-formats.md` has the rules.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from tidegate.engines.formats.documents import Fault, canonical, parse, shown
from tidegate.engines.formats.proofs import Claim, Named, extension, named_by, report_of
from tidegate.engines.formats.records import (
    MAX_DESCRIPTION,
    MAX_ID,
    MAX_PATH,
    MAX_PLACES,
    MAX_SHARED,
    MAX_SYMBOL,
    MAX_TITLE,
    Members,
    MisfitError,
    aliases,
    cut,
    is_public_identifier,
    one_line,
    references,
    weaknesses,
)
from tidegate.engines.formats.reports import Bounds, Format, Place
from tidegate.engines.formats.sarif_pointers import (
    named_by_artifact,
    path_at,
    rule_id_of,
    rule_of,
)
from tidegate.engines.formats.severities import word_of, word_of_score

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tidegate.engines.formats.finding import Refusal
    from tidegate.engines.formats.records import Origin
    from tidegate.engines.formats.reports import Report
    from tidegate.engines.formats.sarif_pointers import Rule, Run

# From: SARIF 2.1.0, 3.27.9: what a result of these kinds says is that nothing is wrong.
_NO_FINDING: Final = {"pass", "notApplicable", "informational"}

# From: SARIF 2.1.0, 3.27.10.
_LEVELS: Final = {"error": "high", "warning": "medium", "note": "low"}
_DEFAULT_LEVEL: Final = "warning"

_PLACEHOLDER = re.compile(r"\{([0-9]{1,3})\}")
_LONGEST_ARGUMENT: Final = 2000
_LONGEST_MESSAGE_STRING: Final = 20_000


def sarif_report(raw: bytes, run: Run, origin: Origin, bounds: Bounds) -> Report | Refusal:
    """Read the report of one result; never raises."""
    parsed = parse(raw, max_bytes=bounds.record_bytes, max_values=bounds.record_values)
    if isinstance(parsed, Fault):
        return origin.refusal(parsed.field, parsed.reason)
    try:
        result = Members.of(parsed.value)
        _check_is_finding(result)
        properties = result.members("properties")
        extended = extension(properties)
        rule = rule_of(result, run)
        places = _places(result, run)
        claim = _claim(result, rule, run, places, origin)
        return report_of(claim, _target(result, properties, extended, run), extended, origin)
    except MisfitError as misfit:
        return origin.refusal(misfit.fault.field, misfit.fault.reason)


def _check_is_finding(result: Members) -> None:
    kind = result.text("kind")
    if kind in _NO_FINDING:
        raise MisfitError(("kind",), f"is {shown(kind)}: the tool says that nothing is wrong here")
    if result.text("baselineState") == "absent":
        raise MisfitError(
            ("baselineState",), "is 'absent': the result is gone since the run before"
        )
    # 3.27.23 and 3.35.3: one that was rejected or is under review leaves the result in force.
    suppressions = result.each("suppressions")
    if suppressions and all(s.text("status") in (None, "accepted") for s in suppressions):
        why = suppressions[0].text("justification")
        given = f": {shown(one_line(why, 200), 200)}" if why else ""
        raise MisfitError(("suppressions",), f"say that the result was dismissed{given}")


def _claim(
    result: Members, rule: Rule | None, run: Run, places: tuple[Place, ...], origin: Origin
) -> Claim:
    about = rule.members if rule else Members({}, ())
    message = _message(result, about, run)
    rule_id = rule_id_of(result) or cut(about.text("id") or "", MAX_TITLE)
    title = _text_of(about, "shortDescription") or about.text("name") or message or rule_id
    record = _form(result, rule, run)
    return Claim(
        format=Format.SARIF,
        id=_id(result, rule_id, places, origin),
        title=one_line(title, MAX_TITLE) or origin.place,
        description=_description(message, _text_of(about, "fullDescription")),
        weaknesses=weaknesses(_weakness_texts(result, about)),
        aliases=aliases(_identifiers(result, rule_id)),
        severity=(),
        severity_word=_severity_word(result, about),
        places=places,
        references=references(_urls(result, about)),
        record=record,
        form=record,
    )


def _form(result: Members, rule: Rule | None, run: Run) -> bytes:
    """Return the RFC 8785 form of `{result, rule, tool}`, put together from forms made before."""
    about = rule.form if rule else b"null"
    return b'{"result":%b,"rule":%b,"tool":%b}' % (canonical(result.value), about, run.tool)


def _id(result: Members, rule_id: str, places: tuple[Place, ...], origin: Origin) -> str:
    """Return the result's name for itself: the one that lasts longest from run to run."""
    for key in ("guid", "correlationGuid"):
        guid = result.text(key)
        if guid:
            return _short(guid)
    for key in ("fingerprints", "partialFingerprints"):
        prints = result.members(key)
        if prints is not None and prints.value:
            values = [f"{name}={prints.required_text(name)}" for name in sorted(prints.value)]
            return _short(" ".join([rule_id, *values]).strip())
    if places:
        first = places[0]
        where = f"{first.path}:{first.line}" if first.line else first.path or first.symbol or ""
        column = _column(result)
        return _short(f"{rule_id} {where}{f':{column}' if column else ''}".strip())
    return _short(f"{rule_id} {origin.place}".strip())


def _short(name: str) -> str:
    """Return a name within the bound; a longer one ends in a digest of the whole."""
    if len(name) <= MAX_ID:
        return name
    digest = hashlib.sha256(name.encode()).hexdigest()[:32]
    return f"{name[: MAX_ID - 33]} {digest}"


def _column(result: Members) -> int | None:
    for location in result.each("locations")[:1]:
        physical = location.members("physicalLocation")
        region = physical.members("region") if physical else None
        return region.integer("startColumn") if region else None
    return None


def _message(result: Members, rule: Members, run: Run) -> str:
    """Return the message's text, looked up and filled in as 3.11.5 and 3.11.7 say."""
    message = result.members("message")
    if message is None:
        return ""
    text = message.text("markdown") or message.text("text")
    name = message.text("id")
    if text is None and name is not None:
        for strings in (rule.members("messageStrings"), run.driver.messages):
            found = strings.members(name) if strings else None
            if found is not None:
                text = found.text("markdown") or found.text("text")
                break
    if not text:
        return ""
    return _filled_in(text, message.texts("arguments"))


def _filled_in(text: str, arguments: list[str]) -> str:
    if not arguments:
        return text
    short = [cut(argument, _LONGEST_ARGUMENT) for argument in arguments]

    def argument_of(match: re.Match[str]) -> str:
        index = int(match[1])
        return short[index] if index < len(short) else match[0]

    # Bounded before and after: a few placeholders could otherwise be made into gigabytes.
    filled = _PLACEHOLDER.sub(argument_of, text[:_LONGEST_MESSAGE_STRING])
    return cut(filled, MAX_DESCRIPTION)


def _text_of(rule: Members, key: str) -> str | None:
    found = rule.members(key)
    return None if found is None else found.text("markdown") or found.text("text")


def _description(message: str, full: str | None) -> str:
    # Cut first: the rule's text comes again with each of its results.
    parts = [cut(text, MAX_DESCRIPTION).strip() for text in (message, full or "")]
    return cut("\n\n".join(dict.fromkeys(part for part in parts if part)), MAX_DESCRIPTION)


def _weakness_texts(result: Members, rule: Members) -> Iterator[str]:
    """Give the texts that may name a CWE: taxa, relationships, tags, properties."""
    for taxon in result.each("taxa"):
        yield _taxon(taxon)
    for relationship in rule.each("relationships", MAX_SHARED):
        target = relationship.members("target")
        if target is not None:
            yield _taxon(target)
    for holder in (result.members("properties"), rule.members("properties")):
        for key in ("tags", "cwe"):
            value = holder.value.get(key) if holder is not None else None
            for text in value[:MAX_SHARED] if isinstance(value, list) else (value,):
                if isinstance(text, str):
                    yield text


def _taxon(reference: Members) -> str:
    name = reference.text("id") or ""
    component = reference.members("toolComponent")
    if component is not None and component.text("name") == "CWE" and name.isdigit():
        return f"CWE-{name}"
    return name


def _identifiers(result: Members, rule_id: str) -> Iterator[str]:
    """Give the public identifiers among the rule's name and the result's own properties."""
    properties = result.members("properties")
    values = list(properties.value.values()) if properties is not None else []
    for value in (rule_id, *values):
        for text in value if isinstance(value, list) else (value,):
            if isinstance(text, str) and is_public_identifier(text):
                yield text


def _severity_word(result: Members, rule: Members) -> str | None:
    for holder in (result.members("properties"), rule.members("properties")):
        if holder is not None and holder.value.get("security-severity") is not None:
            score = holder.number("security-severity")
            said = holder.value["security-severity"]
            return word_of_score(score) if score is not None else word_of(str(said))
    configuration = rule.members("defaultConfiguration")
    level = result.text("level") or (configuration.text("level") if configuration else None)
    return _LEVELS.get(level or _DEFAULT_LEVEL)


def _places(result: Members, run: Run) -> tuple[Place, ...]:
    places = (_place(location, run) for location in result.each("locations")[:MAX_PLACES])
    return tuple(dict.fromkeys(place for place in places if place.path or place.symbol))


def _place(location: Members, run: Run) -> Place:
    path, line = "", None
    physical = location.members("physicalLocation")
    if physical is not None:
        artifact = physical.members("artifactLocation")
        if artifact is not None:
            path = artifact.text("uri") or path_at(artifact.integer("index"), run)
        region = physical.members("region")
        line = region.integer("startLine") if region else None
    symbol = None
    for logical in location.each("logicalLocations")[:1]:
        symbol = logical.text("fullyQualifiedName") or logical.text("name")
    return Place(
        cut(path, MAX_PATH),
        line if line is not None and line >= 1 else None,
        cut(symbol, MAX_SYMBOL) if symbol else None,
    )


def _urls(result: Members, rule: Members) -> Iterator[str]:
    yield rule.text("helpUri") or ""
    yield result.text("hostedViewerUri") or ""
    yield from result.texts("workItemUris")


def _target(
    result: Members, properties: Members | None, extended: Members | None, run: Run
) -> Named:
    """Return the package: named by the result, its artifact, its run, or for the whole file."""
    named = named_by(extended) or named_by(properties)
    if named is not None:
        return named
    named = named_by_artifact(result, run) or run.named
    if named is not None:
        return replace(named, alone=False)
    if run.default is None:
        raise MisfitError(
            ("properties", "purl"),
            "is missing, and SARIF has no other place for a package;"
            " name one package URL for the whole file, or add it here or to the run",
        )
    return Named(run.default, ("properties", "purl"), alone=False)
