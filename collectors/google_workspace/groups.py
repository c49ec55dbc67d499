"""How many members the groups have that matter here: those that administer, and those for which another setting holds.

Google tells the number in the list of groups, so that members are never listed. It counts direct members; those of a group
inside the group are not among them.
"""

from collections.abc import Iterator

from annexa.collectors.google_workspace._api import GROUPS_READ, MINE, whole
from annexa.collectors.google_workspace._reduction import UnreadablePolicyError, policy_of
from annexa.collectors.google_workspace.policies import POLICIES
from annexa.collectors.google_workspace.roles import ASSIGNMENTS
from annexa.evidence.call import Call, collects
from annexa.evidence.fact import NOT_EXPOSED, Missing
from annexa.evidence.handle import Handle
from annexa.evidence.kinds.settings import Setting
from annexa.schemas.words import Reason

GROUPS = Call(
    op="admin/directory_v1:groups.list", needs=GROUPS_READ, path="groups",
    params={"customer": MINE, "maxResults": 200, "fields": "kind,nextPageToken,groups(id,directMembersCount)"},
)  # fmt: skip
MEMBERS = "google_workspace.group_members"


@collects(Setting, POLICIES, ASSIGNMENTS, GROUPS, per="source", where={"setting.name": (MEMBERS,)})
def group_members(handle: Handle) -> Iterator[Setting]:
    """One record per group that has an administrator's role or that a policy names, with the number of its members."""
    wanted = set[str]()
    for call, named in ((POLICIES, _in_policies), (ASSIGNMENTS, _administering)):
        found = handle.detail(call, lambda named=named: set(named(handle)))  # type: ignore[misc]
        wanted |= set() if isinstance(found, Missing) else found
    if not wanted:
        return
    for group in handle.each(GROUPS):
        if str(group["id"]) in wanted:
            wanted.discard(str(group["id"]))
            with handle.citing(group):
                yield _members(str(group["id"]), whole(group.get("directMembersCount")))
    for group_id in sorted(wanted):  # one that is gone, while a policy still names it
        yield _members(group_id, NOT_EXPOSED)


def _members(group: str, count: int | Missing) -> Setting:
    return Setting(subject=f"group/{group}", name=MEMBERS, value=count)


def _administering(handle: Handle) -> Iterator[str]:
    for assignment in handle.each(ASSIGNMENTS):
        if str(assignment.get("assigneeType")).lower() == "group":
            yield str(assignment["assignedTo"])


def _in_policies(handle: Handle) -> Iterator[str]:
    for row in handle.each(POLICIES):
        try:
            yield from policy_of(row).clause.named("group")
        except UnreadablePolicyError as error:
            says = f"whom a policy about {error.setting} applies to is not as Google documents policies"
            cure = "Run again; if it stays, report it: the answer is not as documented."
            handle.note(POLICIES, Reason.INVALID_ANSWER, says, cure=cure, subject=error.setting)
