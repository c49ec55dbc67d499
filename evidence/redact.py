"""Redaction before disk: a collector sees only what may be kept.

A redacted value becomes `redacted:` and an HMAC under a key that stays outside the vault: equal values stay equal, and
nobody without the key can try values out. Names, numbers and ids keep their meaning.
"""

import hmac
import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

import msgspec

MAPS = frozenset({"environment", "environmentvariables", "variables", "hyperparameters"})
"""Maps whose values are free text of the organisation and often hold secrets; their keys stay."""

SECRETS = re.compile(
    r"(?<![A-Za-z0-9])sk-[A-Za-z0-9_-]{20,}|gh[pousr]_[A-Za-z0-9]{30,}|github_pat_[A-Za-z0-9_]{40,}|xox[abeprs]-[A-Za-z0-9-]{10,}"
    r"|AIza[A-Za-z0-9_-]{35}|ABSK[A-Za-z0-9+/=]{40,}|eyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]+"
    r"|-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)"
)
"""Shapes that vendors publish for their secrets; they never stay, wherever they stand."""

MARKS = (
    ("-", "sk-"), ("_", "ghp_"), ("_", "gho_"), ("_", "ghu_"), ("_", "ghs_"), ("_", "ghr_"), ("_", "github_pat_"),
    ("x", "xox"), ("z", "AIza"), ("K", "ABSK"), ("J", "eyJ"), ("B", "-----BEGIN "),
)  # fmt: skip
"""Every shape of `SECRETS` holds one of these; each with its rarest letter, which is found at a tenth of the cost."""

Paths = frozenset[tuple[str, ...]]


class Redactor:
    """Replaces what must not be kept; one per vault, by its key."""

    def __init__(self, key: bytes) -> None:
        self._keyed = hmac.new(key, digestmod="sha256")

    def value(self, value: object) -> str:
        """The stand-in of one value."""
        keyed = self._keyed.copy()
        keyed.update(str(value).encode())
        return f"redacted:{keyed.hexdigest()[:32]}"

    def page(
        self, content: Any, *, paths: Paths = frozenset(), drop: Iterable[str] = (), keep: Iterable[str] = ()
    ) -> Any:
        """A copy of a page without secrets: by the vendor's own marks, by field name, by map, by shape of the text."""
        step = _first_step(paths, frozenset(drop), frozenset(keep))
        return (self._searched if _may_hold_secrets(content) else self._walk)(content, step)

    def _walk(self, node: Any, step: "_Step") -> Any:
        """The copy of a part in which no text needs to be looked at."""
        if isinstance(node, dict):
            fields, copy = step.fields, {}
            for name, child in node.items():
                inner = fields.get(name) or step.into(name)
                if type(child) in _LEAVES:
                    copy[name] = self._all(child) if inner.hides else child
                else:
                    hidden = inner.hides or (inner.is_map and isinstance(child, dict))
                    copy[name] = self._all(child) if hidden else self._walk(child, inner)
            return copy
        if isinstance(node, list):
            inner = step.into_list()
            return self._all(node) if inner.hides else [self._walk(child, inner) for child in node]
        return node

    def _searched(self, node: Any, step: "_Step") -> Any:
        """The same where any text and any name may be a secret."""
        if isinstance(node, str):
            return self._text(node)
        if isinstance(node, dict):
            return {self._text(name): self._field(child, step.into(name)) for name, child in node.items()}
        if isinstance(node, list):
            inner = step.into_list()
            return self._all(node) if inner.hides else [self._searched(child, inner) for child in node]
        return node

    def _field(self, child: Any, inner: "_Step") -> Any:
        hidden = inner.hides or (inner.is_map and isinstance(child, dict))
        return self._all(child) if hidden else self._searched(child, inner)

    def _text(self, text: str) -> str:
        return SECRETS.sub(lambda found: self.value(found.group()), text) if len(text) >= 14 else text

    def _all(self, node: Any) -> Any:
        if isinstance(node, dict):
            return {self._text(key): self._all(value) for key, value in node.items()}
        if isinstance(node, list):
            return [self._all(value) for value in node]
        return node if node is None or isinstance(node, bool) else self.value(node)


_LEAVES = frozenset({str, int, bool, float, type(None)})
_NAMES = 1024
"""So many names are remembered per step: tags and the like have names without end."""


class _Step:
    """Where a walk through a page stands: what is marked from here on; the way on is worked out once per name."""

    __slots__ = ("_drop", "_items", "_keep", "_paths", "_plain", "fields", "hides", "is_map")

    def __init__(self, paths: Paths, drop: frozenset[str], keep: frozenset[str], plain: "_Step | None" = None) -> None:
        self._paths, self._drop, self._keep = paths, drop, keep
        self._plain = plain or (_Step(frozenset(), drop, keep) if paths else self)
        self.hides = () in paths
        """Everything from here on goes."""
        self.is_map = False
        """What a map holds from here on goes."""
        self.fields: dict[str, _Step] = {}
        self._items: _Step | None = None

    def into(self, name: str) -> "_Step":
        """The step to a field."""
        found = self.fields.get(name)
        if found is None:
            if len(self.fields) >= _NAMES:
                self.fields.clear()
            found = self.fields[name] = self._field(name)
        return found

    def into_list(self) -> "_Step":
        """The step to the items of a list."""
        if self._items is None:
            self._items = self._on(_after(self._paths, "*"))
        return self._items

    def _field(self, name: str) -> "_Step":
        if name in self._keep:
            return self._plain
        step = self._on(_after(self._paths, name))
        dropped, is_map = name in self._drop, name.lower() in MAPS
        if dropped or is_map:
            step = _Step(step._paths, self._drop, self._keep, self._plain)
            step.hides, step.is_map = step.hides or dropped, is_map
        return step

    def _on(self, paths: Paths) -> "_Step":
        return _Step(paths, self._drop, self._keep, self._plain) if paths else self._plain


@lru_cache(maxsize=512)
def _first_step(paths: Paths, drop: frozenset[str], keep: frozenset[str]) -> _Step:
    return _Step(paths, drop, keep)


def _after(paths: Paths, name: str) -> Paths:
    return frozenset(path[1:] for path in paths if path and path[0] in (name, "*")) if paths else paths


def _may_hold_secrets(content: Any) -> bool:
    """Whether a mark stands in any name or text; what cannot be written as JSON is looked at closely."""
    try:
        text = msgspec.json.encode(content).decode()
    except (TypeError, ValueError, RecursionError):
        return True
    return any(rare in text and mark in text for rare, mark in MARKS)
