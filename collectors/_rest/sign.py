"""How requests are authenticated: headers out of an environment variable, which the settings may name otherwise."""

import base64
from collections.abc import Mapping
from typing import Any

from annexa.collectors._rest.read import Sign
from annexa.collectors._source import CannotStartError


def bearer(variable: str, *, scheme: str = "Bearer") -> Sign:
    """`Authorization: Bearer <key>`; another scheme where the vendor has its own (`SSWS`)."""
    return _signed(variable, "Authorization", lambda key: f"{scheme} {key}")


def header_key(header: str, variable: str) -> Sign:
    """The key alone in a header of the vendor's: `x-api-key`."""
    return _signed(variable, header, str)


def basic_key(variable: str) -> Sign:
    """`Authorization: Basic`, with the key as the user's name and no password."""
    return _signed(variable, "Authorization", lambda key: "Basic " + base64.b64encode(f"{key}:".encode()).decode())


def key_of(settings: Any, environment: Mapping[str, str], variable: str) -> str:
    """The key in the variable that `settings.key_env` names, or else in this one; raises `CannotStartError`."""
    name = getattr(settings, "key_env", None) or variable
    key = environment.get(name, "").strip()
    if not key:
        raise CannotStartError(
            f"{settings.name}: the environment variable {name} is not set",
            cure=f"Make the key as `annexa permissions {settings.vendor}` says, and set {name}.",
        )
    if not key.isascii() or not key.isprintable() or " " in key:
        raise CannotStartError(
            f"{settings.name}: what {name} holds cannot be a key",
            cure=f"Set {name} to the key alone: no spaces, no line breaks, no quotation marks.",
        )
    return key


def _signed(variable: str, header: str, form: Any) -> Sign:
    def sign(settings: Any, environment: Mapping[str, str]) -> Mapping[str, str]:
        return {header: form(key_of(settings, environment, variable))}

    return sign
