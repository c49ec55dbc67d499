"""The rows of a statement's result: waited for where it takes long, fetched partition by partition, and counted.

A result that is cut short, in whatever way, ends with `UnreadError`, never as if it were whole.
"""

from collections.abc import Iterator, Mapping

import msgspec

from annexa.collectors._rest import Read
from annexa.collectors.snowflake._api import DONE, GOES_ON, RESULT
from annexa.evidence.answer import Trouble, UnreadError
from annexa.evidence.handle import Handle, Item
from annexa.schemas.words import Reason

WAITS = (1, 1, 2, 2, 4, 4, *(8,) * 13)
"""Seconds between questions about a statement that runs on: two minutes in all."""
MOST = 10_000
"""Rows to which Snowflake cuts what a SHOW statement lists."""


def rows(handle: Handle, call: Read) -> Iterator[Item]:
    """Every row of every partition, by the names of its columns."""
    first = _done(handle, call)
    meta = first.get("resultSetMetaData")
    total, parts = _sizes(call, meta if isinstance(meta, Mapping) else {})
    found = 0
    for number in range(parts):
        page = handle.one(RESULT, statementHandle=first["statementHandle"], partition=number) if number else first
        for row in _listed(RESULT if number else call, page):
            found += 1
            with handle.citing(row):
                yield row
    if found != total:
        raise broken(call, "rows_missing", f"{found} rows came of the {total} that there are said to be")


def _done(handle: Handle, call: Read) -> Item:
    """The result of a statement, which may run on by itself."""
    page = handle.one(call)
    for wait in WAITS:
        if page.get("code") != GOES_ON:
            break
        if not isinstance(page.get("statementHandle"), str):
            raise broken(call, "no_handle", "the statement runs on, and the answer does not say where")
        handle.wait(wait)
        page = handle.one(RESULT, statementHandle=page["statementHandle"])
    if page.get("code") == GOES_ON:
        raise UnreadError(call, Trouble(
            reason=Reason.UNREACHABLE, code="still_running", says="the statement was not done in two minutes",
            cure="Run again, at another hour.",
        ))  # fmt: skip
    if page.get("code") != DONE or not isinstance(page.get("statementHandle"), str):
        raise broken(call, "not_done", "the statement ran, and its result cannot be fetched as a whole")
    return page


def _sizes(call: Read, meta: Mapping[str, object]) -> tuple[int, int]:
    """How many rows there are, in how many partitions."""
    total, parts = meta.get("numRows"), meta.get("partitionInfo")
    if type(total) is not int or not isinstance(parts, list) or not parts:
        raise broken(call, "total_missing", "the result does not say how many rows it has, and in how many partitions")
    if total >= MOST:
        raise broken(call, "cut_short", f"the list has {MOST} rows, to which Snowflake cuts every list")
    return total, len(parts)


def _listed(call: Read, page: Item) -> Iterator[Item]:
    listed = page.get("data")
    if not isinstance(listed, list) or any(not isinstance(row, dict) for row in listed):
        raise broken(call, "missing_list", "the result has no rows of as many values as it has columns")
    for index, row in enumerate(listed):
        yield Item(row, msgspec.structs.replace(page.origin, item=index))


def broken(call: Read, code: str, says: str) -> UnreadError:
    """An answer with a good status that is not what Snowflake documents."""
    cure = "Run again; if it stays, report it with this code."
    return UnreadError(call, Trouble(reason=Reason.INVALID_ANSWER, code=code, says=says, cure=cure))
