"""Rows of effective settings: what a row's value is, and which rows an organisation should have.

The vendor leaves out what the organisation's administrators cannot change. Rows that tell of an arrangement with the
vendor are the exception: they are there for the sort of organisation that can have the arrangement.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from annexa.collectors._anthropic import count, names, parts
from annexa.collectors._values import flag, text
from annexa.collectors.claude._api import SETTINGS
from annexa.evidence.answer import Trouble, UnreadError
from annexa.evidence.fact import ABSENT, NOT_EXPOSED, Missing, unknown_value
from annexa.schemas.words import Reason

NAMELESS = {"provisioning_mode": "sso_provisioning_mode", "data_retention": "data_retention_periods"}
"""Types of which there is one row each, and whose name the vendor may leave out."""
CONSOLE = ("api_zero_data_retention_enabled",)
"""Arrangements of an organisation of the Console."""
ENTERPRISE = ("claude_enterprise_claude_code_zero_data_retention_enabled", "cmek_enabled")
"""Arrangements of an organisation of Claude Enterprise."""
ALWAYS = ("hipaa_compliance_enabled", "access_transparency_enabled")
MEMBERS = (
    "claude_ai_chat_sharing_enabled", "claude_ai_feedback_collection_enabled", "claude_ai_integration_sharing_enabled",
    "claude_code_desktop_bypass_permissions_enabled", "code_execution_enabled", "code_execution_network_egress_enabled",
    "connector_tools_default_always_allow", "content_redaction_enabled", "data_retention_periods",
    "desktop_extension_allowlist_enabled", "frontier_data_use_enabled", "ip_allowlist_enabled", "memory_enabled",
    "public_projects_enabled", "sso_claude_ai_enforced", "third_party_interactive_content_enabled", "web_search_enabled",
)  # fmt: skip
"""Settings of an organisation whose members use claude.ai that are worth a record although they are left out."""
DAYS = {"day": 1, "month": 31}
"""Days of a period's unit at most."""


def rows_of(answer: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    """The rows by name; an answer without any is none, since some rows are always there."""
    found = {name: row for row in parts(answer, "settings") if (name := _name(row))}
    if not found:
        says, cure = "the answer has no settings", "Run again; if it stays, report it with this code."
        raise UnreadError(SETTINGS, Trouble(reason=Reason.INVALID_ANSWER, code="missing_list", says=says, cure=cure))
    return found


def value_of(row: Mapping[str, Any]) -> Any:
    """A row's value as a setting has it; a number or text that is null says that there is no limit, or none is configured."""
    value = row.get("value")
    match row.get("type"):
        case "boolean":
            return flag(value)
        case "integer":
            return ABSENT if value is None and "value" in row else count(value)
        case "string":
            return text(value, ABSENT if "value" in row else NOT_EXPOSED)
        case "string_list":
            return names(value)
        case "provisioning_mode":
            return text(value)
        case "data_retention":
            return _periods(value)
        case _:
            return unknown_value(f"a value of the type {row.get('type')}")


def retention(rows: Mapping[str, Mapping[str, Any]]) -> dict[str, int | Missing]:
    """For each sort of data the days that it is kept at most; absent: without end.

    A sort that is not named has no period of the organisation's own; the vendor's defaults may hold. For chats this is said,
    since every organisation whose members use claude.ai has them.
    """
    periods = rows.get(NAMELESS["data_retention"], {}).get("value")
    named = {str(sort): _days(period) for sort, period in periods.items()} if isinstance(periods, Mapping) else {}
    if named.keys() & {"chat", "all"} or not _of_members(rows):
        return named
    return {**named, "chat": NOT_EXPOSED}


def expected(rows: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    """Names of rows that an organisation of this sort could have, that matter, and that are left out, sorted."""
    console = any(name in rows for name in CONSOLE)
    wanted = {*ALWAYS, *(CONSOLE if console or not any(name in rows for name in ENTERPRISE) else ())}
    if _of_members(rows):
        wanted |= {*ENTERPRISE, *MEMBERS}
    yield from sorted(wanted - set(rows))


def _of_members(rows: Mapping[str, Mapping[str, Any]]) -> bool:
    """Whether members of the organisation use claude.ai; only what is surely one of the Console's is not."""
    return any(name in rows for name in ENTERPRISE) or not any(name in rows for name in CONSOLE)


def _name(row: Mapping[str, Any]) -> str | None:
    name = row.get("name") or NAMELESS.get(str(row.get("type")))
    return name if isinstance(name, str) else None


def _periods(value: object) -> tuple[str, ...] | Missing:
    """Each period as `chat=90 day` or `chat=indefinite`."""
    if not isinstance(value, Mapping):
        return NOT_EXPOSED if value is None else unknown_value(value)
    told = {sort: _told(period) for sort, period in value.items()}
    if odd := [sort for sort, words in told.items() if words is None]:
        return unknown_value(f"{sorted(odd)} of {sorted(told)}")
    return tuple(sorted(f"{sort}={words}" for sort, words in told.items())) or ABSENT


def _told(period: object) -> str | None:
    if not isinstance(period, Mapping):
        return None
    if period.get("type") == "indefinite":
        return "indefinite"
    if isinstance(period.get("duration"), int) and period.get("timescale") in DAYS:
        return f"{period['duration']} {period['timescale']}"
    return None


def _days(period: object) -> int | Missing:
    if not isinstance(period, Mapping) or _told(period) is None:
        return unknown_value(period)
    return ABSENT if period.get("type") == "indefinite" else int(period["duration"]) * DAYS[str(period["timescale"])]
