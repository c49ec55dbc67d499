"""How AWS operations page: by botocore's own paginator description, or by the token that the model plainly carries."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

PAIRS = (
    ("nextToken", "nextToken"),
    ("NextToken", "NextToken"),
    ("Marker", "Marker"),
    ("Marker", "NextMarker"),
    ("NextPageToken", "NextPageToken"),
)
"""Names of the token in requests and answers, for operations that botocore describes no paginator for."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Tokens:
    """Where the tokens stand in the answer, and where they go in the next request."""

    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    more: str | None = None


def page_tokens(described: Mapping[str, Any], model: Any) -> Tokens | None:
    """Tokens of an operation; None where it has a single answer."""
    config = described.get(model.name)
    if config is not None:
        inputs, outputs = _many(config["input_token"]), _many(config["output_token"])
        return Tokens(inputs=inputs, outputs=outputs, more=config.get("more_results"))
    if model.input_shape is None or model.output_shape is None:
        return None
    for sent, got in PAIRS:
        if sent in model.input_shape.members and got in model.output_shape.members:
            more = "IsTruncated" if "IsTruncated" in model.output_shape.members else None
            return Tokens(inputs=(sent,), outputs=(got,), more=more)
    return None


class LostTokenError(Exception):
    """An answer says that more follows, and does not say where."""


def next_params(tokens: Tokens | None, content: Mapping[str, Any], sent: Mapping[str, Any]) -> dict[str, Any] | None:
    """Parameters of the next page; None at the end; raises `LostTokenError`."""
    if tokens is None or (tokens.more is not None and not _dig(content, tokens.more)):
        return None
    found = {name: _dig(content, path) for name, path in zip(tokens.inputs, tokens.outputs, strict=True)}
    found = {name: value for name, value in found.items() if value not in (None, "")}
    if tokens.more is not None and not found:
        raise LostTokenError(tokens.more)
    return {**sent, **found} if found else None


def _many(names: str | list[str]) -> tuple[str, ...]:
    return (names,) if isinstance(names, str) else tuple(names)


def _dig(content: Any, path: str) -> Any:
    for alternative in path.split("||"):
        value = content
        for name in alternative.strip().split("."):
            value = value.get(name) if isinstance(value, Mapping) else None
        if value:
            return value
    return None
