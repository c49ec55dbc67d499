"""The three ways in which most operations follow from resources: a list of them, one of them, the only one.

A list item is the resource cut down to the members of the list's item shape, so that List and Get cannot disagree.
A parameter that changes the answer and is not played is refused, never ignored.
"""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from annexa.sandbox._errors import AwsError, Unsupported
from annexa.sandbox._models import Shape, members, operation_model, paging
from annexa.sandbox._question import Question

if TYPE_CHECKING:
    from annexa.sandbox.world import AwsWorld

Answer = Callable[["AwsWorld", Question], dict[str, Any]]
"""How one operation is answered."""
Answers = dict[tuple[str, str], Answer]
"""By service and operation."""
Resource = dict[str, Any]

GLOBAL = "global"
"""The region under which the scenario keeps what belongs to no region."""


@dataclass(frozen=True, kw_only=True)
class Listing:
    """All resources of a kind; `names` says where a list member differs from the resource's own name."""

    kind: str
    into: str
    names: Mapping[str, str] = field(default_factory=dict)
    where: Mapping[str, str] = field(default_factory=dict)
    """Parameter to the resource's member that must be equal."""
    region: str | None = None

    def __call__(self, world: "AwsWorld", question: Question) -> dict[str, Any]:
        """The output with every matching resource."""
        refuse_unknown(question, self.where)
        found = world.at(question.account, self.region or question.region, self.kind)
        asked = {self.where[name]: value for name, value in question.params.items() if name in self.where}
        kept = [item for item in found if all(item.get(name) == value for name, value in asked.items())]
        return {self.into: project(question, self.into, kept, self.names)}


@dataclass(frozen=True, kw_only=True)
class Getting:
    """The resource whose `by` member equals the parameter; `error` is the vendor's name for "there is none"."""

    kind: str
    by: Mapping[str, tuple[str, ...]]
    into: str | None = None
    error: str = "ResourceNotFoundException"
    region: str | None = None

    def __call__(self, world: "AwsWorld", question: Question) -> dict[str, Any]:
        """The output with that one resource."""
        refuse_unknown(question, self.by)
        for item in world.at(question.account, self.region or question.region, self.kind):
            if all(self._is(item, name, value) for name, value in question.params.items()):
                return {self.into: own_members(item)} if self.into else own_members(item)
        raise AwsError(self.error, f"{question.operation}: there is no such {self.kind.replace('_', ' ')}")

    def _is(self, item: Resource, name: str, value: Any) -> bool:
        return any(item.get(member) == value for member in self.by[name])


@dataclass(frozen=True, kw_only=True)
class Only:
    """The single resource of a kind; without one the output is empty, or the error if one is named."""

    kind: str
    into: str | None = None
    error: tuple[str, str] | None = None

    def __call__(self, world: "AwsWorld", question: Question) -> dict[str, Any]:
        """The output with the resource, or without it."""
        refuse_unknown(question, ())
        found = world.single(question.account, question.region, self.kind)
        if found is None and self.error:
            raise AwsError(*self.error)
        if found is None:
            return {}
        return {self.into: own_members(found)} if self.into else own_members(found)


def refuse_unknown(question: Question, played: Iterable[str]) -> None:
    """`Unsupported` for a parameter outside `played` and paging."""
    pages = paging(question.service, question.operation)
    allowed = {*played, *((*pages.inputs, pages.limit) if pages else ())}
    for name in question.params:
        if name not in allowed:
            raise Unsupported(f"{question.service} {question.operation} with {name}")


def own_members(item: Resource) -> Resource:
    """The resource without our own underscore members."""
    return {name: value for name, value in item.items() if not name.startswith("_")}


def project(
    question: Question, into: str, items: Iterable[Resource], names: Mapping[str, str] | None = None
) -> list[Any]:
    """The items cut down to the members of the output list `into`; a list of strings takes the member named ``""``."""
    shape = members(operation_model(question.service, question.operation).output_shape)[into].member
    chosen = names or {}
    if shape.type_name != "structure":
        return [item[chosen[""]] for item in items]
    wanted = {member: chosen.get(member, member) for member in shape.members}
    return [{member: item[name] for member, name in wanted.items() if name in item} for item in items]


def documents_as_text(service: str, operation: str, output: dict[str, Any]) -> dict[str, Any]:
    """The output with policy documents written as data turned into the JSON text that the model wants."""
    shape = operation_model(service, operation).output_shape
    changed: dict[str, Any] = _as_text(shape, output, encoded=service == "iam") if shape is not None else output
    return changed


def _as_text(shape: Shape, value: Any, *, encoded: bool) -> Any:
    if shape.type_name == "structure" and isinstance(value, dict):
        known = shape.members
        return {n: _as_text(known[n], v, encoded=encoded) if n in known else v for n, v in value.items()}
    if shape.type_name == "list":
        return [_as_text(shape.member, item, encoded=encoded) for item in value]
    if shape.type_name == "string" and isinstance(value, dict):
        text = json.dumps(value)
        return quote(text) if encoded else text
    return value
