"""Reads mapping files so that what stands in the file is what is read, and every mistake names its place.

YAML guesses: a bare 8.10 becomes the number 8.1, `off` becomes false, 2026-01-31 a date, 0111 an octal number. Here
only true, false, null and whole numbers are more than text; a number with a fraction is refused, since no field holds
one and an id was meant; a key that stands twice is refused, since YAML would silently take the last.
"""

import difflib
import hashlib
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar

import msgspec
import yaml

from annexa.evidence.errors import ConfigError, VaultError

T = TypeVar("T")


def read(file: Path) -> Any:
    """The value in a YAML file; a `ConfigError` names file and line of what is wrong."""
    try:
        text = file.read_text("utf-8")
    except FileNotFoundError as error:
        raise ConfigError("is missing", hint="give the folder of the mappings with --mappings", file=file) from error
    except UnicodeDecodeError as error:
        raise ConfigError("is not UTF-8 text", hint="save it as UTF-8", file=file) from error
    except OSError as error:
        raise VaultError.of(error, file) from error
    loader = _Loader(text)
    try:
        return loader.get_single_data()
    except yaml.YAMLError as error:
        mark, problem = getattr(error, "problem_mark", None), getattr(error, "problem", None) or str(error)
        line = mark.line + 1 if mark else None
        raise ConfigError(problem, hint=_ADVICE.get(problem, "correct the YAML there"), file=file, line=line) from error
    finally:
        loader.dispose()


def convert(value: Any, into: type[T], *, file: Path, of: str = "") -> T:
    """`value` as `into`; a `ConfigError` names file, what it is `of` (a rule's id) and the field."""
    try:
        return msgspec.convert(value, into)
    except msgspec.ValidationError as error:
        message, _, path = str(error).partition(" - at `$")
        field = " ".join(part for part in (of, path.rstrip("`").lstrip(".")) if part)
        raise ConfigError(message, hint=_hint(message, into), file=file, field=field or None) from error


def close_to(word: str, known: Any) -> str:
    """Advice that names the known words nearest to `word`."""
    near = difflib.get_close_matches(word, list(known), n=3, cutoff=0.6)
    return (
        f"did you mean {' or '.join(near)}?" if near else f"use one of: {', '.join(sorted(known)) or 'none is known'}"
    )


def digest(files: Mapping[str, Path]) -> str:
    """SHA-256 over the digests and names of `files`, in the order of the names."""
    lines = [f"{hashlib.sha256(files[name].read_bytes()).hexdigest()}  {name}\n" for name in sorted(files)]
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def _hint(message: str, into: type[Any]) -> str:
    unknown = re.search(r"unknown field `(.+)`", message)
    if unknown and _is_struct(into):
        return close_to(unknown[1], {name for part in _parts(into) for name in part.__struct_fields__})
    if message.startswith("Expected `str`"):
        return "put it in quotes"
    return "correct it there"


def _parts(into: type[Any]) -> list[Any]:
    """A class and the classes of its fields that are classes themselves."""
    fields = [field.type for field in msgspec.structs.fields(into)]
    return [into, *(field for field in fields if _is_struct(field))]


def _is_struct(sort: Any) -> bool:
    return isinstance(sort, type) and issubclass(sort, msgspec.Struct)


_FRACTION = "a number with a fraction"
_ADVICE = {
    _FRACTION: "put it in quotes, and write control ids with their letter: YAML reads a bare 8.10 as the number 8.1",
    "stands there twice": "delete one of the two",
}
_Base: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _Loader(_Base):  # type: ignore[misc]
    """YAML's safe loader without its guesses."""

    def construct_mapping(self, node: Any, deep: bool = False) -> Any:
        keys: set[str] = set()
        for key, _ in node.value:
            if key.value in keys:
                raise yaml.constructor.ConstructorError(None, None, "stands there twice", key.start_mark)
            keys.add(key.value)
        return super().construct_mapping(node, deep)

    def fraction(self, node: Any) -> Any:
        raise yaml.constructor.ConstructorError(None, None, _FRACTION, node.start_mark)


_PLAIN = {
    "tag:yaml.org,2002:bool": (r"^(?:true|false)$", "tf"),
    "tag:yaml.org,2002:int": (r"^-?(?:0|[1-9][0-9]*)$", "-0123456789"),
    "tag:yaml.org,2002:float": (r"^-?[0-9]+\.[0-9]+$", "-0123456789"),
    "tag:yaml.org,2002:null": (r"^(?:~|null|)$", "~n\0"),
}
_Loader.yaml_implicit_resolvers = {}
for _tag, (_pattern, _first) in _PLAIN.items():
    for _letter in _first:
        _entry = (_tag, re.compile(_pattern))
        _Loader.yaml_implicit_resolvers.setdefault("" if _letter == "\0" else _letter, []).append(_entry)
_Loader.add_constructor("tag:yaml.org,2002:float", _Loader.fraction)
