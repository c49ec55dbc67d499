"""Botocore's own service descriptions, loaded once per service and never changed.

Everything the stand-in knows about wire formats, shapes and paging comes from here, so that it cannot drift from
the client it answers. Botocore is imported when the first model is asked for, not when this module is.
"""

from dataclasses import dataclass
from functools import cache
from typing import Any

Shape = Any
"""A botocore shape; botocore is not followed by the type checker."""

_INPUT_TOKENS = ("NextToken", "nextToken", "Marker", "NextPageToken", "PageToken")
_OUTPUT_TOKENS = ("NextToken", "nextToken", "NextMarker", "Marker", "NextPageToken")
_LIMITS = ("MaxResults", "maxResults", "MaxItems", "Limit", "limit", "PageSize")
_LISTS = {("ce", "GetCostAndUsage"): "ResultsByTime"}
"""The paged list, where an operation without paginator has several."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Paging:
    """How one operation is cut into pages; names are members of its input and output."""

    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    limit: str | None
    more: str | None
    lists: tuple[str, ...]


@cache
def service_model(service: str) -> Any:
    """The botocore `ServiceModel` of a service, `botocore.exceptions.UnknownServiceError` if there is none."""
    from botocore.model import ServiceModel

    return ServiceModel(_loader().load_service_model(service, "service-2"), service_name=service)


@cache
def operation_model(service: str, operation: str) -> Any:
    """The botocore `OperationModel` of one operation."""
    return service_model(service).operation_model(operation)


@cache
def has_service(service: str) -> bool:
    """Whether botocore describes a service of this name."""
    return service in _loader().list_available_services("service-2")


@cache
def paging(service: str, operation: str) -> Paging | None:
    """The operation's paging: from its paginator, else from its token members, `None` if it has a single answer."""
    declared = _paginators(service).get(operation)
    return _declared(declared) if declared else _derived(service, operation)


def members(shape: Shape) -> dict[str, Shape]:
    """The members of a structure by name, empty for an absent shape."""
    return dict(shape.members) if shape is not None else {}


def list_members(service: str, operation: str) -> tuple[str, ...]:
    """The lists that an answer is about: those that are paged, else every list at the top of the output."""
    pages = paging(service, operation)
    if pages:
        return pages.lists
    found = members(operation_model(service, operation).output_shape)
    return tuple(name for name, shape in found.items() if shape.type_name == "list")


@cache
def _loader() -> Any:
    from botocore.loaders import create_loader

    return create_loader()


@cache
def _paginators(service: str) -> dict[str, Any]:
    from botocore.exceptions import DataNotFoundError

    try:
        return dict(_loader().load_service_model(service, "paginators-1")["pagination"])
    except DataNotFoundError:
        return {}


def _declared(config: dict[str, Any]) -> Paging:
    return Paging(
        inputs=_names(config["input_token"]),
        outputs=_names(config["output_token"]),
        limit=config.get("limit_key"),
        more=config.get("more_results"),
        lists=_names(config["result_key"]),
    )


def _names(value: str | list[str]) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else tuple(value)


def _derived(service: str, operation: str) -> Paging | None:
    model = operation_model(service, operation)
    asked, given = members(model.input_shape), members(model.output_shape)
    token_in = next((name for name in _INPUT_TOKENS if name in asked), None)
    token_out = next((name for name in _OUTPUT_TOKENS if name in given), None)
    lists = [name for name, shape in given.items() if shape.type_name == "list"]
    chosen = _LISTS.get((service, operation)) or (lists[0] if len(lists) == 1 else None)
    if not token_in or not token_out or not chosen:
        return None
    limit = next((name for name in _LIMITS if name in asked), None)
    more = "IsTruncated" if "IsTruncated" in given else None
    return Paging(inputs=(token_in,), outputs=(token_out,), limit=limit, more=more, lists=(chosen,))
