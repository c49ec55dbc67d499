"""Who may let an application into the tenant: everybody, nobody, or an administrator whom people ask; and who asked."""

from collections.abc import Iterator, Mapping
from typing import Any

from annexa.collectors._values import inside
from annexa.collectors.microsoft._api import listed, single
from annexa.collectors.microsoft._reading import every, flag, names, odd, text
from annexa.evidence.call import collects
from annexa.evidence.fact import ABSENT, NOT_EXPOSED, Missing, Text, ambiguous
from annexa.evidence.handle import Handle
from annexa.evidence.kinds import AccessPolicy, Alert, Setting

AUTHORIZATION = single("/policies/authorizationPolicy", "Policy.Read.All")
REQUESTS = single("/policies/adminConsentRequestPolicy", "Policy.Read.All")
GRANT_POLICIES = listed("/policies/permissionGrantPolicies", "Policy.Read.PermissionGrant", top=None)
ASKED = listed("/identityGovernance/appConsent/appConsentRequests", "ConsentRequest.Read.All", top=None)
USER_CONSENT, ADMIN_FLOW = "microsoft.user_consent", "microsoft.admin_consent_flow"
REVIEWERS, REQUEST = "microsoft.admin_consent_reviewers", "microsoft.consent_request"
FOR_SELF = "managepermissiongrantsforself."
"""How policies begin that let people agree for themselves; others are about groups and chats that they own."""
ANY_APP = "microsoft-user-default-legacy"
"""The built-in policy that sets no limit."""
GRANT_POLICY = "permission_grant"


@collects(Setting, AUTHORIZATION, per="source", where={"setting.name": (USER_CONSENT,)})
def user_consent(handle: Handle) -> Iterator[Setting]:
    """Under which policy people may agree that an application acts for them; `none`: not at all."""
    item = handle.one(AUTHORIZATION)
    yield Setting(subject=USER_CONSENT, name=USER_CONSENT, value=_policy(item), set_by="authorizationPolicy")


@collects(Setting, REQUESTS, per="source", where={"setting.name": (ADMIN_FLOW, REVIEWERS)})
def admin_consent_flow(handle: Handle) -> Iterator[Setting]:
    """Whether people can ask an administrator to let an application in, and how many are named to answer."""
    item = handle.one(REQUESTS)
    yield Setting(
        subject=ADMIN_FLOW, name=ADMIN_FLOW, value=flag(item, "isEnabled"), set_by="adminConsentRequestPolicy"
    )
    named = item.get("reviewers")
    yield Setting(
        subject=REVIEWERS, name=REVIEWERS, value=len(named) if isinstance(named, list) else NOT_EXPOSED,
        set_by="adminConsentRequestPolicy",
    )  # fmt: skip


@collects(Alert, ASKED, per="source", where={"alert.type": (REQUEST,)})
def consent_requests(handle: Handle) -> Iterator[Alert]:
    """One record per application that somebody asked for; why they asked is never read."""
    for item in every(handle, ASKED):
        pending = item.get("pendingScopes")
        state = ("pending" if pending else "settled") if isinstance(pending, list) else NOT_EXPOSED
        closed = ABSENT if state == "pending" else NOT_EXPOSED
        yield Alert(
            subject=item["id"],
            type=REQUEST,
            state=state,
            closed=closed,
            about=text(item, "appDisplayName"),
            resource=text(item, "appId"),
        )


@collects(AccessPolicy, GRANT_POLICIES, per="source", where={"access_policy.type": (GRANT_POLICY,)})
def permission_grant_policies(handle: Handle) -> Iterator[AccessPolicy]:
    """One record per consent policy that exists, built-in ones among them; which one holds is the setting above."""
    for item in every(handle, GRANT_POLICIES):
        yield AccessPolicy(subject=item["id"], name=text(item, "displayName"), type=GRANT_POLICY)


def _policy(item: Mapping[str, Any]) -> Text:
    """The policy that lets most in, where several are assigned."""
    assigned = names(inside(item, "defaultUserRolePermissions").get("permissionGrantPoliciesAssigned"))
    if isinstance(assigned, Missing):
        raise odd(AUTHORIZATION, "the policy has no list of what people may agree to")
    mine = {name[len(FOR_SELF) :] for name in assigned if name.lower().startswith(FOR_SELF)}
    if ANY_APP in mine:
        return ANY_APP
    if len(mine) < 2:
        return mine.pop() if mine else "none"
    return ambiguous(", ".join(sorted(mine)), "several policies hold at once")
