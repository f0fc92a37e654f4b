"""What the results of a SARIF run point at: rules, tool components, artifacts.

From: SARIF 2.1.0 (OASIS, 2020), 3.19 toolComponent, 3.24 artifact, 3.49 reportingDescriptor (a
rule), 3.52 reportingDescriptorReference, 3.54 toolComponentReference.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from tidegate.engines.formats.documents import Fault, canonical, parse
from tidegate.engines.formats.proofs import Named, named_by
from tidegate.engines.formats.records import MAX_PATH, Members, MisfitError, cut

if TYPE_CHECKING:
    from tidegate.engines.formats.reports import Bounds
    from tidegate.engines.formats.targets import Target

_TOOL_PARTS: Final = ("name", "fullName", "version", "semanticVersion", "guid")
"""What of a run's driver (3.19) is kept with a result."""

_LONGEST_FORM: Final = 4 << 10
"""Bytes of a rule, or of a tool's names, that are kept with each result. One rule of a megabyte
under a million results would become a terabyte."""

_LONGEST_RULE_ID: Final = 1_000
_LONGEST_PURL: Final = 5_000
"""Characters that are held of an artifact's package URL; one of more than 4,096 is refused."""

_LEVELS: Final = 8
"""Levels of a hierarchical name (3.5.4) at which its rule is looked for."""


@dataclass(frozen=True, slots=True)
class Artifact:
    """One of a run's artifacts (3.24)."""

    path: str | None
    purl: str | None


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule (3.49), and what is kept of it with each result: its RFC 8785 form without `help`."""

    members: Members
    form: bytes


@dataclass(frozen=True, slots=True)
class _Component:
    """A tool component (3.19): the driver, or one of the extensions."""

    name: str | None
    guid: str | None
    rules: list[Rule]
    by_id: dict[str, Rule]
    messages: Members | None


@dataclass(frozen=True, slots=True)
class Run:
    """What the results of one run point at."""

    driver: _Component
    extensions: list[_Component]
    tool: bytes
    """The RFC 8785 form of the driver's name and version."""
    artifacts: list[Artifact]
    named: Named | None
    """The run's own `properties.purl`."""
    default: Target | None

    @classmethod
    def of(
        cls,
        tool: dict[str, Any],
        properties: dict[str, Any],
        artifacts: list[Artifact],
        default: Target | None,
        bounds: Bounds,
    ) -> Run:
        """Index a run. Raises `MisfitError`, with the place in the run, for what cannot be read."""
        holder = Members(tool, ("tool",))
        driver = holder.members("driver") or Members({}, ("tool", "driver"))
        parts = {key: driver.value[key] for key in _TOOL_PARTS if key in driver.value}
        extensions = holder.each("extensions")
        if len(extensions) > bounds.extensions:
            raise MisfitError(
                holder.at("extensions"),
                f"are {len(extensions):,}; at most {bounds.extensions:,}, so leave out those"
                " without results",
            )
        count = sum(len(part.each("rules")) for part in (driver, *extensions))
        if count > bounds.rules:
            raise MisfitError(("tool",), f"has {count:,} rules; at most {bounds.rules:,}")
        return cls(
            driver=_component(driver),
            extensions=[_component(part) for part in extensions],
            tool=_kept(parts),
            artifacts=artifacts,
            named=named_by(Members(properties, ("properties",))),
            default=default,
        )


def artifact_of(raw: bytes | None) -> Artifact:
    """Read one of a run's artifacts; one that cannot be read has no path."""
    try:
        parsed = None if raw is None else parse(raw)
        if parsed is None or isinstance(parsed, Fault):
            return Artifact(None, None)
        artifact = Members.of(parsed.value)
        location, properties = artifact.members("location"), artifact.members("properties")
        uri = location.text("uri") if location else None
        purl = (properties.text("purl") or "")[:_LONGEST_PURL] or None if properties else None
    except MisfitError:
        return Artifact(None, None)
    return Artifact(None if uri is None else cut(uri, MAX_PATH), purl)


def rule_of(result: Members, run: Run) -> Rule | None:
    """Find the rule of a result by its index, or else by its identifier; 3.27.5 to 3.27.7."""
    reference = result.members("rule") or Members({}, ("rule",))
    component = _component_of(reference, run)
    index, place = reference.integer("index"), reference.at("index")
    if index is None:
        index, place = result.integer("ruleIndex"), result.at("ruleIndex")
    if index is not None and index != -1:
        rules = (component or run.driver).rules
        if not 0 <= index < len(rules):
            raise MisfitError(
                place, f"{index} points at no rule; the tool component has {len(rules)}"
            )
        return rules[index]
    name = rule_id_of(result)
    for _ in range(_LEVELS):
        if not name:
            break
        for part in (component,) if component else (run.driver, *run.extensions):
            if name in part.by_id:
                return part.by_id[name]
        # 3.27.5: 'CA2101/1' may be a finer name for the rule 'CA2101'.
        name = name.rpartition("/")[0]
    return None


def _component_of(reference: Members, run: Run) -> _Component | None:
    """Find the tool component that a reference names (3.54); None if it names none."""
    named = reference.members("toolComponent")
    if named is None:
        return None
    index = named.integer("index")
    if index is not None and index != -1:
        if not 0 <= index < len(run.extensions):
            raise MisfitError(
                named.at("index"),
                f"{index} points at no extension; the tool has {len(run.extensions)}",
            )
        return run.extensions[index]
    name, guid = named.text("name"), named.text("guid")
    for part in (run.driver, *run.extensions):
        if (guid and part.guid == guid) or (name and part.name == name):
            return part
    return None


def rule_id_of(result: Members) -> str:
    """Return the rule's identifier as the result writes it; empty if it writes none.

    Raises `MisfitError` for one that is too long to be looked up with each result.
    """
    reference = result.members("rule") or Members({}, ("rule",))
    name, place = reference.text("id"), reference.at("id")
    if not name:
        name, place = result.text("ruleId") or "", result.at("ruleId")
    if len(name) > _LONGEST_RULE_ID:
        raise MisfitError(
            place, f"has {len(name):,} characters; at most {_LONGEST_RULE_ID:,}, so shorten it"
        )
    return name


def path_at(index: int | None, run: Run) -> str:
    """Return the path of one of the run's artifacts; empty for an index that points nowhere."""
    if index is None or not 0 <= index < len(run.artifacts):
        return ""
    return run.artifacts[index].path or ""


def named_by_artifact(result: Members, run: Run) -> Named | None:
    """Return the package that the artifact of a result's first location names, if it does."""
    for location in result.each("locations")[:1]:
        physical = location.members("physicalLocation")
        artifact = physical.members("artifactLocation") if physical else None
        index = artifact.integer("index") if artifact else None
        if artifact is not None and index is not None and 0 <= index < len(run.artifacts):
            purl = run.artifacts[index].purl
            if purl is not None:
                return named_by(Members({"purl": purl}, artifact.at("index")))
    return None


def _component(part: Members) -> _Component:
    rules = [_as_rule(rule) for rule in part.each("rules")]
    by_id: dict[str, Rule] = {}
    for rule in rules:
        by_id.setdefault(rule.members.text("id") or "", rule)
    messages = part.members("globalMessageStrings")
    return _Component(part.text("name"), part.text("guid"), rules, by_id, messages)


def _as_rule(rule: Members) -> Rule:
    kept = {key: value for key, value in rule.value.items() if key != "help"}
    return Rule(rule, _kept(kept))


def _kept(value: dict[str, Any]) -> bytes:
    """Return the RFC 8785 form of a value; of one that is too long, an object with its digest."""
    form = canonical(value)
    if len(form) <= _LONGEST_FORM:
        return form
    return b'{"sha256":"%b"}' % hashlib.sha256(form).hexdigest().encode()
