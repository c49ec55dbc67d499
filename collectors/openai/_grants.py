"""What a role lets its holder do, told from the role's own permissions."""

from collections.abc import Iterable, Mapping
from typing import Any, Literal

from annexa.collectors._values import choose
from annexa.collectors.openai._api import ident
from annexa.evidence.call import Call
from annexa.evidence.fact import NOT_EXPOSED, Missing, When
from annexa.evidence.kinds import AccessGrant

Sort = Literal["user", "group", "service"]
ORGANISATION = "organization"
"""What an organization's roles apply to, where there is no project."""
MANAGES = ("api.organization.", "api.groups.", "api.roles.", "api.management.")
"""Beginnings of permissions over the organization itself; with `.write` at the end they administer."""
WORDS: Mapping[str, Literal["administer", "use"]] = {
    "owner": "administer",
    "reader": "use",
    "member": "use",
    "viewer": "use",
}
"""The roles that every organization and project has."""


def by_word(
    grantee: str, name: str | Missing, role: object, target: str, *, sort: Sort, granted: When = NOT_EXPOSED
) -> AccessGrant | None:
    """The grant of a built-in role; None where the holder has none. A word that nobody knows may administer."""
    if role in (None, "", "none"):
        return None
    purpose = choose(role, WORDS)
    return AccessGrant(
        subject=f"{grantee}#{target}:{role}", grantee=grantee, grantee_name=name, grantee_sort=sort,
        on_behalf_of=_on_behalf(sort), purpose="administer" if isinstance(purpose, Missing) else purpose,
        permissions=(str(role),), target=target, verdict=purpose if isinstance(purpose, Missing) else "allowed",
        via=(f"role {role}",), granted=granted,
    )  # fmt: skip


def by_role(
    grantee: str, name: str | Missing, role: Mapping[str, Any], target: str, *, call: Call, sort: Sort
) -> AccessGrant:
    """The grant of a role that was assigned, by what its permissions amount to; `call` listed it."""
    made_by = ident(call, role)
    permissions = tuple(sorted(str(one) for one in role.get("permissions") or ()))
    doubts = ("permissions outside organization, groups and roles are taken for use",)
    members = ("who the members of the group are",) if sort == "group" else ()
    return AccessGrant(
        subject=f"{grantee}#{target}:{made_by}", grantee=grantee, grantee_name=name, grantee_sort=sort,
        on_behalf_of=_on_behalf(sort), purpose=_purpose(role, permissions), permissions=permissions, target=target,
        verdict="allowed", via=tuple(_via(role)), not_evaluated=(*doubts, *members),
    )  # fmt: skip


def _purpose(role: Mapping[str, Any], permissions: Iterable[str]) -> Literal["administer", "use"]:
    if role.get("predefined_role") is True and str(role.get("name", "")).casefold().endswith("owner"):
        return "administer"
    writes = any(one.endswith(".write") and one.startswith(MANAGES) for one in permissions)
    return "administer" if writes else "use"


def _via(role: Mapping[str, Any]) -> Iterable[str]:
    yield f"role {role.get('name') or role.get('id')}"
    for source in role.get("assignment_sources") or ():
        if isinstance(source, Mapping):
            yield f"inherited from {source.get('principal_type')} {source.get('principal_id')}"


def _on_behalf(sort: Sort) -> Literal["user", "none"] | Missing:
    return {"user": "user", "service": "none"}.get(sort, NOT_EXPOSED)  # type: ignore[return-value]
