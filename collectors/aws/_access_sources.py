"""Finds the policies that take effect on each principal of `iam:GetAccountAuthorizationDetails`.

A policy whose document is absent or malformed is never dropped: it is named in `unresolved`, with where it is attached
and why it could not be read. AWS leaves a list out where it is empty (`UserPolicyList`), so an absent list is empty.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from annexa.collectors.aws._access_layers import Ceiling, Source
from annexa.collectors.aws._policy import (
    MalformedPolicyError,
    Statement,
    as_text,
    condition_of,
    parse_policy,
    statements_of,
    texts,
)

Detail = Mapping[str, Any]
"""One entry of a list of GetAccountAuthorizationDetails, with boto3's names."""
Document = Mapping[str, Any] | str
Level = Sequence[Document | None] | Mapping[str, Document | None] | None
"""The SCPs attached at one level, by name or just in order; None for a document, or for the level, that was unread."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Principal:
    """One user or role with every policy that takes effect on it."""

    detail: Detail
    kind: Literal["user", "role"]
    sources: tuple[Source, ...]
    unresolved: tuple[str, ...]
    """Identity policies and the boundary, as far as they could not be read."""
    identity_read: bool
    """Every inline, attached and group policy was read."""
    boundary_arn: str | None
    boundary: Source | None
    """None if there is none, or if it could not be read."""

    @property
    def service_linked(self) -> bool:
        """A role that an AWS service made for itself; its path is reserved."""
        return ":role/aws-service-role/" in str(self.detail["Arn"])


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class ServiceControl:
    """The service control policies above one account."""

    sources: tuple[Source, ...]
    ceilings: tuple[Ceiling, ...]
    """One per level that was read whole."""
    unresolved: tuple[str, ...]
    complete: bool

    @classmethod
    def of(cls, levels: Sequence[Level] | None) -> "ServiceControl":
        """Read the levels, root first; no level at all means that no SCP applies, None that they were not read."""
        sources: list[Source] = []
        ceilings: list[Ceiling] = []
        unresolved: list[str] = []
        for number, level in enumerate(levels or (), 1):
            read, failed = _control_level(f"scp:{number}", level)
            sources += read
            unresolved += failed
            if not failed:
                ceilings.append(Ceiling.of(read))
        return cls(
            sources=tuple(sources),
            ceilings=tuple(ceilings),
            unresolved=tuple(unresolved),
            complete=levels is not None and not unresolved,
        )


NO_SERVICE_CONTROL = ServiceControl(sources=(), ceilings=(), unresolved=(), complete=True)
"""What binds the management account and service-linked roles."""


class Account:
    """The groups and managed policies of one account; each document is read once, when first needed."""

    def __init__(self, *, groups: Iterable[Detail], policies: Iterable[Detail]) -> None:
        self._groups = {str(group["GroupName"]): group for group in groups}
        self._policies = {str(policy["Arn"]): policy for policy in policies}
        self._parsed: dict[str, tuple[Statement, ...] | str] = {}
        self._placed: dict[tuple[str, str], Source | str] = {}
        self._group_sources: dict[str, tuple[Source | str, ...]] = {}

    def principal(self, detail: Detail, kind: Literal["user", "role"]) -> Principal:
        """A user or role of this account with its policies."""
        found = [*self._inline(detail, f"{kind.title()}PolicyList", "inline"), *self._attached(detail, "attached")]
        for name in detail.get("GroupList") or ():
            found += self._of_group(str(name))
        identity = tuple(item for item in found if isinstance(item, Source))
        unresolved = [item for item in found if isinstance(item, str)]
        arn, boundary = self._boundary(detail)
        return Principal(
            detail=detail,
            kind=kind,
            sources=identity,
            unresolved=(*unresolved, *([boundary] if isinstance(boundary, str) else [])),
            identity_read=not unresolved,
            boundary_arn=arn,
            boundary=boundary if isinstance(boundary, Source) else None,
        )

    def _of_group(self, name: str) -> tuple[Source | str, ...]:
        if name not in self._group_sources:
            group, place = self._groups.get(name), f"group:{name}"
            self._group_sources[name] = (
                (f"{place}: the group is not among the details",)
                if group is None
                else (*self._inline(group, "GroupPolicyList", place), *self._attached(group, place))
            )
        return self._group_sources[name]

    def _boundary(self, detail: Detail) -> tuple[str | None, Source | str | None]:
        raw = detail.get("PermissionsBoundary")
        if not raw:
            return None, None
        arn = str(raw.get("PermissionsBoundaryArn") or "no ARN given")
        return arn, self._managed(arn, "boundary")

    def _attached(self, detail: Detail, place: str) -> Iterator[Source | str]:
        for policy in detail.get("AttachedManagedPolicies") or ():
            yield self._managed(str(policy.get("PolicyArn") or policy.get("PolicyName")), place)

    def _inline(self, detail: Detail, key: str, place: str) -> Iterator[Source | str]:
        for policy in detail.get(key) or ():
            yield _placed(str(policy.get("PolicyName")), place, _parsed(policy.get("PolicyDocument")))

    def _managed(self, arn: str, place: str) -> Source | str:
        if (arn, place) not in self._placed:
            if arn not in self._parsed:
                self._parsed[arn] = _parsed(_default_document(self._policies.get(arn)))
            self._placed[arn, place] = _placed(arn, place, self._parsed[arn])
        return self._placed[arn, place]


def trusted(document: object) -> tuple[str, ...] | None:
    """Who the allow statements of a trust policy name: `Service:lambda.amazonaws.com`; None if it is unreadable."""
    try:
        raw = [statement for statement in statements_of(document) if statement.get("Effect") == "Allow"]
        return tuple(dict.fromkeys(name for statement in raw for name in _trustees(statement)))
    except MalformedPolicyError:
        return None


def _trustees(statement: Mapping[str, Any]) -> Iterator[str]:
    element = "Principal" if "Principal" in statement else "NotPrincipal"
    named = statement.get(element)
    condition = as_text(condition_of(statement))
    by_kind = named if isinstance(named, Mapping) else {"AWS": named}
    for kind, values in by_kind.items():
        for value in texts(values, element):
            name = f"{kind}:{value}" if element == "Principal" else f"all but {kind}:{value}"
            yield f"{name} if {condition}" if condition else name


def _default_document(policy: Detail | None) -> object:
    """The document of the version in force; None if the policy or that version is not among the details."""
    for version in (policy or {}).get("PolicyVersionList") or ():
        if version.get("IsDefaultVersion"):
            return version.get("Document")
    return None


def _parsed(document: object) -> tuple[Statement, ...] | str:
    if document is None:
        return "no document"
    try:
        return parse_policy(document)
    except MalformedPolicyError as error:
        return error.message


def _placed(policy: str, place: str, parsed: tuple[Statement, ...] | str) -> Source | str:
    if isinstance(parsed, str):
        return f"{place}: {policy}: {parsed}"
    return Source(policy=policy, attached=place, statements=parsed)


def _control_level(place: str, level: Level) -> tuple[list[Source], list[str]]:
    """The policies of one level. AWS keeps at least one at each: an empty level is an answer with rows missing."""
    if not level:
        return [], [f"{place}: {'not read' if level is None else 'no policy at this level'}"]
    named = level.items() if isinstance(level, Mapping) else ((f"#{n}", item) for n, item in enumerate(level, 1))
    found = [_placed(name, place, _parsed(document)) for name, document in named]
    return [item for item in found if isinstance(item, Source)], [item for item in found if isinstance(item, str)]
