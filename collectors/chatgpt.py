"""ChatGPT Enterprise and Edu, through the compliance log platform: that a workspace exists, and whether its logs deliver.

Log in: a compliance key that may read logs, in `COMPLIANCE_API_KEY`, and the workspace's id (`workspace = "…"` in the source's
table, or `CHATGPT_WORKSPACE_ID`). annexa lists log files and opens none of them; such a key can read conversations all the
same, so keep it as you would keep them.
"""

from collections.abc import Iterator
from datetime import timedelta
from typing import TYPE_CHECKING

from annexa.collectors._grant import Grant, GrantOrder
from annexa.collectors._rest import Api, Cursor, Me, Read, RestSettings, bearer, rest_grant
from annexa.collectors._source import CannotStartError, Circumstances, Source
from annexa.evidence.call import collects
from annexa.evidence.clock import parse, stamp
from annexa.evidence.fact import NOT_EXPOSED, Missing, ambiguous
from annexa.evidence.handle import Handle
from annexa.evidence.kinds import AiSystem, LogSource
from annexa.schemas.words import Reason

if TYPE_CHECKING:
    from annexa.collectors._rest import RestWire

CREDENTIALS = ("COMPLIANCE_API_KEY", "CHATGPT_WORKSPACE_ID")
"""What lets it be asked without a configuration."""
CANNOT_SEE = (
    "Content: conversations, memories, files, canvases and recordings are never listed or read, and no log file is opened.",
    "Settings of the workspace: apps and connectors, memory, search, sharing, retention, data use for training. They have to "
    "be attested.",
    "Single sign-on, second factors, domains and the list of allowed IP addresses.",
    "Members, roles, GPTs and their sharing: the interfaces for them stand beside those that give out conversations.",
    "Log files older than about 30 days: OpenAI no longer has them.",
    "Whether a log in which nothing happened for a week is on: an empty list says neither.",
)
"""What stays out of sight whatever is granted; each is a sentence for the vendor's page."""
API = Api(
    vendor="chatgpt",
    title="ChatGPT compliance log platform",
    base="https://api.chatgpt.com/v1/compliance",
    sign=bearer("COMPLIANCE_API_KEY"),
    suffixes=("api.chatgpt.com",),
    request_id="x-request-id",
    reasons={401: Reason.DENIED, 403: Reason.DENIED},
)
LOGS = Read(
    op="GET /workspaces/{workspace_id}/logs",
    needs="compliance key: read logs",
    path="data",
    pager=Cursor(param="after", at="last_end_time", more="has_more", may_lack=True),
    params={"limit": 100},
    query=("event_type", "after"),
    plan="ChatGPT Enterprise or Edu",
    unconfirmed="public pages show paging, ids and AUTH_LOG; end_time and the other types stand in the closed reference",
)
TYPES = ("AUTH_LOG", "AUDIT_LOG", "APP_LOG", "APP_AUTH_LOG", "CODEX_SECURITY_LOG", "CUSTOM_AGENTS_LOG")
"""Logs about administration and access; those that hold what people wrote are left out."""
DAYS = 7
"""So far back files are listed."""


class Settings(RestSettings, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One `[[sources]]` table with `vendor = "chatgpt"`."""

    name: str = "chatgpt:main"
    """Our alias."""
    vendor: str = "chatgpt"
    """The vendor."""
    key_env: str = "COMPLIANCE_API_KEY"
    """Environment variable that holds the compliance key."""
    workspace: str | None = None
    """Id of the workspace; None: what `CHATGPT_WORKSPACE_ID` holds."""


@collects(
    (AiSystem, LogSource),
    LOGS,
    per="source",
    where={"ai_system.category": ("service",), "ai_system.provider": ("chatgpt",)},
)
def logs(handle: Handle) -> Iterator[AiSystem | LogSource]:
    """The workspace, and one record per log: whether files of it came within a week, and when the last of them ended."""
    workspace, since, seen = str(handle.known["workspace"]), _since(str(handle.known["now"])), False
    for name in TYPES:
        with handle.item(f"chatgpt.{name}"):
            files = list(handle.each(LOGS, workspace_id=workspace, event_type=name, after=since))
            if not seen:
                yield AiSystem(subject=workspace, category="service", provider="chatgpt", name="ChatGPT workspace")
            seen = True
            yield _log(name, [file.get("end_time") for file in files])


def _log(name: str, ends: list[object]) -> LogSource:
    subject = f"chatgpt.{name}"
    if not ends:
        silent = ambiguous("[]", f"no file within {DAYS} days: the log is off, or nothing happened")
        return LogSource(subject=subject, name=subject, enabled=silent, event_types=(name,), last_event=silent)
    return LogSource(subject=subject, name=subject, enabled=True, event_types=(name,), last_event=_newest(ends))


def _newest(ends: list[object]) -> str | Missing:
    if not all(isinstance(one, str) and one for one in ends):
        return NOT_EXPOSED
    try:
        return stamp(max(parse(str(one)) for one in ends))
    except (ValueError, TypeError):
        return ambiguous(str(ends[-1]), "the vendor's time could not be read")


def _since(now: str) -> str:
    """A week ago, at the beginning of that day, so that every question of a run asks the same."""
    return stamp((parse(now) - timedelta(days=DAYS)).replace(hour=0, minute=0, second=0, microsecond=0))


def connect(settings: Settings, lent: Circumstances) -> Source:
    """Ask whether the key opens the workspace; raises `CannotStartError`."""
    from annexa.collectors._rest import RestSource

    workspace = settings.workspace or lent.environment.get("CHATGPT_WORKSPACE_ID", "").strip()
    if not workspace:
        raise CannotStartError(
            f"{settings.name}: no workspace is named",
            cure='Name it: workspace = "…" in the source\'s table, or CHATGPT_WORKSPACE_ID.',
        )
    since = _since(stamp(lent.clock.now()))
    return RestSource(API, settings, lent, me=lambda wire: _me(wire, workspace, since))


def _me(wire: "RestWire", workspace: str, since: str) -> Me:
    """A workspace that answers to the key is the workspace of the key: a key opens one alone."""
    next(wire.pages(LOGS, {**LOGS.params, "workspace_id": workspace, "event_type": TYPES[0], "after": since}))
    return Me(tenant=workspace, identity=f"compliance key of {workspace}", known={"workspace": workspace})


def grant(order: GrantOrder) -> Grant:
    """How to get the key, and what it could do beyond what annexa asks."""
    return rest_grant(
        order,
        title="ChatGPT compliance log platform",
        who="an owner of the ChatGPT workspace",
        where="the admin console of ChatGPT > Credentials > Admin keys",
        plan="ChatGPT Enterprise or Edu",
        steps=(
            "Create a key for this one workspace, with a name that says what it is for, and an end.",
            "Permissions: Restricted, reading of compliance logs and nothing else.",
            "Put the key into COMPLIANCE_API_KEY where annexa runs, and the workspace's id into CHATGPT_WORKSPACE_ID.",
        ),
        beyond=(
            "the same key can download every log file, those with conversations among them, and a key that may write can "
            "delete them. annexa lists files of administrative logs only, and refuses to ask for anything else."
        ),
    )
