"""Redaction before disk: a collector sees only what may be kept.

A redacted value becomes `redacted:` and an HMAC under a key that stays outside the vault: equal values stay equal, and
nobody without the key can try values out. Names, numbers and ids keep their meaning.
"""

import hashlib
import hmac
import re
from collections.abc import Iterable
from typing import Any

MAPS = frozenset({"environment", "environmentvariables", "variables", "hyperparameters"})
"""Maps whose values are free text of the organisation and often hold secrets; their keys stay."""

SECRETS = re.compile(
    r"sk-[A-Za-z0-9_-]{20,}|gh[pousr]_[A-Za-z0-9]{30,}|github_pat_[A-Za-z0-9_]{40,}|xox[abeprs]-[A-Za-z0-9-]{10,}"
    r"|AIza[A-Za-z0-9_-]{35}|ABSK[A-Za-z0-9+/=]{40,}|eyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]+"
    r"|-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)"
)
"""Shapes that vendors publish for their secrets; they never stay, wherever they stand."""

Paths = frozenset[tuple[str, ...]]


class Redactor:
    """Replaces what must not be kept; one per vault, by its key."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def value(self, value: object) -> str:
        """The stand-in of one value."""
        digest = hmac.new(self._key, str(value).encode(), hashlib.sha256).hexdigest()[:32]
        return f"redacted:{digest}"

    def page(
        self, content: Any, *, paths: Paths = frozenset(), drop: Iterable[str] = (), keep: Iterable[str] = ()
    ) -> Any:
        """A copy of a page without secrets: by the vendor's own marks, by field name, by map, by shape of the text."""
        return self._walk(content, paths, frozenset(drop), frozenset(keep))

    def _walk(self, node: Any, paths: Paths, drop: frozenset[str], keep: frozenset[str]) -> Any:
        if isinstance(node, str):
            return SECRETS.sub(lambda found: self.value(found.group()), node) if len(node) >= 14 else node
        if isinstance(node, dict):
            return {name: self._field(name, child, paths, drop, keep) for name, child in node.items()}
        if isinstance(node, list):
            inner = _step(paths, "*")
            if () in inner:
                return self._all(node)
            return [self._walk(child, inner, drop, keep) for child in node]
        return node

    def _field(self, name: str, child: Any, paths: Paths, drop: frozenset[str], keep: frozenset[str]) -> Any:
        inner = _step(paths, name)
        if name in keep:
            return self._walk(child, frozenset(), drop, keep)
        if name in drop or () in inner:
            return self._all(child)
        if name.lower() in MAPS and isinstance(child, dict):
            return {key: self._all(value) for key, value in child.items()}
        return self._walk(child, inner, drop, keep)

    def _all(self, node: Any) -> Any:
        if isinstance(node, dict):
            return {key: self._all(value) for key, value in node.items()}
        if isinstance(node, list):
            return [self._all(value) for value in node]
        return node if node is None or isinstance(node, bool) else self.value(node)


def _step(paths: Paths, name: str) -> Paths:
    if not paths:
        return paths
    return frozenset(path[1:] for path in paths if path and path[0] in (name, "*"))
