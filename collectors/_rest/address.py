"""Where requests go: the base address out of the settings, and the path of a read with its parameters in it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any
from urllib.parse import quote, unquote, urlsplit

from annexa.collectors._source import CannotStartError

LOOPBACK = ("127.0.0.1", "localhost", "::1")
PORTS = {"https": 443, "http": 80}
"""Ports that need not be written out."""
_SLOT = re.compile(r"\{(\w+)\}")


class UnsafeParameterError(ValueError):
    """A value that would lead to another path than the declared one."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Address:
    """Scheme, host, port and the beginning of every path."""

    scheme: str
    host: str
    """Host name, lower case; IPv6 without brackets."""
    port: int
    path: str = ""
    """Without a slash at its end."""

    @property
    def origin(self) -> str:
        """`https://api.openai.com`, with the port only where it is not the scheme's own."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.scheme}://{host}" + ("" if self.port == PORTS[self.scheme] else f":{self.port}")

    def is_of(self, suffixes: tuple[str, ...]) -> bool:
        """Whether the host is one of these names, or below one that begins with a dot."""
        return any(self.host.endswith(one) if one.startswith(".") else self.host == one for one in suffixes)


def address(text: str) -> Address:
    """Read a base address; raises `ValueError` that says what is wrong with it, without repeating secrets."""
    parts = urlsplit(text)
    if parts.scheme not in PORTS or not parts.hostname:
        raise ValueError("it must begin with https:// and a host name")
    if parts.username is not None or parts.password is not None or parts.query or parts.fragment:
        raise ValueError("it must hold a host and a path only: no user, password, query or fragment")
    if parts.scheme != "https" and parts.hostname not in LOOPBACK:
        raise ValueError("it must begin with https://; only this machine itself may be asked without encryption")
    if not re.fullmatch(r"[a-z0-9.:_-]+", parts.hostname):
        raise ValueError("its host name has letters that are not ASCII: give its xn-- form")
    if parts.port == 0:
        raise ValueError("its port is none")
    path = parts.path.rstrip("/")
    if not re.fullmatch(r"(/[A-Za-z0-9._~:@-]+)*", path) or {".", ".."} & set(path.split("/")):
        raise ValueError("its path is not plain")
    return Address(scheme=parts.scheme, host=parts.hostname, port=parts.port or PORTS[parts.scheme], path=path)


def base_of(base: str, settings: Any, *, own_path: bool = False) -> Address:
    """The address of a base with the settings' values in it, or of their `endpoint`; raises `CannotStartError`.

    An endpoint takes the place of scheme, host and port; its path, if it has one, takes the place of the base's path,
    unless `own_path` says that this base is an API beside the main one.
    """
    try:
        ours = address(_SLOT.sub(lambda slot: _setting(settings, slot[1]), base))
        if settings.endpoint is None:
            return ours
        other = address(settings.endpoint)
    except ValueError as error:
        raise CannotStartError(
            f"{settings.name}: {'the endpoint' if settings.endpoint else base} is no address to ask: {error}",
            cure="Correct the source's table in annexa.toml.",
        ) from error
    return replace(other, path=ours.path if own_path or not other.path else other.path)


def _setting(settings: Any, name: str) -> str:
    value = str(getattr(settings, name, None) or "")
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._:-]*", value) or ".." in value:
        raise ValueError(f"the setting {name!r} must be a plain name" if value else f"the setting {name!r} is missing")
    return value


@lru_cache(maxsize=1024)
def split(op: str) -> tuple[str, str, tuple[str, ...]]:
    """Method, path template and the names in it, of `GET /projects/{project_id}`."""
    method, _, template = op.partition(" ")
    return method, template, tuple(_SLOT.findall(template))


def filled(template: str, params: Mapping[str, Any]) -> str:
    """The template with its parameters quoted; raises `UnsafeParameterError`, or `KeyError` where one is missing."""
    return _SLOT.sub(lambda slot: _segment(slot[1], params[slot[1]]), template)


def _segment(name: str, value: Any) -> str:
    if isinstance(value, bool) or not isinstance(value, (str, int)):
        raise UnsafeParameterError(f"{name} is no text")
    text = str(value)
    if not is_segment(text):
        raise UnsafeParameterError(f"{name} is empty, or would lead to another path")
    return quote(text, safe="")


def is_segment(text: str) -> bool:
    """Whether a text stays one step of a path, however often it is decoded: never empty, `..`, or with a slash."""
    seen, again = text, unquote(text)
    while again != seen:
        seen, again = again, unquote(again)
    return bool(text) and seen not in ("", ".", "..") and not re.search(r"[/\\\x00-\x1f\x7f]", seen)


@lru_cache(maxsize=1024)
def pattern(prefix: str, template: str) -> re.Pattern[str]:
    """What the raw path of a request must match as a whole; each parameter is one group."""
    parts = re.split(r"\{\w+\}", template)
    return re.compile(re.escape(prefix) + r"([^/]+)".join(re.escape(part) for part in parts))
