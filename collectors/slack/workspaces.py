"""The workspaces of the organisation: each approves and restricts apps of its own besides the organisation."""

from collections.abc import Iterator

from annexa.collectors._rest import Read
from annexa.collectors._values import text
from annexa.collectors.slack._api import ENTERPRISE, NEXT
from annexa.evidence.call import collects
from annexa.evidence.handle import Handle
from annexa.evidence.kinds.systems import Scope

TEAMS = Read(
    op="GET /admin.teams.list", needs="admin.teams:read", path="teams", pager=NEXT, params={"limit": 100},
    plan=ENTERPRISE, drop=("primary_owner",),
)  # fmt: skip


@collects(Scope, TEAMS, per="source", lists_scopes="workspace")
def workspaces(handle: Handle) -> Iterator[Scope]:
    """One record per workspace; Slack does not say in this list whether one is still open."""
    for team in handle.each(TEAMS):
        key = str(team["id"])
        yield Scope(subject=key, level="workspace", path=key, name=text(team.get("name")))
