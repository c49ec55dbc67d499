"""Rows of a YAML file, each with its line; a part that is no plain value makes its row invalid, not the file."""

from datetime import date
from typing import Any

import yaml

from annexa.collectors.registers._rows import BadRegisterError, InvalidRow, Parsed

LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def parse(name: str, body: bytes) -> Parsed:
    """The rows of a list; raises `BadRegisterError` for a file that is none."""
    try:
        node = yaml.compose(body.decode("utf-8"), Loader=LOADER)
    except UnicodeDecodeError as error:
        raise BadRegisterError(f"{name}: is not UTF-8 (byte {error.start}); save it as UTF-8") from error
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        at = f":{mark.line + 1}" if mark else ""
        raise BadRegisterError(f"{name}{at}: is no YAML: {getattr(error, 'problem', error)}") from error
    if node is None:
        return Parsed()
    if not isinstance(node, yaml.SequenceNode):
        raise BadRegisterError(f"{name}:1: must be a list of rows, each beginning with `- `")
    return Parsed(rows=tuple((child.start_mark.line + 1, _row(child)) for child in node.value))


def _row(node: Any) -> Any:
    """A row's value, or the row as invalid where a part of it has none."""
    # PyYAML builds values from nodes only through a loader object; it is given nothing else to read.
    loader = yaml.SafeLoader("")
    try:
        return _value(node, loader, set())
    except (yaml.YAMLError, ValueError) as error:
        return InvalidRow(line=node.start_mark.line + 1, says=str(getattr(error, "problem", None) or error))
    finally:
        loader.dispose()


def _value(node: Any, loader: Any, seen: set[int]) -> Any:
    """Plain values; a key is the text that stands there, since YAML reads a bare `on` as true."""
    if isinstance(node, yaml.ScalarNode):
        value = loader.construct_object(node)
        return value.isoformat() if isinstance(value, date) else value
    if node.tag not in ("tag:yaml.org,2002:map", "tag:yaml.org,2002:seq"):
        raise ValueError(f"{node.tag.rpartition(':')[2]} is no list and no table of fields")
    if id(node) in seen:
        raise ValueError("a part is used twice by an alias (`*`): write it out")
    seen.add(id(node))
    if isinstance(node, yaml.SequenceNode):
        return [_value(child, loader, seen) for child in node.value]
    row: dict[str, Any] = {}
    for key, child in node.value:
        if str(key.value) in row:
            raise ValueError(f"{key.value}: stands twice in this row")
        row[str(key.value)] = _value(child, loader, seen)
    return row
