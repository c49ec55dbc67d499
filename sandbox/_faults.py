"""Ways in which an answer can be refused, broken or poorer, and which of them mean something for an operation."""

import threading
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

from annexa.sandbox._models import Shape, list_members, members, operation_model, paging

Kind = Literal[
    "denied",
    "unauthorised",
    "expired",
    "not_found",
    "conflict",
    "throttled",
    "server_error",
    "timeout",
    "hangup",
    "cut",
    "truncated",
    "repeated_token",
    "html",
    "missing_list",
    "empty_list",
    "unknown_enum",
    "redirect",
    "slow",
]
KINDS: tuple[Kind, ...] = get_args(Kind)
"""Every kind of fault, refusals first."""
NEW_ENUM_VALUE = "SANDBOX_NEW_VALUE"
"""What `unknown_enum` puts where the model lists its values."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One planted fault; `*` and `None` match everything.

    The first `after` matching calls are answered properly, then `times` calls (all, if `None`) are hit. `seconds` is
    how long a `timeout` keeps silent and a `slow` answer takes.
    """

    service: str
    operation: str
    account: str | None = field(default=None, kw_only=True)
    region: str | None = field(default=None, kw_only=True)
    kind: Kind = field(kw_only=True)
    after: int = field(default=0, kw_only=True)
    times: int | None = field(default=None, kw_only=True)
    seconds: float = field(default=60.0, kw_only=True)

    def matches(self, service: str, operation: str, account: str, region: str) -> bool:
        """Whether this call is one of those that the fault is planted on."""
        wanted = ((self.service, service), (self.operation, operation), (self.account, account), (self.region, region))
        return all(asked in (None, "*", given) for asked, given in wanted)


class FaultBook:
    """The planted faults with their counters; safe under threads."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self._faults = tuple(faults)
        self._seen = [0] * len(self._faults)
        self._lock = threading.Lock()

    def hitting(self, service: str, operation: str, account: str, region: str) -> tuple[Fault, ...]:
        """The faults that hit this call; counts it."""
        if not self._faults:
            return ()
        with self._lock:
            return tuple(self._count(service, operation, account, region))

    def _count(self, service: str, operation: str, account: str, region: str) -> Iterator[Fault]:
        for number, fault in enumerate(self._faults):
            if fault.matches(service, operation, account, region):
                self._seen[number] += 1
                hit = self._seen[number] - fault.after
                if hit > 0 and (fault.times is None or hit <= fault.times):
                    yield fault


def fault_kinds(service: str, operation: str) -> tuple[Kind, ...]:
    """The kinds that change this operation's answer (a repeated token needs paging, a missing list a list)."""
    shape = operation_model(service, operation).output_shape
    needs: dict[Kind, bool] = {
        "repeated_token": paging(service, operation) is not None,
        "missing_list": bool(list_members(service, operation)),
        "empty_list": bool(list_members(service, operation)),
        "unknown_enum": shape is not None and _has_enum(shape, ()),
    }
    return tuple(kind for kind in KINDS if needs.get(kind, True))


def without_lists(service: str, operation: str, output: dict[str, Any]) -> dict[str, Any]:
    """The answer without the lists that it is about."""
    gone = {name.partition(".")[0] for name in list_members(service, operation)}
    return {name: value for name, value in output.items() if name not in gone}


def with_empty_lists(service: str, operation: str, output: dict[str, Any]) -> dict[str, Any]:
    """The answer with those lists empty, whatever they held."""
    return output | {name: [] for name in list_members(service, operation) if "." not in name}


def with_new_enum(service: str, operation: str, output: dict[str, Any]) -> dict[str, Any]:
    """The answer with a value unknown to the model in the first enum of each item, or of the answer itself."""
    lists = set(list_members(service, operation))
    found = members(operation_model(service, operation).output_shape)
    rest = {name: value for name, value in output.items() if name not in lists}
    changed = _members_changed(found, rest)[0] if not paging(service, operation) else rest
    return changed | {name: _each_changed(found[name], output[name]) for name in lists & set(output)}


def _each_changed(shape: Shape, items: list[Any]) -> list[Any]:
    return [_changed(shape.member, item)[0] for item in items]


def _changed(shape: Shape, value: Any) -> tuple[Any, bool]:
    """The value with its first enum string replaced, and whether there was one."""
    if shape.type_name == "string" and shape.enum:
        return NEW_ENUM_VALUE, True
    if shape.type_name == "structure" and not shape.is_document_type:
        return _members_changed(shape.members, value)
    if shape.type_name == "list" and value:
        first, done = _changed(shape.member, value[0])
        return [first, *value[1:]], done
    return value, False


def _members_changed(shapes: dict[str, Shape], value: dict[str, Any]) -> tuple[dict[str, Any], bool]:
    for name, shape in shapes.items():
        if name in value:
            item, done = _changed(shape, value[name])
            if done:
                return value | {name: item}, True
    return value, False


def _has_enum(shape: Shape, above: tuple[str, ...]) -> bool:
    if shape.name in above:
        return False
    match shape.type_name:
        case "string":
            return bool(shape.enum)
        case "structure":
            return any(_has_enum(member, (*above, shape.name)) for member in shape.members.values())
        case "list":
            return _has_enum(shape.member, (*above, shape.name))
        case _:
            return False
