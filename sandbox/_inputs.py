"""Request members back into parameters: JSON bodies, forms, and the four REST locations.

The inverse of botocore's serialisers for what read operations send. XML request bodies belong to writes, which the
sandbox does not play.
"""

import json
from collections.abc import Mapping
from typing import Any

from annexa.sandbox._models import Shape, members


def json_params(shape: Shape, value: Any) -> Any:
    """A JSON body, or a part of it, with wire names replaced by member names."""
    if shape is None or value is None:
        return {}
    if shape.type_name == "structure":
        return {
            name: json_params(member, value[wire])
            for name, member in shape.members.items()
            if (wire := member.serialization.get("name", name)) in value
        }
    if shape.type_name == "list":
        return [json_params(shape.member, item) for item in value]
    if shape.type_name == "map":
        return {key: json_params(shape.value, item) for key, item in value.items()}
    return value


def form_params(shape: Shape, form: Mapping[str, str], *, ec2: bool = False, prefix: str = "") -> dict[str, Any]:
    """The members of a flattened form (`Filter.1.Name=…`); EC2 capitalises names and has no `.member`."""
    found: dict[str, Any] = {}
    for name, member in members(shape).items():
        value = _form_value(member, form, _wire_name(member, name, prefix, ec2), ec2)
        if value is not None:
            found[name] = value
    return found


def rest_params(
    shape: Shape,
    uri: Mapping[str, str],
    query: Mapping[str, list[str]],
    headers: Mapping[str, str],
    body: bytes,
) -> dict[str, Any]:
    """The members found in path labels, query, headers and JSON body, scalars typed as the model says."""
    sent = json.loads(body) if body.startswith(b"{") else {}
    found: dict[str, Any] = {}
    for name, member in members(shape).items():
        wire = member.serialization.get("name", name)
        match member.serialization.get("location"):
            case "uri":
                found[name] = _scalar(member, uri[name])
            case "querystring" if wire in query:
                found[name] = _query_value(member, query[wire])
            case "header" if wire.lower() in headers:
                found[name] = _scalar(member, headers[wire.lower()])
            case None if wire in sent:
                found[name] = json_params(member, sent[wire])
    return found


def _query_value(shape: Shape, values: list[str]) -> Any:
    if shape.type_name == "list":
        return [_scalar(shape.member, value) for value in values]
    return _scalar(shape, values[0])


def _wire_name(member: Shape, name: str, prefix: str, ec2: bool) -> str:
    wire = member.serialization.get("queryName") or member.serialization.get("name", name)
    if ec2 and "queryName" not in member.serialization:
        wire = wire[0].upper() + wire[1:]
    if not ec2 and member.type_name == "list" and member.serialization.get("flattened"):
        wire = member.member.serialization.get("name", wire)
    return f"{prefix}{wire}"


def _form_value(shape: Shape, form: Mapping[str, str], at: str, ec2: bool) -> Any:
    if shape.type_name == "structure":
        return form_params(shape, form, ec2=ec2, prefix=f"{at}.") or None
    if shape.type_name == "list":
        return _form_list(shape, form, at, ec2)
    return _scalar(shape, form[at]) if at in form else None


def _form_list(shape: Shape, form: Mapping[str, str], at: str, ec2: bool) -> list[Any] | None:
    between = "" if ec2 or shape.serialization.get("flattened") else ".member"
    items: list[Any] = []
    while (item := _form_value(shape.member, form, f"{at}{between}.{len(items) + 1}", ec2)) is not None:
        items.append(item)
    return items or None


def _scalar(shape: Shape, text: str) -> Any:
    match shape.type_name:
        case "boolean":
            return text.lower() == "true"
        case "integer" | "long":
            return int(text)
        case "float" | "double":
            return float(text)
        case _:
            return text
