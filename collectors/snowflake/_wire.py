"""Snowflake on the wire: an answer that a statement runs on is an answer, and rows of bare values get their names.

A result names its columns beside its rows, and only in its first partition. Names are given here, before anything is kept:
only then can a column that holds something private be left out.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from annexa.collectors._rest import Read, RestSource, RestWire
from annexa.collectors._rest.reply import Reply
from annexa.collectors.snowflake._api import RUNNING
from annexa.evidence.answer import Answer
from annexa.evidence.call import Call


class StatementWire(RestWire):
    """Hands over what a statement brought, or that it runs on."""

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self._names: dict[str, tuple[str, ...]] = {}

    def pages(self, call: Call, params: Mapping[str, Any]) -> Iterator[Answer]:
        """The one answer to a question; a further partition of a result is asked for by its number."""
        for answer in super().pages(call, params):
            handle = str(answer.content.get("statementHandle") or params.get("statementHandle"))
            names = _columns(answer.content) or self._names.get(handle, ())
            self._names[handle] = names
            yield replace(answer, content=_named(answer.content, names))

    def _content(self, read: Read, reply: Reply) -> dict[str, Any]:
        return super()._content(read, replace(reply, status=200) if reply.status == RUNNING else reply)


class StatementSource(RestSource):
    """One account, whose every question is a statement."""

    def _wire(self, identity: str, pool: Any = None) -> StatementWire:
        return StatementWire(self._client, api=self._api, identity=identity, pool=pool, lanes=self._lanes)


def _columns(content: Mapping[str, Any]) -> tuple[str, ...]:
    """Names of the columns, in order; none where they do not stand there."""
    meta = content.get("resultSetMetaData")
    rows = meta.get("rowType") if isinstance(meta, Mapping) else None
    named = [row.get("name") for row in rows if isinstance(row, Mapping)] if isinstance(rows, list) else []
    return tuple(str(name).lower() for name in named)


def _named(content: dict[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    """The answer with named rows; a row of another length than the names, which no one could read, loses its values."""
    rows = content.get("data")
    if not isinstance(rows, list):
        return content
    return {**content, "data": [_row(row, names) for row in rows]}


def _row(row: Any, names: tuple[str, ...]) -> dict[str, Any] | None:
    fits = isinstance(row, list) and len(row) == len(names) == len(set(names))
    return dict(zip(names, row, strict=True)) if fits else None
