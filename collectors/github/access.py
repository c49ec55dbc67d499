"""Who belongs to the organisation, with which second factor, who owns it, and which tokens reach into it."""

from collections.abc import Iterable, Iterator
from typing import Any, Literal

from annexa.collectors._rest import Read
from annexa.collectors._values import choose, moment_in, text
from annexa.collectors.github._api import PAGE, PAGES, user, user_name
from annexa.collectors.github._rights import listed, purpose_of, resources_of, target_of
from annexa.evidence.call import collects
from annexa.evidence.fact import ABSENT, NOT_EXPOSED, Missing, unknown_value
from annexa.evidence.handle import Handle, Item
from annexa.evidence.kinds import AccessGrant, Credential, Identity
from annexa.schemas.words import Reason

MEMBERS_READ = "organisation: Members (read)"
MEMBERS = Read(op="GET /orgs/{org}/members", needs=MEMBERS_READ, path="", pager=PAGES, params={**PAGE, "role": "all"})
OWNERS = Read(op="GET /orgs/{org}/members", needs=MEMBERS_READ, path="", pager=PAGES, params={**PAGE, "role": "admin"})
WITHOUT_MFA = Read(
    op="GET /orgs/{org}/members", needs=MEMBERS_READ, path="", pager=PAGES, params={**PAGE, "filter": "2fa_disabled"}
)
WEAK_MFA = Read(
    op="GET /orgs/{org}/members", needs=MEMBERS_READ, path="", pager=PAGES, params={**PAGE, "filter": "2fa_insecure"}
)
OUTSIDERS = Read(op="GET /orgs/{org}/outside_collaborators", needs=MEMBERS_READ, path="", pager=PAGES, params=PAGE)
OUTSIDERS_WITHOUT_MFA = Read(
    op="GET /orgs/{org}/outside_collaborators", needs=MEMBERS_READ, path="", pager=PAGES,
    params={**PAGE, "filter": "2fa_disabled"},
)  # fmt: skip
TOKENS = Read(
    op="GET /orgs/{org}/personal-access-tokens", needs="organisation: Personal access tokens (read)", path="",
    pager=PAGES, params=PAGE,
)  # fmt: skip

Sort = Literal["person", "service", "guest"]
SORTS: dict[str, Sort] = {"User": "person", "Bot": "service"}


@collects(Identity, MEMBERS, WITHOUT_MFA, WEAK_MFA, per="source")
def members(handle: Handle) -> Iterator[Identity]:
    """One record per member; only an owner's view lists them all, which the lists of second factors prove."""
    org = handle.known["org"]
    without, weak = _ids(handle, WITHOUT_MFA, org), _ids(handle, WEAK_MFA, org)
    number = 0
    for member in handle.each(MEMBERS, org=org):
        number += 1
        yield _identity(member, without, weak, choose(member.get("type"), SORTS))
    _expect_some(handle, MEMBERS, number)


@collects(Identity, OUTSIDERS, OUTSIDERS_WITHOUT_MFA, per="source")
def outside_collaborators(handle: Handle) -> Iterator[Identity]:
    """One record per person outside the organisation who may enter some of its repositories."""
    org = handle.known["org"]
    without = _ids(handle, OUTSIDERS_WITHOUT_MFA, org)
    for outsider in handle.each(OUTSIDERS, org=org):
        yield _identity(outsider, without, NOT_EXPOSED, "guest")


@collects(AccessGrant, OWNERS, per="source", where={"access_grant.purpose": ("administer",)})
def owners(handle: Handle) -> Iterator[AccessGrant]:
    """One record per owner: owners set Copilot's policies, hand out seats and approve apps."""
    number = 0
    for owner in handle.each(OWNERS, org=handle.known["org"]):
        number += 1
        yield AccessGrant(
            subject=f"{user(owner)}#administer",
            grantee=user(owner),
            grantee_name=user_name(owner),
            grantee_sort="user",
            on_behalf_of="none",
            purpose="administer",
            permissions=("owner",),
            target="organisation",
            verdict="allowed",
            via=("role admin of the organisation",),
        )
    _expect_some(handle, OWNERS, number)


@collects(
    (Credential, AccessGrant), TOKENS, per="source", where={"access_grant.purpose": ("read", "write", "administer")}
)
def access_tokens(handle: Handle) -> Iterator[Credential | AccessGrant]:
    """One record per fine-grained token that may enter the organisation, and one for what it may do there."""
    for token in handle.each(TOKENS, org=handle.known["org"]):
        reach = choose(token.get("repository_selection"), {"all": "all", "subset": "selected", "none": "no"})
        rights = _rights(token)
        yield _credential(token, reach, rights)
        if not isinstance(token.get("permissions"), dict):
            name = f"token/{token['token_id']}"
            handle.note(TOKENS, Reason.INVALID_ANSWER, "its permissions are not shown", subject=name)
        elif token.get("token_expired") is not True:
            yield _grant(token, reach, rights)


def _ids(handle: Handle, call: Read, org: str) -> frozenset[str] | Missing:
    """Accounts of a list that only owners may ask for; a refusal is noted and leaves their state unread."""
    found = handle.detail(call, lambda: list(handle.each(call, org=org)))
    return found if isinstance(found, Missing) else frozenset(user(account) for account in found)


def _expect_some(handle: Handle, call: Read, number: int) -> None:
    if not number:
        handle.note(
            call, Reason.VISIBILITY_UNPROVED, "an empty list, though every organisation has an owner",
            cure="Give the App the organisation permission Members (read), or ask with an owner's token.",
        )  # fmt: skip


def _identity(
    account: Item, without: frozenset[str] | Missing, weak: frozenset[str] | Missing, sort: Sort | Missing
) -> Identity:  # fmt: skip
    name = user(account)
    return Identity(
        subject=name,
        name=user_name(account),
        sort=sort,
        state="active",
        mfa=without if isinstance(without, Missing) else name not in without,
        mfa_weak=weak if isinstance(weak, Missing) else name in weak,
    )


def _rights(token: Item) -> tuple[str, ...]:
    """What a token may do: `organization/members:read`, `repository/contents:write`."""
    found = token.get("permissions")
    groups: Iterable[Any] = found.items() if isinstance(found, dict) else ()
    return listed({f"{group}/{name}": level for group, rights in groups if isinstance(rights, dict)
                   for name, level in rights.items()})  # fmt: skip


def _credential(token: Item, reach: str | Missing, rights: tuple[str, ...]) -> Credential:
    expired = token.get("token_expired")
    return Credential(
        subject=f"token/{token['token_id']}",
        type="fine_grained_personal_access_token",
        owner=user(token["owner"]),
        owner_sort="user",
        privilege=f"{reach} repositories: {', '.join(rights)}" if isinstance(reach, str) else reach,
        state={True: "expired", False: "active"}.get(expired, unknown_value(expired)),  # type: ignore[arg-type]
        long_term="token_expires_at" in token and token["token_expires_at"] is None,
        expires=moment_in(token, "token_expires_at", ABSENT),
        last_used=moment_in(token, "token_last_used_at", ABSENT),
    )


def _grant(token: Item, reach: str | Missing, rights: tuple[str, ...]) -> AccessGrant:
    purpose = purpose_of(rights)
    return AccessGrant(
        subject=f"token/{token['token_id']}#{purpose}",
        grantee=user(token["owner"]),
        grantee_name=text(token["owner"].get("login")),
        grantee_sort="user",
        on_behalf_of="user",
        purpose=purpose,
        permissions=rights,
        target=target_of(reach),
        resources=resources_of(reach),
        verdict="allowed",
        via=(f"fine-grained token {token.get('token_name')}",),
        granted=moment_in(token, "access_granted_at"),
        last_used=moment_in(token, "token_last_used_at", ABSENT),
    )
