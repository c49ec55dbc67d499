"""What the collectors of AWS's AI resources share: names of resources, their tags, fields of details.

A convention of ours, since AWS has none: the tag `owner` names who answers for a resource, `environment` where it
stands, `classification` (or `data-classification`) the class of what a store holds, and `permitted-class` the highest
class that an AI system may handle. Case and separators do not matter.
"""

from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

from annexa.collectors.aws._values import moment, pairs
from annexa.evidence.call import Call
from annexa.evidence.fact import ABSENT, NOT_EXPOSED, Missing, ambiguous, unread
from annexa.evidence.handle import Handle, Item
from annexa.schemas.words import Reason

T = TypeVar("T")

OWNER = frozenset({"owner"})
"""Tag keys, without case and separators, that name who answers for a resource."""
PERMITTED_CLASS = frozenset({"permittedclass"})
"""Tag keys, without case and separators, that name the highest class that an AI system may handle."""

Detail = Item | Missing
"""A detail of a listed item: the answer, or why there is none."""
Tags = tuple[str, ...] | Missing
"""Tags as `key=value`, sorted."""


def arn(handle: Handle, service: str, resource: str) -> str:
    """ARN of a regional resource of which an answer gives the id only."""
    return f"arn:{partition(handle.known['region'])}:{service}:{handle.known['region']}:{handle.known['account']}:{resource}"


def partition(region: str) -> str:
    """AWS's separate clouds are told by the region's name."""
    return {"cn": "aws-cn", "us-gov": "aws-us-gov"}.get(region.rsplit("-", 2)[0], "aws")


def field(detail: Mapping[str, Any] | Missing, name: str, otherwise: Any = ABSENT) -> Any:
    """A field of a detail; empty and missing alike become `otherwise`, an unread detail stays unread."""
    if isinstance(detail, Missing):
        return detail
    found = detail.get(name)
    return otherwise if found in (None, "") else found


def when(detail: Mapping[str, Any] | Missing, name: str) -> str | Missing:
    """A time in a detail."""
    return detail if isinstance(detail, Missing) else moment(detail.get(name))


def agreed(values: Iterable[Any]) -> Any:
    """The one value of several parts of a resource; where they differ, nobody can say which one is meant."""
    distinct = list(dict.fromkeys(values))
    unread = next((value for value in distinct if isinstance(value, Missing) and value.why), None)
    if unread is not None:
        return unread
    if len(distinct) == 1:
        return distinct[0]
    return ambiguous(", ".join(map(_word, distinct)), "its parts differ") if distinct else NOT_EXPOSED


def tag_map(handle: Handle, call: Call, **params: Any) -> Tags:
    """Tags of a service that answers with a map."""
    found = handle.attempt(call, **params)
    if found is None or isinstance(found, Missing):
        return found or ()
    return tuple(sorted(f"{key}={value}" for key, value in found.items()))


def tag_list(handle: Handle, call: Call, **params: Any) -> Tags:
    """Tags of a service that answers with a list."""
    return handle.detail(call, lambda: pairs(handle.each(call, **params)))


def holding(handle: Handle, call: Call, answer: T, *lists: str) -> T | Missing:
    """A single answer with a list in it; one that holds none of `lists` is noted as unread, never read as empty."""
    if not isinstance(answer, Item) or any(name in answer for name in lists):
        return answer
    says = f"the answer has no {' or '.join(lists)}"
    handle.note(call, Reason.INVALID_ANSWER, says, cure="Run again; if it stays, report it.")
    return unread(f"{call.op}: {Reason.INVALID_ANSWER}")


def _word(value: Any) -> str:
    return str(value.state) if isinstance(value, Missing) else str(value)
