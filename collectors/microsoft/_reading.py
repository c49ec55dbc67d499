"""How Graph's values are read: ids, words, times, hosts; what is not as documented is kept raw, or breaks the list off."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, TypeVar
from urllib.parse import urlsplit

from annexa.collectors._graph import once
from annexa.evidence.answer import Trouble, UnreadError
from annexa.evidence.call import Call
from annexa.evidence.clock import parse, stamp
from annexa.evidence.fact import ABSENT, NOT_EXPOSED, Flag, Missing, Names, Text, When, ambiguous, unknown_value
from annexa.evidence.handle import Handle, Item
from annexa.schemas.words import Reason

W = TypeVar("W")
NOBODYS = ("localhost", "127.0.0.1")
"""Hosts of people's own machines."""


def every(handle: Handle, call: Call, **params: Any) -> Iterator[Item]:
    """Every object of a list once; one without an id breaks the list off."""
    for item in once(handle.each(call, **params)):
        if not isinstance(item.get("id"), str) or not item["id"]:
            raise odd(call, "an object has no id")
        yield item


def odd(call: Call, says: str) -> UnreadError:
    """An answer that is not as documented."""
    cure = "Run again; if it stays, report it with this code."
    return UnreadError(call, Trouble(reason=Reason.INVALID_ANSWER, code="wrong_type", says=says, cure=cure))


def text(item: Mapping[str, Any], name: str, null: Missing = NOT_EXPOSED) -> Text:
    """A word; `null` is what a null or an empty text means there."""
    raw = item.get(name)
    if raw in (None, ""):
        return null if name in item else NOT_EXPOSED
    return raw if isinstance(raw, str) else unknown_value(raw)


def flag(item: Mapping[str, Any], name: str) -> Flag:
    """A yes or no; Graph leaves out what it does not say."""
    raw = item.get(name)
    return raw if isinstance(raw, bool) else NOT_EXPOSED if raw is None else unknown_value(raw)


def moment(item: Mapping[str, Any], name: str, null: Missing = NOT_EXPOSED) -> When:
    """A time, in UTC; `null` is what a null means there."""
    raw = item.get(name)
    if raw is None:
        return null if name in item else NOT_EXPOSED
    try:
        return stamp(parse(str(raw)))
    except ValueError:
        return ambiguous(str(raw), "the vendor documents a time")


def names(raw: object) -> tuple[str, ...] | Missing:
    """A list of words; null where a list belongs says nothing."""
    if raw is None:
        return NOT_EXPOSED
    if isinstance(raw, list) and all(isinstance(one, str) for one in raw):
        return tuple(raw)
    return unknown_value(raw)


def hosts(addresses: Iterable[object]) -> Names:
    """The hosts of addresses, sorted, without those of people's own machines."""
    found = {host for one in addresses for host in _host(one) if host not in NOBODYS}
    return tuple(sorted(found)) or ABSENT


def _host(address: object) -> Iterator[str]:
    if isinstance(address, str) and address.startswith(("https://", "http://")):
        try:
            host = urlsplit(address).hostname
        except ValueError:
            return
        if host:
            yield host
