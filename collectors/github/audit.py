"""Whether the organisation's audit log is alive, and whether it holds events about Copilot: moments and names only."""

from collections.abc import Iterator
from datetime import UTC, datetime

from annexa.collectors._rest import Read
from annexa.collectors.github._api import AUDIT_LOG
from annexa.evidence.call import collects
from annexa.evidence.clock import stamp
from annexa.evidence.fact import NOT_EXPOSED, Missing, ambiguous, unread
from annexa.evidence.handle import Handle, Item
from annexa.evidence.kinds import LogSource
from annexa.schemas.words import Reason

FREE_TEXT = (
    "config", "config_was", "data", "emoji", "explanation", "message", "openssh_public_key", "fingerprint",
    "deploy_key_fingerprint", "hashed_token", "actor_ip", "user_agent", "external_identity_nameid",
)  # fmt: skip
"""Members of events that hold free text, settings of hooks, or traces of people and keys."""
PLAN = "GitHub Enterprise Cloud"
NEEDS = "organisation: Administration (read)"
NEWEST = Read(op=AUDIT_LOG, needs=NEEDS, path="", params={"per_page": 1, "order": "desc"}, plan=PLAN, drop=FREE_TEXT)
NEWEST_OF_COPILOT = Read(
    op=AUDIT_LOG, needs=NEEDS, path="", params={"per_page": 1, "order": "desc", "phrase": "action:copilot"}, plan=PLAN,
    drop=FREE_TEXT,
)  # fmt: skip
NAME = "github.audit_log"


@collects(LogSource, NEWEST, NEWEST_OF_COPILOT, per="source", where={"log_source.name": (NAME,)})
def audit_log(handle: Handle) -> Iterator[LogSource]:
    """One record: when the log last took an event, and whether it holds events about Copilot's policies and seats."""
    org = handle.known["org"]
    newest, of_copilot = next(handle.each(NEWEST, org=org), None), next(handle.each(NEWEST_OF_COPILOT, org=org), None)
    if newest is None:
        handle.note(NEWEST, Reason.VISIBILITY_UNPROVED, "the log shows no event at all, not even ours")
    yield LogSource(
        subject=f"{handle.known['org_id']}/{NAME}",
        name=NAME,
        enabled=NOT_EXPOSED if newest is None else True,
        event_types=_types(of_copilot),
        organisation_wide=True,
        last_event=unread(f"{AUDIT_LOG}: no event was shown") if newest is None else _moment(newest),
    )


def _types(event: Item | None) -> tuple[str, ...] | Missing:
    """The sorts of events about AI that it was seen to hold; none seen: nothing happened, or nothing is recorded."""
    if event is None:
        return NOT_EXPOSED
    action = str(event.get("action", ""))
    return ("copilot",) if action.partition(".")[0] == "copilot" else ambiguous(action, "not an event about Copilot")


def _moment(event: Item) -> str | Missing:
    """Events are dated in milliseconds since 1970."""
    raw = event.get("@timestamp", event.get("created_at"))
    if isinstance(raw, bool) or not isinstance(raw, int):
        return NOT_EXPOSED if raw is None else ambiguous(str(raw), "the vendor documents milliseconds since 1970")
    return stamp(datetime.fromtimestamp(raw / 1000, UTC))
