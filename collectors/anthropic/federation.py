"""Service accounts, and who outside may act as one: federation issuers and rules. They take an OAuth token only."""

from collections.abc import Iterator, Mapping

from annexa.collectors._anthropic import NEXT_PAGE, Purpose, count, granted, ident, moment_in
from annexa.collectors._rest import Read
from annexa.collectors._values import flag, inside, text
from annexa.collectors.anthropic._api import OAUTH, SERVICE_ACCOUNTS, archived
from annexa.collectors.anthropic.workspaces import ROLES
from annexa.evidence.call import collects
from annexa.evidence.fact import ABSENT, NOT_EXPOSED, Missing, unknown_value
from annexa.evidence.handle import Handle
from annexa.evidence.kinds.access import AccessGrant, Identity
from annexa.evidence.kinds.settings import Setting

MEMBERSHIPS = Read(
    op="GET /organizations/workspaces/{workspace_id}/service_accounts", needs=OAUTH, path="data", pager=NEXT_PAGE
)
ISSUERS = Read(op="GET /organizations/federation_issuers", needs=OAUTH, path="data", pager=NEXT_PAGE, drop=("jwks",))
RULES = Read(op="GET /organizations/federation_rules", needs=OAUTH, path="data", pager=NEXT_PAGE)

SERVICE_ROLES: Mapping[str, Purpose] = {"admin": "administer", "developer": "use"}
SCOPES: Mapping[str, Purpose] = {
    "org:admin": "administer", "workspace:developer": "use", "workspace:inference": "use",
}  # fmt: skip
"""What the OAuth scopes that a rule can hand out amount to."""
LIFETIME, REPLAY = "anthropic.federation.max_jwt_lifetime_seconds", "anthropic.federation.replay_protection"


@collects((Identity, AccessGrant), SERVICE_ACCOUNTS, where={"identity.sort": ("service",)}, per="source")
def service_accounts(handle: Handle) -> Iterator[Identity | AccessGrant]:
    """Every service account with its role in the organisation, archived ones included."""
    target = str(handle.known["organisation"])
    states: Mapping[bool | None, str | Missing] = {True: "archived", False: "active", None: NOT_EXPOSED}
    for item in handle.each(SERVICE_ACCOUNTS):
        account = ident(SERVICE_ACCOUNTS, item)
        yield Identity(
            subject=account, name=text(item.get("name")), sort="service", state=states[archived(item)],
            created=moment_in(item, "created_at"),
        )  # fmt: skip
        if not archived(item):
            yield granted(
                item, grantee=account, role=item.get("organization_role"), words=SERVICE_ROLES, target=target,
                sort="service", since="created_at",
            )  # fmt: skip


@collects(AccessGrant, MEMBERSHIPS, per="workspace")
def memberships(handle: Handle) -> Iterator[AccessGrant]:
    """Which service account has which role in a workspace; that every one may use the default workspace is not listed."""
    place = str(handle.known["scope"])
    for item in handle.each(MEMBERSHIPS, workspace_id=place):
        yield granted(
            item, grantee=ident(MEMBERSHIPS, item, "service_account_id"), role=item.get("workspace_role"), words=ROLES,
            target=place, at=place, sort="service",
        )  # fmt: skip


@collects(Setting, ISSUERS, where={"setting.name": (LIFETIME, REPLAY)}, per="source")
def issuers(handle: Handle) -> Iterator[Setting]:
    """How long an outside token may live, and whether it counts once only, for each identity provider that is trusted."""
    for item in handle.each(ISSUERS):
        values = {LIFETIME: count(item.get("max_jwt_lifetime_seconds")), REPLAY: flag(item.get("check_jti"))}
        for name, value in values.items():
            yield Setting(
                subject=f"{ident(ISSUERS, item)}/{name}", name=name, value=value, set_by=text(item.get("issuer_url")),
                updated=moment_in(item, "updated_at"),
            )  # fmt: skip


@collects(AccessGrant, RULES, per="source")
def rules(handle: Handle) -> Iterator[AccessGrant]:
    """Which outside identities may get a token for which service account, with which scopes and in which workspaces."""
    for item in handle.each(RULES):
        scopes = tuple(sorted(str(item.get("oauth_scope", "")).split()))
        strange = [scope for scope in scopes if scope not in SCOPES]
        claims = inside(item, "match")
        everywhere = item.get("applies_to_all_workspaces") is True
        places = tuple(sorted(str(each) for each in item.get("workspace_ids") or [item.get("workspace_id")] if each))
        yield AccessGrant(
            subject=ident(RULES, item), grantee=ident(RULES, item, "issuer_id"), grantee_name=text(item.get("name")),
            grantee_sort="service", on_behalf_of="none",
            purpose="administer" if strange or "org:admin" in scopes else "use", permissions=scopes,
            target=str(inside(item, "target").get("service_account_id", "service_account")),
            resources=ABSENT if everywhere or not places else places,
            verdict=unknown_value(" ".join(strange)) if strange or not scopes else "allowed",
            via=tuple(f"{name}: {value}" for name, value in sorted(claims.items()) if isinstance(value, str)),
            granted=moment_in(item, "created_at"),
        )  # fmt: skip
