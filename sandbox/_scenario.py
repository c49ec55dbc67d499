"""Reads the scenario: baselines spread over scopes, placeholders filled in, overlays applied.

The result is plain data: resources by scope and kind, and the rest of the file. Nothing here knows an operation.
"""

import copy
import hashlib
import re
import uuid
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib.resources import files
from typing import Any

import yaml

from annexa.sandbox._errors import BadFixture

Resources = dict[str, dict[str, Any]]
"""By scope (`account/region` or `account/global`), then by kind: a list of objects, or one object."""

_PLACE = re.compile(r"\$\{([^}]+)\}")
_UNITS = {"d": "days", "h": "hours", "m": "minutes"}
_NAMESPACE = uuid.UUID("5b1f6a52-3c0e-4b5a-9d55-0f6f6d2f4c11")
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True, kw_only=True)
class Scenario:
    """One company at one moment."""

    now: datetime
    head: dict[str, Any]
    """Everything of the file that is no resource: accounts, regions, organisation, denied calls."""
    resources: Resources


def load_scenario(
    name: str, date: str, overlays: Iterable[str], wanted: Callable[[str, int], bool] = lambda overlay, row: True
) -> Scenario:
    """The scenario file `name` at its date called `date`, with these overlays in order, less the rows not `wanted`."""
    text = (files("annexa.sandbox") / name).read_text(encoding="utf-8")
    head = yaml.load(text, Loader=_LOADER)  # noqa: S506 - both loaders are safe ones
    now = head.pop("dates")[date]
    changes = head.pop("overlays")
    resources = _Filler(head["accounts"], now).spread(head.pop("baselines"), head.pop("resources"))
    for overlay in overlays:
        for change in changes.get(overlay, ()):
            if wanted(overlay, change["row"]):
                _apply(change, head, resources, _Filler(head["accounts"], now))
    return Scenario(now=now, head=head, resources=resources)


class _Filler:
    """Fills placeholders for one scope; the same name in the same scope always gives the same id."""

    def __init__(self, accounts: Mapping[str, Mapping[str, Any]], now: datetime) -> None:
        self._accounts, self._now = accounts, now

    def spread(self, baselines: list[dict[str, Any]], own: Mapping[str, dict[str, Any]]) -> Resources:
        """Baselines first, then each scope's own resources after them."""
        result: Resources = {}
        parts = [(scope, baseline["resources"]) for baseline in baselines for scope in baseline["scopes"]]
        for scope, kinds in [*parts, *own.items()]:
            _add(result.setdefault(scope, {}), self.fill(kinds, scope))
        return result

    def fill(self, value: Any, scope: str) -> Any:
        """The value with every placeholder replaced, copied so that scopes share nothing."""
        if isinstance(value, dict):
            return {key: self.fill(item, scope) for key, item in value.items()}
        if isinstance(value, list):
            return [self.fill(item, scope) for item in value]
        return self._text(value, scope) if isinstance(value, str) and "${" in value else value

    def _text(self, text: str, scope: str) -> Any:
        whole = _PLACE.fullmatch(text)
        if whole and whole[1].startswith(("ago ", "now")):
            return self._moment(whole[1])
        return _PLACE.sub(lambda found: self._value(found[1], scope), text)

    def _moment(self, word: str) -> datetime:
        span = word.partition(" ")[2] or "0m"
        return self._now - timedelta(**{_UNITS[span[-1]]: int(span[:-1])})

    def _value(self, word: str, scope: str) -> str:
        account, _, region = scope.partition("/")
        simple = {"account": account, "region": region, "id": self._accounts[account]["id"]}
        if word in simple:
            return str(simple[word])
        if word.startswith("id:"):
            return str(self._accounts[word[3:]]["id"])
        return invented(word, scope)


def invented(word: str, scope: str) -> str:
    """A stable id: `uuid NAME`, `hexN NAME`, `lowN NAME` (a-z, 0-9) or `upN NAME` (A-Z, 2-7)."""
    form, _, name = word.partition(" ")
    number = uuid.uuid5(_NAMESPACE, f"{scope} {name}")
    if form == "uuid":
        return str(number)
    shape = re.fullmatch(r"(hex|low|up)(\d+)", form)
    if not shape or not name:
        raise BadFixture(f"unknown placeholder ${{{word}}} in {scope}")
    return _letters(number, {"hex": "0123456789abcdef", "low": _LOW, "up": _UP}[shape[1]], int(shape[2]))


_LOW = "abcdefghijklmnopqrstuvwxyz0123456789"
_UP = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"


def _letters(number: uuid.UUID, alphabet: str, length: int) -> str:
    value = int.from_bytes(hashlib.sha256(number.bytes).digest(), "big")
    letters = []
    for _ in range(length):
        value, rest = divmod(value, len(alphabet))
        letters.append(alphabet[rest])
    return "".join(letters)


def _add(target: dict[str, Any], kinds: dict[str, Any]) -> None:
    for kind, value in kinds.items():
        if isinstance(value, list):
            target.setdefault(kind, []).extend(value)
        else:
            target[kind] = value


def _apply(change: dict[str, Any], head: dict[str, Any], resources: Resources, filler: _Filler) -> None:
    """One line of an overlay; a line that changes nothing is a mistake."""
    if "at" in change:
        head[change["at"]] = change["value"]
    elif "policy" in change:
        _policy(head, change["policy"])["targets"] = change["targets"]
    else:
        _change_kind(filler.fill(change, change["scope"]), resources[change["scope"]])


def _policy(head: dict[str, Any], policy_id: str) -> dict[str, Any]:
    found: dict[str, Any] = next(p for p in head["organization"]["policies"] if p["id"] == policy_id)
    return found


def _change_kind(change: dict[str, Any], kinds: dict[str, Any]) -> None:
    kind = change["kind"]
    if "put" in change:
        kinds[kind] = change["put"]
    elif "add" in change:
        kinds[kind].append(change["add"])
    elif "match" not in change:
        del kinds[kind]
    else:
        kinds[kind] = list(_changed(change, kinds[kind]))


def _changed(change: dict[str, Any], found: list[dict[str, Any]]) -> Iterable[dict[str, Any]]:
    hits = [item for item in found if all(item.get(key) == value for key, value in change["match"].items())]
    if not hits:
        raise BadFixture(f"nothing matches {change['match']} in {change['scope']}")
    for item in found:
        if item not in hits:
            yield item
        elif "set" in change:
            yield _merged(item, change["set"])


def _merged(old: dict[str, Any], new: dict[str, Any]) -> dict[str, Any]:
    result = copy.copy(old)
    for key, value in new.items():
        both = isinstance(value, dict) and isinstance(old.get(key), dict)
        result[key] = _merged(old[key], value) if both else value
    return result
