"""Reads the list of known AI services (`ai_services.yaml`); whatever is wrong in it is one clear error.

Invariant: an id, a name and an identifier belong to one service only, so that a match never depends on the order.
"""

import re
from collections.abc import Callable, Iterator
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from annexa.evidence.errors import ConfigError
from annexa.mappings.ai_services import Service, key, plain, words
from annexa.mappings.reading import convert, read
from annexa.schemas.words import IdentifierSort

FILE = "ai_services.yaml"


@cache
def shipped() -> tuple[Service, ...]:
    """The list that comes with annexa, read once."""
    return load_services(Path(str(files("annexa.mappings"))) / FILE)


def load_services(file: Path) -> tuple[Service, ...]:
    """Read a list; a `ConfigError` names file, service and field of what is wrong, and both places of a duplicate."""
    value = read(file)
    if not isinstance(value, dict) or set(value) != {"services"} or not isinstance(value["services"], list):
        raise ConfigError("is no list of services", hint="begin it with `services:` and a list", file=file)
    found = tuple(convert(raw, Service, file=file, of=_name_of(raw, at)) for at, raw in enumerate(value["services"], 1))
    taken: dict[object, str] = {}
    for service in found:
        for field, entry in _claims(service):
            if entry in taken:
                message = f"stands under {taken[entry]} too" if taken[entry] != service.id else "stands there twice"
                raise ConfigError(message, hint="an identifier belongs to one service", file=file, field=field)
            taken[entry] = service.id
        for number, shown in enumerate(service.identifiers):
            if not FORMS[shown.sort](shown.value):
                field = f"{service.id} identifiers[{number}].value"
                hint = f"write it as {shown.sort} shows it: {EXAMPLES[shown.sort]}"
                raise ConfigError(f"{shown.value!r} is no {shown.sort}", hint=hint, file=file, field=field)
    return found


def _claims(service: Service) -> Iterator[tuple[str, object]]:
    """What only one service can have, each with the field in which it stands."""
    yield f"{service.id} id", service.id
    for number, name in enumerate((service.service, *service.names)):
        yield f"{service.id} {f'names[{number - 1}]' if number else 'service'}", words(name)
    for number, shown in enumerate(service.identifiers):
        yield f"{service.id} identifiers[{number}].value", (shown.sort, key(shown.sort, shown.value))


def _name_of(raw: Any, at: int) -> str:
    return str(raw.get("id") or f"service {at}") if isinstance(raw, dict) else f"service {at}"


def _form(pattern: str) -> Callable[[str], bool]:
    compiled = re.compile(pattern)
    return lambda text: compiled.fullmatch(text) is not None


FORMS: dict[IdentifierSort, Callable[[str], bool]] = {
    IdentifierSort.ENTRA_APP: _form(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"),
    IdentifierSort.GOOGLE_CLIENT: _form(r"[0-9]+(-[0-9a-z]+)?\.apps\.googleusercontent\.com"),
    IdentifierSort.GITHUB_APP: _form(r"[a-z0-9]+(-[a-z0-9]+)*"),
    IdentifierSort.SLACK_APP: _form(r"A[A-Z0-9]{8,}"),
    IdentifierSort.OKTA_APP: _form(r"[a-z0-9_]+"),
    IdentifierSort.DOMAIN: _form(r"[a-z0-9-]+(\.[a-z0-9-]+)+"),
    IdentifierSort.PUBLISHER: lambda text: bool(plain(text)),
}
"""What an identifier of each sort looks like."""
EXAMPLES = {
    IdentifierSort.ENTRA_APP: "00000003-0000-0000-c000-000000000000",
    IdentifierSort.GOOGLE_CLIENT: "1234567890-abc.apps.googleusercontent.com",
    IdentifierSort.GITHUB_APP: "my-app",
    IdentifierSort.SLACK_APP: "A0123456789",
    IdentifierSort.OKTA_APP: "my_app",
    IdentifierSort.DOMAIN: "example.com, without www",
    IdentifierSort.PUBLISHER: "Example AG",
}
"""One of each sort, for people."""
