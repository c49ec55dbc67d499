"""Every application that Okta knows, AI or not: to whom it is assigned, and under which policy people sign in to it.

An app, its assignments and its sign-on policy make one record, so that whatever is asked of an app is seen in one place.
"""

from collections.abc import Generator, Iterator, Mapping
from dataclasses import dataclass

from annexa.collectors._rest import Read
from annexa.collectors._values import moment_in, text
from annexa.collectors.okta import _apps
from annexa.collectors.okta._api import ADDRESSES, LINKED
from annexa.collectors.okta.policies import RULES, described, rules_of
from annexa.evidence.answer import UnreadError
from annexa.evidence.call import Call, collects
from annexa.evidence.fact import Missing, Names, Text, ambiguous, unread
from annexa.evidence.handle import Handle, Item, Reply
from annexa.evidence.kinds.access import AccessGrant, AccessPolicy
from annexa.evidence.kinds.systems import Application
from annexa.schemas.words import Reason

APPS = Read(
    op="GET /api/v1/apps",
    needs="okta.apps.read",
    path="",
    pager=LINKED,
    # Without it Okta leaves out apps that are switched off.
    params={"includeNonDeleted": True, "limit": 200},
    keep=ADDRESSES,
)
APP_GROUPS = Read(
    op="GET /api/v1/apps/{appId}/groups",
    needs="okta.apps.read",
    path="",
    pager=LINKED,
    params={"expand": "group", "limit": 200},
    keep=("name",),
)
APP_USERS = Read(
    op="GET /api/v1/apps/{appId}/users", needs="okta.apps.read", path="", pager=LINKED, params={"limit": 500}
)
ACCESS = "ACCESS_POLICY"
POLICIES = Read(op="GET /api/v1/policies", needs="okta.policies.read", path="", pager=LINKED, params={"type": ACCESS})


@collects((Application, AccessGrant, AccessPolicy), APPS, APP_GROUPS, APP_USERS, POLICIES, RULES, per="source",
          where={"access_policy.type": (ACCESS,), "access_grant.purpose": ("use",)})  # fmt: skip
def applications(handle: Handle) -> Iterator[Application | AccessGrant | AccessPolicy]:
    """One record per application, one per assignment of it, and one per policy by which people sign in to apps."""
    policies = yield from _policies(handle)
    for app, reply in handle.many(APP_GROUPS, handle.each(APPS), lambda app: {"appId": str(app["id"])}):
        with handle.item(str(app["id"])):
            yield from _application(handle, app, reply, policies)


@dataclass(frozen=True, kw_only=True)
class _Policy:
    """What a sign-on policy asks for, with the answers that say so."""

    requires: Names
    cited: tuple[Item, ...] = ()


@dataclass(frozen=True, kw_only=True)
class _Policies:
    """The sign-on policies by id, as far as they were read."""

    found: Mapping[str, _Policy]
    lost: Missing | None
    """Why these may not be all."""


def _policies(handle: Handle) -> Generator[AccessPolicy, None, _Policies]:
    """Yields each sign-on policy and returns what they ask for; those that came stay, if the rest does not."""
    found: dict[str, _Policy] = {}
    lost: Missing | None = None
    try:
        for policy, reply in handle.many(RULES, handle.each(POLICIES), rules_of):
            with handle.item(str(policy["id"])), handle.citing(policy):
                rules = _listed(handle, RULES, reply)
                made = described(policy, rules, ACCESS)
                cited = (policy, *(() if isinstance(rules, Missing) else rules))
                found[made.subject] = _Policy(requires=_in_force(made), cited=cited)
                yield made
    except UnreadError as error:
        trouble = error.trouble
        handle.note(POLICIES, trouble.reason, f"{trouble.code}: {trouble.says}", cure=trouble.cure)
        lost = unread(f"{POLICIES.op}: {trouble.reason}")
    return _Policies(found=found, lost=lost)


def _in_force(policy: AccessPolicy) -> Names:
    if policy.state == "enforced":
        return policy.requires
    return policy.state if isinstance(policy.state, Missing) else ambiguous("INACTIVE", "the policy is switched off")


def _application(handle: Handle, app: Item, reply: Reply, policies: _Policies) -> Iterator[Application | AccessGrant]:
    key, policy_id = str(app["id"]), _apps.policy_of(app)
    policy = _asked_by(handle, policy_id, policies)
    with handle.citing(app, *policy.cited):
        groups, users = _listed(handle, APP_GROUPS, reply), _no_users()
        if groups == []:  # elsewhere the list of an app's users would repeat the members of its groups
            users = handle.detail(APP_USERS, lambda: list(handle.each(APP_USERS, appId=key)))
        yield Application(
            subject=key, vendor_id=str(app["name"]), name=text(app.get("label")), created=moment_in(app, "created"),
            consented=_apps.consented(app, groups, users), state=_apps.state(app), sign_on=_apps.sign_on(app),
            sign_on_policy=policy_id, sign_on_requires=policy.requires, domains=_apps.domains(app),
        )  # fmt: skip
    for entries, sort in ((groups, "groups"), (users, "users")):
        for entry in [] if isinstance(entries, Missing) else entries:
            with handle.citing(app, entry):
                yield _apps.assignment(app, entry, sort)


def _asked_by(handle: Handle, policy: Text, policies: _Policies) -> _Policy:
    """What the policy of an app asks for."""
    if isinstance(policy, Missing):
        return _Policy(requires=policy)
    if policy in policies.found:
        return policies.found[policy]
    if policies.lost is not None:
        return _Policy(requires=policies.lost)
    says = "the sign-on policy of this app is not among those that Okta lists"
    handle.note(POLICIES, Reason.VISIBILITY_UNPROVED, says, cure="Run again; if it stays, check the role of the key.")
    return _Policy(requires=unread(says))


def _listed(handle: Handle, call: Call, reply: Reply) -> list[Item] | Missing:
    """All items of a reply; a list that broke off counts as unread as a whole."""
    return handle.detail(call, lambda: list(reply.each()))


def _no_users() -> list[Item] | Missing:
    return []
