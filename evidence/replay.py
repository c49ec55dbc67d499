"""Rebuilds the records of a run from its kept pages alone, with the code that is installed now.

A record that comes out as it was sealed was made from those pages and from nothing else.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import msgspec

from annexa.evidence.answer import AbsentError, Answer, Fetched, Trouble, UnreadError, fetch
from annexa.evidence.call import Call, Collector
from annexa.evidence.clock import parse
from annexa.evidence.gather import Gathered, gather
from annexa.evidence.handle import Known
from annexa.evidence.keeper import CallEntry, Keeper, Place
from annexa.evidence.manifest import Manifest, SourceInfo
from annexa.evidence.record import Record
from annexa.evidence.redact import Redactor
from annexa.schemas.words import Reason

UnitKey = tuple[str, str, str]
"""Source, scope, collector."""


@dataclass(kw_only=True)
class Compared:
    """What rebuilding brought."""

    same: int = 0
    changed: list[str] = field(default_factory=list)
    """Ids of sealed records that come out otherwise, or not at all."""
    new: list[str] = field(default_factory=list)
    """Ids of records that were not sealed."""
    unknown: list[str] = field(default_factory=list)
    """Collectors that are no longer installed."""


def rebuild(
    manifest: Manifest, calls: Iterable[CallEntry], collectors: Mapping[str, Collector], page: Callable[[str], bytes]
) -> Iterator[Record | str]:
    """Every record that the kept pages give; the name of a collector that is no longer installed in its place."""
    units: dict[UnitKey, list[CallEntry]] = {}
    for entry in calls:
        units.setdefault((entry.source, entry.scope, entry.collector), []).append(entry)
    sources = {info.source: info for info in manifest.sources}
    for (source, scope, name), entries in sorted(units.items()):
        collector = collectors.get(name)
        if collector is None:
            yield name
        else:
            yield from _unit(manifest, sources[source], scope, collector, entries, page).records


def compare(sealed: Iterable[Record], rebuilt: Iterable[Record | str]) -> Compared:
    """Hold rebuilt records against sealed ones; nonces and times apart, which a page does not hold."""
    found, compared = {}, Compared()
    for item in rebuilt:
        if isinstance(item, str):
            compared.unknown.append(item)
        else:
            found[item.record_id] = _stripped(item)
    for record in sealed:
        if found.pop(record.record_id, None) == _stripped(record):
            compared.same += 1
        elif record.provenance.collector not in compared.unknown:
            compared.changed.append(record.record_id)
    compared.new = sorted(found)
    return compared


def _stripped(record: Record) -> bytes:
    return msgspec.json.encode(msgspec.structs.replace(record, nonce="", collected_at="1970-01-01T00:00:00Z"))


def _unit(
    manifest: Manifest,
    info: SourceInfo,
    scope: str,
    collector: Collector,
    entries: list[CallEntry],
    page: Callable[[str], bytes],
) -> Gathered:
    clock = _Then(entries[0].at)
    wire = _Kept(entries, page, clock)
    place = Place(
        organisation=manifest.organisation.id, tenant=info.tenant, source=info.source, scope=scope,
        collector=collector.name, identity=entries[0].identity,
    )  # fmt: skip
    keeper = Keeper(place, store=_digest, redactor=_NoMore(), clock=clock, token=lambda: "00" * 16)
    account, _, region = scope.partition("/")
    known = Known(info.known)
    if info.vendor != "registers":
        at_home = scope == info.tenant
        known["account"] = known.get("caller_account", account) if at_home else account
        known["region"] = region or "us-east-1"
        known["scope"] = scope
    return gather(collector, wire, keeper, known, run_id=manifest.run_id, version=manifest.version, nonce=lambda: "")


def _digest(data: bytes) -> str:
    import hashlib

    return hashlib.sha256(data).hexdigest()


class _NoMore(Redactor):
    """Kept pages are redacted already."""

    def __init__(self) -> None:
        super().__init__(b"")

    def page(self, content: Any, **_: Any) -> Any:
        return content


class _Then:
    """The hour at which each answer arrived."""

    def __init__(self, at: str) -> None:
        self.at = at

    def now(self) -> datetime:
        return parse(self.at)

    def monotonic(self) -> float:
        return 0.0

    def sleep(self, seconds: float) -> None:
        """Nothing has to be waited for."""


class _Kept:
    """Answers from the ledger, in its order."""

    def __init__(self, entries: list[CallEntry], page: Callable[[str], bytes], clock: _Then) -> None:
        self._entries, self._page, self._clock = list(entries), page, clock
        self.identity = entries[0].identity

    def pages(self, call: Call, params: Mapping[str, Any]) -> Iterator[Answer]:
        """The pages that this call brought; ends as it ended."""
        wanted = msgspec.json.encode(dict(params), order="sorted")
        number = 0
        while True:
            entry = self._next(call, wanted, number)
            if entry is None:
                if number == 0:
                    raise UnreadError(
                        call, Trouble(reason=Reason.ERROR, code="not_kept", says="the run did not make this call")
                    )
                return
            self._clock.at = entry.at
            if entry.kept_sha256 is None:
                reason = Reason(entry.outcome)
                raise UnreadError(
                    call, Trouble(reason=reason, code=entry.code or "", says="as it was", status=entry.status)
                )
            answer = Answer(
                content=msgspec.json.decode(self._page(entry.kept_sha256)), host=entry.host, request_id=entry.request_id,
                date=entry.date, status=entry.status, identity=entry.identity,
            )  # fmt: skip
            if entry.outcome == "absent":
                raise AbsentError(entry.code or "", answer)
            yield answer
            number += 1

    def sensitive(self, call: Call) -> frozenset[tuple[str, ...]]:
        """Nothing is left to be redacted."""
        return frozenset()

    def ahead(self, call: Call, params: list[Mapping[str, Any]]) -> Iterator[Fetched]:
        """One after the other."""
        return (fetch(self, call, each) for each in params)

    def _next(self, call: Call, wanted: bytes, number: int) -> CallEntry | None:
        for index, entry in enumerate(self._entries):
            same = entry.call == call.op and msgspec.json.encode(entry.params, order="sorted") == wanted
            if same and entry.page_number == number:
                return self._entries.pop(index)
        return None
