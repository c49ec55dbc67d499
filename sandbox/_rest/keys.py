"""Who asks: the keys of the make-believe tenant, and how a vendor wants them to be carried."""

import base64
import binascii
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

Carried = Callable[[Mapping[str, str], Mapping[str, str]], str | None]
"""The key in a request's headers (lower-case names) and query parameters; None where there is none."""
EVERYTHING = "*"
"""The scope of keys that have no scopes."""


@dataclass(frozen=True, kw_only=True)
class Key:
    """One key of the tenant; made up, in the vendor's shape."""

    secret: str
    name: str = "collector"
    scopes: tuple[str, ...] = (EVERYTHING,)
    """What it may read, in the vendor's words."""
    env: str | None = None
    """The environment variable in which the collector looks for it."""

    def may(self, scopes: tuple[str, ...]) -> bool:
        """Whether it has all of these."""
        return EVERYTHING in self.scopes or set(scopes) <= set(self.scopes)


@dataclass(frozen=True, kw_only=True)
class KeyRing:
    """The keys that exist, and where a request carries one."""

    keys: tuple[Key, ...]
    carried: Carried = field()
    _by_secret: dict[str, Key] = field(init=False, repr=False, default_factory=dict)

    def __post_init__(self) -> None:
        self._by_secret.update({key.secret: key for key in self.keys})

    def of(self, headers: Mapping[str, str], query: Mapping[str, str]) -> Key | None:
        """The key of a request; None for a stranger."""
        return self._by_secret.get(self.carried(headers, query) or "")

    def hidden(self, values: Mapping[str, str]) -> dict[str, str]:
        """Headers or parameters without those that hold a key, or look as if they did."""
        return {name: value for name, value in values.items() if not self._tells(name, value)}

    def _tells(self, name: str, value: str) -> bool:
        return name in ("authorization", "cookie") or any(secret in value for secret in self._by_secret)


def scheme(word: str) -> Carried:
    """`Authorization: <word> <key>`, as with `Bearer` or Okta's `SSWS`."""

    def carried(headers: Mapping[str, str], query: Mapping[str, str]) -> str | None:
        said, _, key = headers.get("authorization", "").partition(" ")
        return key.strip() if said.lower() == word.lower() else None

    return carried


def bearer() -> Carried:
    """`Authorization: Bearer <key>`."""
    return scheme("Bearer")


def header(name: str) -> Carried:
    """A header of its own: `x-api-key`."""
    return lambda headers, query: headers.get(name.lower())


def parameter(name: str) -> Carried:
    """A query parameter."""
    return lambda headers, query: query.get(name)


def basic() -> Carried:
    """HTTP Basic: the key is `user:password`, or the user name alone where there is no password."""

    def carried(headers: Mapping[str, str], query: Mapping[str, str]) -> str | None:
        said, _, text = headers.get("authorization", "").partition(" ")
        if said.lower() != "basic":
            return None
        try:
            pair = base64.b64decode(text, validate=True).decode()
        except (binascii.Error, UnicodeDecodeError):
            return None
        return pair.removesuffix(":")

    return carried


def either(*ways: Carried) -> Carried:
    """The first of several ways in which the key can be carried."""
    return lambda headers, query: next((key for way in ways if (key := way(headers, query))), None)
