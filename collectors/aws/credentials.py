"""Keys and passwords of IAM users: Bedrock API keys, access keys, second factors. Never a key itself.

AWS calls every Bedrock API key that hangs on an IAM user long-term, with an end date or without. The credential report
names users and their access keys by number; it does not say which key id that is.
"""

import csv
import io
from collections.abc import Iterator, Mapping
from typing import Literal

from tenacity import Retrying, retry_if_result, stop_after_attempt, wait_fixed

from annexa.collectors.aws._values import moment
from annexa.evidence.answer import UnreadError
from annexa.evidence.call import Call, collects
from annexa.evidence.fact import ABSENT, NOT_EXPOSED, Missing, unknown_value
from annexa.evidence.handle import Handle, Item
from annexa.evidence.kinds.access import Credential, Identity
from annexa.schemas.words import Reason

API_KEYS = Call(
    op="iam:ListServiceSpecificCredentials",
    needs="iam:ListServiceSpecificCredentials",
    path="ServiceSpecificCredentials",
    params={"AllUsers": True, "ServiceName": "bedrock.amazonaws.com"},
)
USERS = Call(op="iam:ListUsers", needs="iam:ListUsers", path="Users")
GENERATE = Call(op="iam:GenerateCredentialReport", needs="iam:GenerateCredentialReport")
REPORT = Call(op="iam:GetCredentialReport", needs="iam:GetCredentialReport")

ROUNDS = 20
"""How often an unfinished report is asked for again."""
PAUSE = 2.0
"""Seconds between two such requests."""
ROOT = "<root_account>"
NOTHING = frozenset({"", "N/A", "no_information", "not_supported"})
"""What the report says where it has no date."""


@collects(Credential, API_KEYS, USERS, per="account", where={"credential.type": ("bedrock_api_key",)})
def bedrock_api_keys(handle: Handle) -> Iterator[Credential]:
    """One record per long-term Bedrock API key of the account's users."""
    arns: dict[str, Item] | None = None
    for key in handle.each(API_KEYS):
        if arns is None:
            arns = _users(handle)
        user = arns.get(str(key["UserName"]))
        with handle.citing(key, *((user,) if user else ())):
            yield Credential(
                subject=str(key["ServiceSpecificCredentialId"]), type="bedrock_api_key",
                owner=str(user["Arn"]) if user else str(key["UserName"]), owner_sort="user",
                state=_state(str(key["Status"])), long_term=True, created=key["CreateDate"],
                expires=key.get("ExpirationDate", ABSENT),
            )  # fmt: skip


@collects((Identity, Credential), GENERATE, REPORT, per="account", where={"credential.type": ("access_key",)})
def credential_report(handle: Handle) -> Iterator[Identity | Credential]:
    """One record per IAM user and the root user, and one per access key."""
    if not _ready(handle):
        return
    content = str(handle.one(REPORT).get("Content", ""))
    rows = csv.DictReader(io.StringIO(content))
    if not {"user", "arn", "mfa_active", "access_key_1_active"} <= set(rows.fieldnames or ()):
        handle.note(REPORT, Reason.INVALID_ANSWER, "the report lacks documented columns", cure="Run again.")
        return
    found = list(rows)
    if not found or any(None in row or None in row.values() for row in found):
        says = "a row of the report is cut short" if found else "the report has not even a row for the root user"
        handle.note(REPORT, Reason.INVALID_ANSWER, says, cure="Run again.")
        return
    for row in found:
        yield _identity(row)
        yield from _access_keys(row)


def _users(handle: Handle) -> dict[str, Item]:
    """Users by name; a lost list is noted, and owners then stand by their name alone."""
    found: dict[str, Item] = {}
    try:
        found.update((str(user["UserName"]), user) for user in handle.each(USERS))
    except UnreadError as error:
        handle.note(USERS, error.trouble.reason, f"{error.trouble.code}: {error.trouble.says}", cure=error.trouble.cure)
    return found


def _state(raw: str) -> str | Missing:
    return raw.lower() if raw in ("Active", "Inactive", "Expired") else unknown_value(raw)


def _ready(handle: Handle) -> bool:
    """Whether IAM has finished a report; what it says is at most four hours old."""
    asking = Retrying(
        retry=retry_if_result(lambda state: state != "COMPLETE"), stop=stop_after_attempt(ROUNDS), wait=wait_fixed(PAUSE),
        sleep=handle.wait, retry_error_callback=lambda _: None,
    )  # fmt: skip
    if asking(lambda: handle.one(GENERATE).get("State")) == "COMPLETE":
        return True
    handle.note(GENERATE, Reason.ERROR, "the report was not finished in time", cure="Run again.")
    return False


def _identity(row: Mapping[str, str]) -> Identity:
    root = row["user"] == ROOT
    used = [_time(row.get(name)) for name in ("password_last_used", *_key_columns("last_used_date"))]
    times = [time for time in used if isinstance(time, str)]
    return Identity(
        subject=row["arn"], name=row["user"], sort="root" if root else NOT_EXPOSED, managed="local",
        mfa=_flag(row.get("mfa_active")), password=_flag(row.get("password_enabled")),
        created=_time(row.get("user_creation_time")), last_seen=max(times) if times else ABSENT,
    )  # fmt: skip


def _access_keys(row: Mapping[str, str]) -> Iterator[Credential]:
    owner_sort: Literal["root", "user"] = "root" if row["user"] == ROOT else "user"
    for number in ("1", "2"):
        active = row.get(f"access_key_{number}_active")
        created = _time(row.get(f"access_key_{number}_last_rotated"))
        if active != "false" or isinstance(created, str):
            yield Credential(
                subject=f"{row['arn']}/access_key_{number}", type="access_key", owner=row["arn"],
                owner_sort=owner_sort, state=_key_state(active), long_term=True,
                created=created if isinstance(created, str) else NOT_EXPOSED,
                last_used=_time(row.get(f"access_key_{number}_last_used_date")),
            )  # fmt: skip


def _key_columns(name: str) -> tuple[str, str]:
    return f"access_key_1_{name}", f"access_key_2_{name}"


def _key_state(raw: str | None) -> str | Missing:
    return {"true": "active", "false": "inactive"}.get(str(raw), unknown_value(raw))


def _flag(raw: str | None) -> bool | Missing:
    if raw is None or raw in NOTHING:
        return NOT_EXPOSED
    return raw == "true" if raw in ("true", "false") else unknown_value(raw)


def _time(raw: str | None) -> str | Missing:
    """A date of the report; `absent` where the report says that there is none."""
    if raw is None:
        return NOT_EXPOSED
    return ABSENT if raw in NOTHING else moment(raw)
