"""A fixture must be something the vendor could have said.

Botocore's `ParamValidator`, run on *output* shapes, finds unknown, missing and mistyped members. It ignores enums,
patterns and upper limits, so those are walked here. Deviations on purpose are faults, applied after this check.
"""

import re
from collections.abc import Iterator
from functools import cache
from typing import Any

from annexa.sandbox._errors import BadFixture
from annexa.sandbox._models import Shape, operation_model

_LOWER_ON_THE_WIRE = {"State": ("available", "pending", "deleting", "failed")}
"""EC2 sends an endpoint's state in lower case, whatever its model says."""


def check_output(service: str, operation: str, output: dict[str, Any]) -> None:
    """Raise `BadFixture` with every violation of the operation's output shape."""
    from botocore.validate import ParamValidator

    shape = operation_model(service, operation).output_shape
    if shape is None:
        problems = [f"no output is modelled, got {sorted(output)}"] if output else []
    else:
        report = ParamValidator().validate(output, shape)
        problems = [report.generate_report()] if report.has_errors() else list(_walk(shape, output, operation))
    if problems:
        raise BadFixture(f"{service} {operation}: " + "; ".join(problems))


def _walk(shape: Shape, value: Any, at: str) -> Iterator[str]:
    match shape.type_name:
        case "structure" if not shape.is_document_type:
            for name, item in value.items():
                yield from _walk(shape.members[name], item, f"{at}.{name}")
        case "list":
            for number, item in enumerate(value):
                yield from _walk(shape.member, item, f"{at}[{number}]")
        case "map":
            for key, item in value.items():
                yield from _walk(shape.key, key, f"{at}({key})")
                yield from _walk(shape.value, item, f"{at}.{key}")
        case "string":
            yield from _text(shape, value, at)


def _text(shape: Shape, value: str, at: str) -> Iterator[str]:
    if shape.enum and value not in shape.enum and value.lower() not in _LOWER_ON_THE_WIRE.get(shape.name, ()):
        yield f"{at}: {value!r} is not one of {', '.join(shape.enum)}"
    longest = shape.metadata.get("max")
    if longest is not None and len(value) > longest:
        yield f"{at}: longer than {longest} characters"
    pattern = _pattern(shape.metadata.get("pattern"))
    if pattern and not pattern.search(value):
        yield f"{at}: {value!r} does not match {pattern.pattern}"


@cache
def _pattern(text: str | None) -> re.Pattern[str] | None:
    """The model's pattern where Python understands it (some use Java's character classes)."""
    try:
        return re.compile(text) if text else None
    except re.error:
        return None
