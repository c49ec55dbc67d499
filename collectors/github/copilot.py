"""Copilot as the organisation has it: its policies, who holds a seat, and where its cloud agent may work.

All of it is marked by GitHub as a public preview. A seat without a last activity says nothing: GitHub shows activity only
of those whose editor sends telemetry.
"""

from collections.abc import Iterator
from typing import Any

from annexa.collectors._rest import Read
from annexa.collectors._values import choose, moment_in, text
from annexa.collectors.github._api import PAGE, PAGES, PREVIEW, user, user_name
from annexa.collectors.github._count import prove
from annexa.evidence.call import collects
from annexa.evidence.fact import ABSENT, NOT_EXPOSED, Missing
from annexa.evidence.handle import Handle, Item
from annexa.evidence.kinds import AccessGrant, AiSystem, Setting
from annexa.schemas.words import Reason, State

SEATS_READ = "organisation: GitHub Copilot Business (read)"
PLAN = f"Copilot Business or Enterprise; {PREVIEW}"
BILLING = Read(op="GET /orgs/{org}/copilot/billing", needs=SEATS_READ, plan=PLAN)
SEATS = Read(
    op="GET /orgs/{org}/copilot/billing/seats", needs=SEATS_READ, path="seats", pager=PAGES, params=PAGE, plan=PLAN
)
SEAT_COUNT = Read(op="GET /orgs/{org}/copilot/billing/seats", needs=SEATS_READ, params={"per_page": 1}, plan=PLAN)
AGENT = Read(
    op="GET /orgs/{org}/copilot/coding-agent/permissions",
    needs="organisation: Copilot agent settings (read)",
    plan=PLAN,
)
AGENT_REPOSITORIES = Read(
    op="GET /orgs/{org}/copilot/coding-agent/permissions/repositories",
    needs="organisation: Copilot agent settings (read)", path="repositories", pager=PAGES, params=PAGE, plan=PLAN,
    drop=("temp_clone_token",),
)  # fmt: skip
AGENT_REPOSITORY_COUNT = Read(
    op="GET /orgs/{org}/copilot/coding-agent/permissions/repositories",
    needs="organisation: Copilot agent settings (read)", params={"per_page": 1}, plan=PLAN, drop=("temp_clone_token",),
)  # fmt: skip
AGENT_CALLS = (AGENT, AGENT_REPOSITORIES, AGENT_REPOSITORY_COUNT)
"""For every collector that asks where the cloud agent may work."""
EXCLUSIONS = Read(
    op="GET /orgs/{org}/copilot/content_exclusion", needs="organisation: Copilot content exclusion (read)", plan=PLAN
)

POLICIES = {
    "public_code_suggestions": "public_code_suggestions",
    "ide_chat": "ide_chat",
    "platform_chat": "platform_chat",
    "cli": "cli",
    "seat_management_setting": "seat_assignment",
    "plan_type": "plan",
}
"""Fields of GitHub's, with their names in the settings dictionary."""
ALL = "*"
"""Stands for every repository."""


@collects((Setting, AiSystem), BILLING, per="source", where={
    "setting.name": tuple(f"github.copilot.{name}" for name in POLICIES.values()), "ai_system.category": ("service",),
})  # fmt: skip
def policies(handle: Handle) -> Iterator[Setting | AiSystem]:
    """One record per policy of Copilot, and one for Copilot itself."""
    found = handle.one(BILLING, org=handle.known["org"])
    for field, name in POLICIES.items():
        yield _setting(handle, name, text(found.get(field)))
    yield AiSystem(
        subject=f"{handle.known['org_id']}/copilot", category="service", provider="github copilot", name="GitHub Copilot",
        version=text(found.get("plan_type")),
    )  # fmt: skip


@collects(AccessGrant, SEATS, SEAT_COUNT, per="source", where={"access_grant.purpose": ("use",)})
def seats(handle: Handle) -> Iterator[AccessGrant]:
    """One record per seat; fewer seats than GitHub says are billed leave the list unproved."""
    org, number = handle.known["org"], 0
    for seat in handle.each(SEATS, org=org):
        number += 1
        if isinstance(seat.get("assignee"), dict):
            yield _seat(seat)
        else:
            handle.note(SEATS, Reason.VISIBILITY_UNPROVED, f"seat number {number} names nobody who holds it")
    prove(handle, SEATS, SEAT_COUNT, "total_seats", number, "seats")


@collects((Setting, AiSystem), *AGENT_CALLS, per="source", where={
    "setting.name": ("github.copilot.agent_repositories",), "ai_system.category": ("agent",),
})  # fmt: skip
def cloud_agent(handle: Handle) -> Iterator[Setting | AiSystem]:
    """One record for the repositories in which the cloud agent may work (`*` for all), and one for the agent if it may."""
    where = agent_repositories(handle)
    yield _setting(handle, "agent_repositories", where)
    if not (isinstance(where, Missing) and where.state is State.ABSENT):
        yield AiSystem(
            subject=f"{handle.known['org_id']}/copilot/cloud-agent", category="agent", provider="github copilot",
            name="Copilot cloud agent",
        )  # fmt: skip


@collects(Setting, EXCLUSIONS, per="source", where={"setting.name": ("github.copilot.content_exclusions",)})
def content_exclusions(handle: Handle) -> Iterator[Setting]:
    """One record with the paths that the organisation keeps from Copilot, each as `repository: path`."""
    found = handle.one(EXCLUSIONS, org=handle.known["org"])
    paths = tuple(sorted(f"{where}: {path}" for where, path in _paths(found)))
    yield _setting(handle, "content_exclusions", paths or ABSENT)


def agent_repositories(handle: Handle) -> tuple[str, ...] | Missing:
    """Names of the repositories in which the cloud agent may work; `*` stands for all, `absent` for none."""
    org = handle.known["org"]
    words = {"all": "all", "selected": "selected", "none": "none"}
    policy = choose(handle.one(AGENT, org=org).get("enabled_repositories"), words)
    if policy != "selected":
        return policy if isinstance(policy, Missing) else (ALL,) if policy == "all" else ABSENT
    names = tuple(sorted(str(one["name"]) for one in handle.each(AGENT_REPOSITORIES, org=org)))
    prove(handle, AGENT_REPOSITORIES, AGENT_REPOSITORY_COUNT, "total_count", len(names), "repositories of the agent")
    return names or ABSENT


def _paths(found: Item) -> Iterator[tuple[str, Any]]:
    for where, paths in found.items():
        for path in paths if isinstance(paths, list) else [paths]:
            yield where, path


def _seat(seat: Item) -> AccessGrant:
    holder = seat["assignee"]
    return AccessGrant(
        subject=f"{user(holder)}#copilot-seat",
        grantee=user(holder),
        grantee_name=user_name(holder),
        grantee_sort="user",
        on_behalf_of="none",
        purpose="use",
        permissions=("seat",),
        target="copilot",
        verdict="allowed",
        via=_via(seat),
        granted=moment_in(seat, "created_at"),
        last_used=moment_in(seat, "last_activity_at", NOT_EXPOSED),
    )


def _via(seat: Item) -> tuple[str, ...]:
    team, ends = seat.get("assigning_team"), seat.get("pending_cancellation_date")
    assigned = f"through team {team.get('slug')}" if isinstance(team, dict) else "assigned to the person"
    return (assigned, f"cancelled, ends on {ends}") if ends else (assigned,)


def _setting(handle: Handle, name: str, value: Any) -> Setting:
    return Setting(
        subject=f"{handle.known['org_id']}/github.copilot.{name}", name=f"github.copilot.{name}", value=value,
        set_by="organisation",
    )  # fmt: skip
