"""What a role lets its holder do, by its name; roles that the organisation made itself, and unknown ones, may administer."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from annexa.evidence.fact import NOT_EXPOSED, Missing, When, unknown_value
from annexa.evidence.kinds import AccessGrant

Purpose = Literal["administer", "write", "use"]
LETTERS = {"A": "organization_admin", "M": "member", "B": "billing_manager"}
"""The vendor's short words for roles of an organization."""
WORKSPACE_LETTERS = {"A": "workspace_admin", "M": "workspace_contributor"}
PURPOSES: Mapping[str, Purpose] = {
    "organization_admin": "administer", "workspace_admin": "administer", "billing_manager": "write", "member": "use",
    "workspace_contributor": "use", "user": "use", "dev": "use", "mistral_code_user": "use",
}  # fmt: skip
"""The predefined roles, by the names of the Admin API."""
UNTOLD = "not told"
"""Our word where the vendor does not say which roles somebody has."""


@dataclass(frozen=True, kw_only=True)
class Role:
    """A role, and what it amounts to; unsettled where nobody says."""

    name: str
    purpose: Purpose | Missing


@dataclass(frozen=True, kw_only=True)
class Roles:
    """The roles of an organization by their ids; empty where the list could not be read."""

    by_id: Mapping[str, str] = field(default_factory=dict)
    unread: Missing | None = None

    @classmethod
    def of(cls, rows: Iterable[Any]) -> "Roles":
        """Out of the vendor's lists. A role of the organisation's own may be called like a predefined one, and do anything."""
        return cls(by_id={
            str(one.get("uuid")): f"{'custom: ' if one.get('is_custom_role') is not False else ''}{one.get('name')}"
            for one in rows if isinstance(one, Mapping)
        })  # fmt: skip

    def organisation(self, raw: str) -> Role:
        """A role of the organization, by its letter or its id."""
        return self._named(LETTERS.get(raw, raw))

    def workspace(self, raw: str) -> Role:
        """A role of a workspace, by its letter or its id."""
        return self._named(WORKSPACE_LETTERS.get(raw, raw))

    def _named(self, raw: str) -> Role:
        if raw == UNTOLD:
            return Role(name=raw, purpose=NOT_EXPOSED)
        name = self.by_id.get(raw, raw)
        return Role(name=name, purpose=PURPOSES.get(name) or self.unread or unknown_value(name))


def grant(
    who: str, mail: str | Missing, role: Role, target: str, *, sort: Literal["user", "group"] = "user",
    granted: When = NOT_EXPOSED, invited: bool = False, more: str = "",
) -> AccessGrant:  # fmt: skip
    """The grant of one role; who only was invited does not have it yet."""
    settled: Any = "conditional" if invited else "allowed"
    said = ("invitation, not accepted yet",) if invited else ()
    return AccessGrant(
        subject=f"{who}#{target}:{role.name}", grantee=who, grantee_name=mail, grantee_sort=sort,
        on_behalf_of="user" if sort == "user" else NOT_EXPOSED, permissions=(role.name,), target=target, granted=granted,
        purpose="administer" if isinstance(role.purpose, Missing) else role.purpose,
        verdict=role.purpose if isinstance(role.purpose, Missing) else settled,
        via=(f"role {role.name}", *said, *((more,) if more else ())),
        not_evaluated=("who the members of the group are",) if sort == "group" else (),
    )  # fmt: skip
