"""Snowflake's SQL API as a whole: address, errors, the statements; and how the values of their results are read.

Every value of a result comes as text. Times are seconds since 1970, with the zone's offset behind where there is one.
"""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from annexa.collectors._rest import Api, Read
from annexa.collectors._source import CannotStartError
from annexa.evidence.clock import parse, stamp
from annexa.evidence.fact import NOT_EXPOSED, Missing, ambiguous, unknown_value
from annexa.schemas.words import Reason

STATEMENTS = "POST /api/v2/statements"
SECONDS = 60
"""How long a statement may run before Snowflake ends it."""
DONE, GOES_ON = "090001", "333334"
"""The codes of a statement that ran and whose whole result can be fetched, and of one that runs on by itself."""
RUNNING = 202
"""The status of one that runs on."""
GRANTS = "MANAGE GRANTS on the account"
"""What lets a role see every object and every grant."""
RESULT = Read(
    op="GET /api/v2/statements/{statementHandle}", needs="the user who sent the statement", query=("partition",)
)
"""The result of a statement that ran on by itself, and the further partitions of any."""


def statement(text: str, needs: str, *, drop: tuple[str, ...] = (), unconfirmed: str | None = None) -> Read:
    """A read by POST: the text of the statement is always the same and tells it from every other."""
    return Read(
        op=STATEMENTS, needs=needs, body={"statement": text, "timeout": SECONDS},
        params={"statement": text}, drop=drop, unconfirmed=unconfirmed,
    )  # fmt: skip


def _unsigned(settings: Any, environment: Mapping[str, str]) -> Mapping[str, str]:
    """Nobody is asked before a source is connected; `_login` puts its own in this place."""
    raise CannotStartError(f"{settings.name}: not signed in", cure="Connect the source first.")


API = Api(
    vendor="snowflake",
    title="Snowflake",
    base="https://{account}.snowflakecomputing.com",
    sign=_unsigned,
    suffixes=(".snowflakecomputing.com",),
    code="code",
    says="message",
    # Not authorised; and: does not exist or not authorised, between which Snowflake does not tell.
    codes={"003001": Reason.DENIED, "002003": Reason.DENIED},
)


def moment(raw: object, null: Missing = NOT_EXPOSED) -> str | Missing:
    """A time of a result, in UTC; `null` is what a null means there."""
    if raw in (None, ""):
        return null
    found = re.fullmatch(r"(\d{1,12})(?:\.\d{1,9})?(?: \d{1,4})?", str(raw))
    try:
        return stamp(datetime.fromtimestamp(int(found[1]), UTC) if found else parse(str(raw)))
    except (ValueError, OverflowError, OSError):
        return ambiguous(str(raw), "the vendor documents seconds since 1970")


def flag(raw: object) -> bool | Missing:
    """A yes or no of a result, which comes as text."""
    if raw in (None, ""):
        return NOT_EXPOSED
    words = {"true": True, "false": False}
    return words.get(str(raw).lower(), unknown_value(raw))
