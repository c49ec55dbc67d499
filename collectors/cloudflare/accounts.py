"""Accounts: the scopes of a Cloudflare source, and their members with what their roles let them do to AI."""

from collections.abc import Iterator, Mapping
from typing import Any, Literal

from annexa.collectors._rest import Read
from annexa.collectors._values import choose, flag, inside, text
from annexa.collectors.cloudflare._api import PAGE, PAGED, SETTINGS_READ, ident, objects
from annexa.collectors.cloudflare._roles import purpose_of
from annexa.evidence.call import collects
from annexa.evidence.fact import Missing, unknown_value
from annexa.evidence.handle import Handle, Item
from annexa.evidence.kinds import AccessGrant, Identity, Scope, Setting

ACCOUNTS = Read(
    op="GET /accounts", needs=SETTINGS_READ, path="result", pager=PAGED, params=PAGE, drop=("abuse_contact_email",)
)
MEMBERS = Read(
    op="GET /accounts/{account_id}/members", needs=SETTINGS_READ, path="result", pager=PAGED, params=PAGE,
    drop=("first_name", "last_name"),
)  # fmt: skip
TWO_FACTORS = "cloudflare.account.enforce_twofactor"
NOT_EVALUATED = ("rights by way of user groups", "limits of a role to single zones or resources", "API tokens")
UNTOLD = "not told"
"""Our word where the vendor does not say which roles a member has: no role is called so, and it stays unsettled."""
STATUS: Mapping[str, Any] = {"accepted": "allowed", "pending": "conditional"}


@collects(Scope, ACCOUNTS, per="source", lists_scopes="account")
def accounts(handle: Handle) -> Iterator[Scope]:
    """One record per account that the token opens."""
    for account in handle.each(ACCOUNTS):
        path = ident(ACCOUNTS, account)
        yield Scope(subject=path, level="account", path=path, name=text(account.get("name")), state="enabled")


@collects(Setting, ACCOUNTS, per="source", where={"setting.name": (TWO_FACTORS,)})
def account_settings(handle: Handle) -> Iterator[Setting]:
    """Per account: whether its members must have a second factor."""
    for account in handle.each(ACCOUNTS):
        here = ident(ACCOUNTS, account)
        value = flag(inside(account, "settings").get("enforce_twofactor"))
        yield Setting(subject=f"{here}/{TWO_FACTORS}", at=here, name=TWO_FACTORS, value=value, set_by=here)


@collects((Identity, AccessGrant), MEMBERS, per="account")
def members(handle: Handle) -> Iterator[Identity | AccessGrant]:
    """One record per member of the account, and one for each role that he or she holds there."""
    here = str(handle.known["scope"])
    for member in handle.each(MEMBERS, account_id=here):
        user = inside(member, "user")
        who = str(user.get("id") or ident(MEMBERS, member))
        mail = text(user.get("email") or member.get("email"))
        yield Identity(
            subject=f"{here}/{who}", name=mail, sort="person", state=text(member.get("status")),
            mfa=flag(user.get("two_factor_authentication_enabled")),
        )  # fmt: skip
        for role in sorted(_roles(member)):
            yield _grant(here, who, mail, role, choose(member.get("status"), STATUS))


def _roles(member: Item) -> set[str]:
    """Names of roles, by whichever of its two ways the vendor gives them; of one without a name its id."""
    if not any(isinstance(member.get(name), list) for name in ("roles", "policies")):
        return {UNTOLD}
    allowed = (one for one in objects(member.get("policies")) if one.get("access") != "deny")
    groups = (group for one in allowed for group in objects(one.get("permission_groups")))
    return {str(one.get("name") or one.get("id")) for one in (*objects(member.get("roles")), *groups)}


def _grant(here: str, who: str, mail: str | Missing, role: str, status: Any) -> AccessGrant:
    purpose: Literal["administer", "read", "write"] | None = purpose_of(role)
    return AccessGrant(
        subject=f"{here}/{who}#{role}", grantee=who, grantee_name=mail, grantee_sort="user", on_behalf_of="user",
        purpose=purpose or "administer", permissions=(role,), target="ai" if purpose in (None, "administer") else "account",
        verdict=status if purpose else unknown_value(role), via=(f"role {role}",), not_evaluated=NOT_EVALUATED,
    )  # fmt: skip
