"""Reads IAM policy documents into the statements that touch AI, each with its actions as a bit set.

What always holds:

- A document is understood whole or refused whole (`MalformedPolicyError`): half a policy is never evaluated.
- Action patterns are compared without regard to case; `*` stands for any text, `?` for one character.
- A statement keeps a bit only where an ARN of that service can match its resources: `Action: *` on an S3 bucket says
  nothing about Bedrock.
- Comparing two sets of resource patterns never guesses: `Share.ALL` and `Share.NONE` are proven, the rest is `SOME`.
"""

import fnmatch
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache
from typing import Any, Final
from urllib.parse import unquote

from annexa.collectors.aws._access_actions import ACTIONS, ALL, ARN_SERVICES
from annexa.evidence.errors import AnnexaError


class MalformedPolicyError(AnnexaError):
    """The document is no IAM policy; the message says which element is wrong."""

    def __init__(self, message: str) -> None:
        super().__init__(message, hint="look at the policy where it is kept; AWS itself would refuse this document")


class Share(Enum):
    """How much of one set of resources another statement's `Resource` or `NotResource` matches."""

    NONE = "none"
    SOME = "some"
    ALL = "all"


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Statement:
    """One statement that names at least one AI action."""

    sid: str
    """Its `Sid`, or `#2` for the second statement when it has none."""
    allows: bool
    negated: bool
    """The patterns are a `NotAction`."""
    patterns: tuple[str, ...]
    excludes: bool
    """The resources are a `NotResource`."""
    resources: tuple[str, ...]
    condition: Mapping[str, Any] | None
    """None if there is none, or an empty one."""
    bits: int
    everywhere: bool
    """It applies to every resource and has no condition."""

    @property
    def scope(self) -> tuple[str, ...]:
        """Patterns that together hold every resource the statement can match."""
        return ("*",) if self.excludes else self.resources

    def share_of(self, resources: Sequence[str]) -> Share:
        """How much of these resources the statement matches, its condition aside."""
        if self.resources == ("*",):
            return Share.NONE if self.excludes else Share.ALL
        covered = all(any(_covers(own, other) for own in self.resources) for other in resources)
        apart = not any(_overlap(own, other) for own in self.resources for other in resources)
        if not (covered or apart):
            return Share.SOME
        return Share.ALL if covered != self.excludes else Share.NONE


def parse_policy(document: object) -> tuple[Statement, ...]:
    """The AI statements of one document: a mapping, or JSON text, URL-encoded or not.

    A statement outside IAM's grammar raises `MalformedPolicyError`, even one that does not touch AI.
    """
    read = (_statement(raw, place) for place, raw in enumerate(statements_of(document), 1))
    return tuple(statement for statement in read if statement is not None)


def statements_of(document: object) -> list[Mapping[str, Any]]:
    """The raw statements of a policy document; a single statement outside a list counts as a list of one."""
    decoded = _decoded(document)
    raw = decoded.get("Statement") if isinstance(decoded, Mapping) else None
    raw = [raw] if isinstance(raw, Mapping) else raw
    if not isinstance(raw, list) or not all(isinstance(item, Mapping) for item in raw):
        raise MalformedPolicyError("no list of statements")
    return raw


@lru_cache(maxsize=1 << 16)
def action_bits(pattern: str) -> int:
    """The AI actions that an `Action` pattern matches."""
    if not pattern.strip("*"):
        return ALL
    service, colon, name = pattern.lower().partition(":")
    if not colon:
        raise MalformedPolicyError(f"the action {pattern!r} names no service")
    if "*" in service or "?" in service:
        return _matching(_LOWER, pattern.lower())
    known = _BY_SERVICE.get(service)
    return _matching(known, name) if known else 0


def condition_of(raw: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """The `Condition` element of a raw statement; None if it is absent or empty."""
    condition = raw.get("Condition")
    if condition is None:
        return None
    if not isinstance(condition, Mapping) or not all(isinstance(test, Mapping) for test in condition.values()):
        raise MalformedPolicyError("Condition is no object of objects")
    return condition or None


def as_text(condition: Mapping[str, Any] | None) -> str | None:
    """A condition as JSON with sorted keys."""
    return None if condition is None else json.dumps(condition, sort_keys=True)


def texts(raw: object, element: str) -> tuple[str, ...]:
    """An element that may be one string or a list of strings, as a tuple; an empty list is malformed."""
    if isinstance(raw, str):
        return (raw,)
    if isinstance(raw, list) and set(map(type, raw)) == {str}:
        return tuple(raw)
    raise MalformedPolicyError(f"{element} is neither text nor a list of texts")


def _decoded(document: object) -> object:
    """boto3 decodes these documents; other readers of the same API hand over the text as it was sent."""
    if not isinstance(document, str):
        return document
    text = document if document.lstrip().startswith("{") else unquote(document)
    try:
        return json.loads(text)
    except ValueError as error:
        raise MalformedPolicyError("not JSON") from error


def _statement(raw: Mapping[str, Any], place: int) -> Statement | None:
    effect = raw.get("Effect")
    if effect not in ("Allow", "Deny"):
        raise MalformedPolicyError(f"statement {place}: Effect is neither Allow nor Deny")
    negated, patterns = _either(raw, "Action", "NotAction", place)
    excludes, resources = _either(raw, "Resource", "NotResource", place)
    condition = condition_of(raw)
    bits = _bits(patterns, negated=negated) & _reach(resources, excludes=excludes)
    if not bits:
        return None
    return Statement(
        sid=str(raw.get("Sid") or f"#{place}"),
        allows=effect == "Allow",
        negated=negated,
        patterns=patterns,
        excludes=excludes,
        resources=resources,
        condition=condition,
        bits=bits,
        everywhere=condition is None and not excludes and any(not resource.strip("*") for resource in resources),
    )


def _either(raw: Mapping[str, Any], plain: str, inverse: str, place: int) -> tuple[bool, tuple[str, ...]]:
    if (plain in raw) == (inverse in raw):
        raise MalformedPolicyError(f"statement {place}: needs either {plain} or {inverse}")
    element = plain if plain in raw else inverse
    return element == inverse, texts(raw[element], element)


def _bits(patterns: Sequence[str], *, negated: bool) -> int:
    bits = 0
    for pattern in patterns:
        bits |= action_bits(pattern)
    return ALL & ~bits if negated else bits


def _reach(resources: Sequence[str], *, excludes: bool) -> int:
    if excludes:
        return ALL
    bits = 0
    for resource in resources:
        bits |= _arn_bits(resource)
    return bits


@lru_cache(maxsize=1 << 16)
def _arn_bits(resource: str) -> int:
    """The actions whose resources the pattern could match: all of them unless it clearly names another service."""
    parts = resource.split(":", 3)
    if len(parts) < 4 or parts[0] != "arn" or _WILD.search(parts[1] + parts[2]):
        return ALL
    return _BY_ARN_SERVICE.get(parts[2].lower(), 0)


def _matching(known: Mapping[str, int], pattern: str) -> int:
    """The bits of the known names that the pattern matches; both in lower case."""
    if "*" not in pattern and "?" not in pattern:
        return known.get(pattern, 0)
    # fnmatch compiles to atomic groups: a pattern full of stars cannot make it slow. `[` is no wildcard in IAM.
    matches = re.compile(fnmatch.translate(pattern.replace("[", "[[]"))).match
    bits = 0
    for name, bit in known.items():
        if matches(name):
            bits |= bit
    return bits


def _covers(outer: str, inner: str) -> bool:
    """Whether `outer` surely matches all that `inner` matches: the same text, or the same beginning and then `*`."""
    beginning = outer.rstrip("*")
    return outer == inner or (beginning != outer and inner.startswith(beginning))


def _overlap(one: str, other: str) -> bool:
    """Whether some resource could match both patterns: false only if their fixed beginnings differ."""
    first, second = _WILD.split(one, maxsplit=1)[0].lower(), _WILD.split(other, maxsplit=1)[0].lower()
    if first == one.lower() and second == other.lower():
        return first == second
    return first.startswith(second) or second.startswith(first)


_WILD: Final = re.compile(r"[*?]|\$\{")  # a policy variable such as ${aws:username} may stand for anything
_LOWER: Final = {action.lower(): 1 << place for place, action in enumerate(ACTIONS)}
_BY_SERVICE: Final[dict[str, dict[str, int]]] = {}
_BY_ARN_SERVICE: Final[dict[str, int]] = {}
for _action, _bit in _LOWER.items():
    _prefix, _, _name = _action.partition(":")
    _BY_SERVICE.setdefault(_prefix, {})[_name] = _bit
    for _arn_service in ARN_SERVICES[_prefix]:
        _BY_ARN_SERVICE[_arn_service] = _BY_ARN_SERVICE.get(_arn_service, 0) | _bit
