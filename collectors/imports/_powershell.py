"""What `... | ConvertTo-Json` writes, in whichever encoding and wrapping the shell gave it.

Windows PowerShell 5 writes UTF-16 with `>`, turns some lists into `{value, Count}` and some words of an enumeration into
`{value: 0, Value: "Enable"}`; a list of one becomes the one; whatever lies deeper than `-Depth` becomes its type's name.
"""

import codecs
import json
import re
from typing import Any, Never

from annexa.collectors.imports._kind import BadExportError
from annexa.evidence.canonical import encode
from annexa.evidence.errors import CanonicalError

BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
CUT = re.compile(r"System\.(Object\[\]|Collections\.[\w.`]+.*)|@\{.*\}", re.DOTALL)
"""What stands for a value that lay too deep: the name of its type, or PowerShell's short form of it."""


def objects(body: bytes, expected: str) -> list[dict[str, Any]]:
    """The objects of an export; fractions become decimal texts; raises `BadExportError`."""
    text = _text(body, expected)
    if not text.strip():
        raise BadExportError("is empty: the command brought nothing", expected=expected)
    try:
        found = json.loads(text, parse_float=str, parse_constant=_refused, object_pairs_hook=_once)
    except (ValueError, RecursionError) as error:
        raise BadExportError(f"is no JSON: {_plain(error)}", expected=expected) from error
    rows = [found] if isinstance(found, dict) and not _is_wrapped(found) else listed(found)
    if rows is None or not all(isinstance(row, dict) for row in rows):
        raise BadExportError("is no list of objects", expected=expected)
    try:
        encode(rows)
    except CanonicalError as error:
        raise BadExportError(f"holds what cannot be kept: {error}", expected=expected) from error
    return rows


def listed(value: Any) -> list[Any] | None:
    """A list, in whichever form it was written; empty for null; None: it is none."""
    if isinstance(value, dict) and _is_wrapped(value):
        value = value["value"]
    return [] if value is None else value if isinstance(value, list) else None


def word(value: Any) -> Any:
    """A word of an enumeration, out of the pair that Windows PowerShell may write; anything else as it is."""
    return value["Value"] if isinstance(value, dict) and set(value) == {"value", "Value"} else value


def cut_off(value: Any) -> bool:
    """Whether anything in a value lay deeper than the export went."""
    if isinstance(value, str):
        return CUT.fullmatch(value.strip()) is not None
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return any(cut_off(one) for one in inner)


def _text(body: bytes, expected: str) -> str:
    mark, encoding = next(((mark, name) for mark, name in BOMS if body.startswith(mark)), (b"", "utf-8"))
    try:
        return body.removeprefix(mark).decode(encoding)
    except UnicodeDecodeError as error:
        says = f"is neither UTF-8 nor UTF-16 with its mark (byte {error.start + len(mark)})"
        raise BadExportError(says, expected=expected) from error


def _is_wrapped(value: dict[str, Any]) -> bool:
    return set(value) == {"value", "Count"} and isinstance(value["value"], list)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a name stands twice in one object")
    return found


def _refused(name: str) -> Never:
    raise ValueError(f"{name} is no number of JSON")


def _plain(error: Exception) -> str:
    if isinstance(error, json.JSONDecodeError):
        return f"{error.msg} (line {error.lineno}, column {error.colno})"
    return "it is nested too deeply" if isinstance(error, RecursionError) else str(error)
