"""Policies of a project and of everything above it: which Data Access logs are on there, and who has which roles.

What holds in a project is the union of its own policy with those of its folders and of the organisation. If one of them
cannot be read nothing is said: it could add a role, or somebody whose actions are not logged.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Literal

from annexa.collectors._values import inside
from annexa.collectors.google_cloud._api import SERVICES, ai_services, here, odd, rows, unproved
from annexa.evidence.call import Call, collects
from annexa.evidence.fact import ABSENT, Names, unknown_value
from annexa.evidence.handle import Handle, Item
from annexa.evidence.kinds import AccessGrant, LogSource

BODY = {"options": {"requestedPolicyVersion": 3}}
"""Without it Google leaves conditions out."""
ANCESTRY = Call(
    op="cloudresourcemanager/v1:projects.getAncestry", needs="resourcemanager.projects.get", path="ancestor",
    params={"body": {}},
)  # fmt: skip
PROJECT_POLICY = Call(
    op="cloudresourcemanager/v3:projects.getIamPolicy", needs="resourcemanager.projects.getIamPolicy",
    params={"body": BODY},
)  # fmt: skip
FOLDER_POLICY = Call(
    op="cloudresourcemanager/v3:folders.getIamPolicy",
    needs="resourcemanager.folders.getIamPolicy",
    params={"body": BODY},
)
ORGANIZATION_POLICY = Call(
    op="cloudresourcemanager/v3:organizations.getIamPolicy", needs="resourcemanager.organizations.getIamPolicy",
    params={"body": BODY},
)  # fmt: skip
POLICIES = {"folder": (FOLDER_POLICY, "folders"), "organization": (ORGANIZATION_POLICY, "organizations")}
DATA_ACCESS = "google_cloud.data_access"
PROJECT, AI = "google_cloud.project", "ai"
"""Targets of a role over everything in a project, and of one over AI alone."""
Purpose = Literal["use", "administer", "read"]
BASIC: Mapping[str, Purpose] = {
    "roles/owner": "administer", "roles/admin": "administer", "roles/editor": "administer", "roles/writer": "administer",
    "roles/viewer": "read", "roles/reader": "read",
}  # fmt: skip
"""https://docs.cloud.google.com/iam/docs/roles-overview; owner, editor and viewer are the older ones."""
AI_ROLES = ("roles/aiplatform.", "roles/discoveryengine.", "roles/dialogflow.", "roles/ml.", "roles/cloudaicompanion.")
LOG_TYPES = ("ADMIN_READ", "DATA_READ", "DATA_WRITE")
SORTS: Mapping[str, Literal["user", "group", "service"]] = {
    "user": "user",
    "group": "group",
    "serviceAccount": "service",
}
OWN = ("@cloudservices.gserviceaccount.com", ".gserviceaccount.com")
"""Ends of the names of service accounts that Google itself made: its APIs' own one, and service agents (`@gcp-sa-`)."""


@collects((LogSource, AccessGrant), SERVICES, ANCESTRY, PROJECT_POLICY, FOLDER_POLICY, ORGANIZATION_POLICY, per="project",
          where={"log_source.name": (DATA_ACCESS,), "access_grant.target": (PROJECT, AI)})  # fmt: skip
def policies(handle: Handle) -> Iterator[LogSource | AccessGrant]:
    """Where an AI service is enabled: its Data Access log, and one record per basic role or role over AI and its holder."""
    enabled = ai_services(handle)
    if not enabled:
        return
    found = {place: _read(handle, call, place) for place, call in list(chain(handle))}
    for name, service in enabled.items():
        with handle.citing(service, *found.values()):
            yield _log(handle, name, list(found.values()))
    for place, policy in found.items():
        with handle.citing(policy):
            for binding in rows(policy, "bindings"):
                yield from _grants(handle, place, binding)


def chain(handle: Handle) -> Iterator[tuple[str, Call]]:
    """The project, its folders and the organisation, each with the call that reads its policy."""
    yield here(handle), PROJECT_POLICY
    last = ""
    for number, ancestor in enumerate(handle.each(ANCESTRY, projectId=str(handle.known["scope"]))):
        named = inside(ancestor, "resourceId")
        if number == 0 and named.get("type") == "project":
            continue
        if named.get("type") not in POLICIES or not named.get("id"):
            raise odd(ANCESTRY, f"an ancestor of the sort {named.get('type')}")
        call, sort = POLICIES[str(named["type"])]
        last = f"{sort}/{named['id']}"
        yield last, call
    if last != f"organizations/{handle.known['organization']}":
        raise unproved(ANCESTRY, "the ancestors of the project do not end at the organisation")


def _read(handle: Handle, call: Call, place: str) -> Item:
    policy = handle.one(call, resource=place)
    if "etag" not in policy:
        raise odd(call, "a policy without its tag")
    if call is ORGANIZATION_POLICY and not rows(policy, "bindings"):
        raise unproved(call, "an organisation in which nobody has a role was told")
    return policy


def _log(handle: Handle, service: str, found: list[Item]) -> LogSource:
    """The Data Access log of one service: what any of the policies switches on, for all services or for this one."""
    types, exempted, strange = set[str](), set[str](), set[str]()
    for policy in found:
        for config in rows(policy, "auditConfigs"):
            if config.get("service") not in ("allServices", service):
                continue
            for entry in rows(config, "auditLogConfigs"):
                word = str(entry.get("logType"))
                (types if word in LOG_TYPES else strange).add(word)
                exempted.update(str(one) for one in entry.get("exemptedMembers") or ())
    words: Names = unknown_value(sorted(strange)[0]) if strange else tuple(sorted(types)) or ABSENT
    return LogSource(
        subject=f"{here(handle)}/{DATA_ACCESS}/{service}", name=DATA_ACCESS, enabled=bool(types or strange),
        event_types=words, exempted=tuple(sorted(exempted)) or ABSENT,
    )  # fmt: skip


def _grants(handle: Handle, place: str, binding: Mapping[str, Any]) -> Iterator[AccessGrant]:
    role = str(binding.get("role"))
    if role not in BASIC and not role.startswith(AI_ROLES):
        return
    for member in binding.get("members") or ():
        yield grant(str(member), role, binding, target=PROJECT if role in BASIC else AI, here=here(handle), place=place)


def grant(member: str, role: str, binding: Mapping[str, Any], *, target: str, here: str, place: str) -> AccessGrant:
    """One holder of one role at `here`, which was given at `place`; two conditions make two grants."""
    condition = inside(binding, "condition")
    title = f"#{condition.get('title') or condition.get('expression')}" if condition else ""
    return AccessGrant(
        subject=f"{here}#{place}#{role}#{member}{title}", grantee=member, grantee_name=member.partition(":")[2] or member,
        grantee_sort=SORTS.get(member.partition(":")[0], unknown_value(member.partition(":")[0])),
        on_behalf_of="all" if member in ("allUsers", "allAuthenticatedUsers") else "none", purpose=_purpose(role),
        permissions=(role,), target=target, resources=(here,), verdict="conditional" if condition else "allowed",
        via=(f"{place}: {role}",), vendor_managed=_own(member),
    )  # fmt: skip


def _purpose(role: str) -> Purpose:
    word = role.rpartition(".")[2].lower()
    return BASIC.get(role) or ("administer" if "admin" in word else "read" if "viewer" in word else "use")


def _own(member: str) -> bool:
    """Whether Google made the account for its own services: nobody of the organisation signs in as it."""
    name = member.partition(":")[2]
    return name.endswith(OWN[0]) or (name.endswith(OWN[1]) and "@gcp-sa-" in name)
