"""Which accounts and regions exist: what every other collector is expected to reach.

A list of accounts is believed only if it holds the caller's own account and the management account. "Not in an
organisation" proves exactly one account. That a service is absent in a region is claimed only from AWS's own public
lists, and only where they hold the region for another service.
"""

from collections.abc import Iterator
from typing import Literal

from annexa.collectors.aws._values import CLASSIFICATION, ENVIRONMENT, pairs, tagged
from annexa.evidence.answer import UnreadError
from annexa.evidence.call import Call, collects
from annexa.evidence.fact import NOT_EXPOSED, Missing, ambiguous, unknown_value
from annexa.evidence.handle import Handle, Item
from annexa.evidence.kinds.systems import Scope
from annexa.schemas.words import Reason

CALLER = Call(op="sts:GetCallerIdentity", needs="sts:GetCallerIdentity")
DESCRIBE_ORGANISATION = Call(
    op="organizations:DescribeOrganization",
    needs="organizations:DescribeOrganization",
    path="Organization",
    absent=("AWSOrganizationsNotInUseException",),
    drop=("MasterAccountEmail",),
)
LIST_ACCOUNTS = Call(
    op="organizations:ListAccounts", needs="organizations:ListAccounts", path="Accounts", keep=("Name",),
    drop=("Email",),
)  # fmt: skip
LIST_TAGS = Call(op="organizations:ListTagsForResource", needs="organizations:ListTagsForResource", path="Tags")
LIST_REGIONS = Call(op="account:ListRegions", needs="account:ListRegions", path="Regions")
DESCRIBE_REGIONS = Call(
    op="ec2:DescribeRegions", needs="ec2:DescribeRegions", path="Regions", params={"AllRegions": True}
)
PUBLIC_LIST = Call(
    op="ssm:GetParametersByPath", needs="ssm:GetParametersByPath", path="Parameters", keep=("Value",),
    unconfirmed="AWS documents the path, not which service codes it holds; a code that it lacks proves nothing.",
)  # fmt: skip

INFRASTRUCTURE = "/aws/service/global-infrastructure/services"
"""Where AWS publishes its regions and services; it can be read in some regions only, us-east-1 among them."""
SERVICES = {
    "bedrock": "bedrock",
    "bedrock-agent": "bedrock-agent",
    "bedrock-agentcore": "bedrock-agentcore-control",
    "sagemaker": "sagemaker",
}
"""AWS's code of a service in that list, and the name by which calls know it."""
CURE = "Run as the management account, or as a delegated administrator of AWS Organizations."

State = Literal["enabled", "disabled", "suspended", "closing"]
ACCOUNT_STATES: dict[str, State] = {
    "ACTIVE": "enabled", "SUSPENDED": "suspended", "PENDING_CLOSURE": "closing", "CLOSED": "disabled",
}  # fmt: skip
REGION_STATES: dict[str, State] = {
    "ENABLED": "enabled", "ENABLED_BY_DEFAULT": "enabled", "DISABLED": "disabled",
    "opt-in-not-required": "enabled", "opted-in": "enabled", "not-opted-in": "disabled",
}  # fmt: skip
OPEN_STATES = ("PENDING_ACTIVATION", "ENABLING", "DISABLING")
"""Documented states on the way from one to the other: something may run there, or not."""


@collects(
    Scope,
    CALLER,
    DESCRIBE_ORGANISATION,
    LIST_ACCOUNTS,
    LIST_TAGS,
    where={"scope.level": ("account",)},
    per="source",
    lists_scopes="account",
)
def accounts(handle: Handle) -> Iterator[Scope]:
    """Every account of the organisation, or the caller's own account where there is no organisation."""
    caller = handle.one(CALLER)
    organisation = handle.attempt(DESCRIBE_ORGANISATION)
    if organisation is None:
        yield _alone(caller)
        return
    seen = set[str]()
    try:
        for account in handle.each(LIST_ACCOUNTS):
            seen.add(str(account["Id"]))
            with handle.item(str(account["Id"])):
                yield _account(account, _tags(handle, account))
    except UnreadError as error:
        handle.note(LIST_ACCOUNTS, error.trouble.reason, f"{error.trouble.code}: {error.trouble.says}", cure=CURE)
        if caller["Account"] not in seen:
            with handle.citing(caller):
                yield _alone(caller)
        return
    _believe(handle, caller, organisation, seen)


@collects(
    Scope,
    LIST_REGIONS,
    DESCRIBE_REGIONS,
    PUBLIC_LIST,
    where={"scope.level": ("region",)},
    per="account",
    lists_scopes="region",
)
def regions(handle: Handle) -> Iterator[Scope]:
    """Every region of the account, opted in or not, with the AI services that AWS does not offer there."""
    account = str(handle.known["account"])
    call, found = _regions(handle)
    if not found:
        handle.note(call, Reason.INVALID_ANSWER, "the account's list of regions is empty", cure="Run again.")
    offered, cited = _offered(handle, account)
    for region in found:
        name = str(region["RegionName"])
        lacking = tuple(sorted(service for service, there in offered.items() if name not in there))
        absent = lacking if len(lacking) < len(offered) else ()
        with handle.citing(region, *(cited if absent else ())):
            yield Scope(
                subject=f"{account}/{name}", level="region", path=f"{account}/{name}", at=f"{account}/{name}",
                name=name, state=_region_state(region), absent_services=absent,
            )  # fmt: skip


def _alone(caller: Item) -> Scope:
    account = str(caller["Account"])
    return Scope(subject=account, level="account", path=account, at=account, state="enabled")


def _account(account: Item, tags: tuple[str, ...] | Missing) -> Scope:
    number = str(account["Id"])
    return Scope(
        subject=number, level="account", path=number, at=number, name=account.get("Name", NOT_EXPOSED),
        state=_state(account.get("State", account.get("Status")), ACCOUNT_STATES),
        environment=tagged(tags, ENVIRONMENT), classification=tagged(tags, CLASSIFICATION),
    )  # fmt: skip


def _tags(handle: Handle, account: Item) -> tuple[str, ...] | Missing:
    return handle.detail(LIST_TAGS, lambda: pairs(handle.each(LIST_TAGS, ResourceId=str(account["Id"]))))


def _believe(handle: Handle, caller: Item, organisation: Item | Missing, seen: set[str]) -> None:
    """Note a list that lacks an account which must be in it."""
    must = {str(caller["Account"])}
    if not isinstance(organisation, Missing) and organisation.get("MasterAccountId"):
        must.add(str(organisation["MasterAccountId"]))
    lacking = sorted(must - seen)
    if lacking:
        says = f"the list of accounts lacks {', '.join(lacking)}"
        handle.note(LIST_ACCOUNTS, Reason.INVALID_ANSWER, says, cure="Run again; if it stays, report it.")


def _regions(handle: Handle) -> tuple[Call, list[Item]]:
    """The account's regions; EC2 is asked where the account service may not be."""
    try:
        return LIST_REGIONS, list(handle.each(LIST_REGIONS))
    except UnreadError:
        return DESCRIBE_REGIONS, list(handle.each(DESCRIBE_REGIONS))


def _offered(handle: Handle, account: str) -> tuple[dict[str, frozenset[str]], list[Item]]:
    """Regions in which AWS offers each service, as far as its list holds the service; and the pages that say so.

    Without that list the regions are listed all the same: nothing is called absent, and every service is asked for.
    """
    cited: dict[str, Item] = {}
    offered: dict[str, frozenset[str]] = {}
    with handle.item(account):
        for code, service in SERVICES.items():
            listed = list(handle.each(PUBLIC_LIST, Path=f"{INFRASTRUCTURE}/{code}/regions"))
            if listed:
                offered[service] = frozenset(str(item["Value"]) for item in listed)
                cited.update((item.origin.page, item) for item in listed)
    return offered, list(cited.values())


def _region_state(region: Item) -> State | Missing:
    return _state(region.get("RegionOptStatus", region.get("OptInStatus")), REGION_STATES)


def _state(raw: str | None, words: dict[str, State]) -> State | Missing:
    if raw is None:
        return NOT_EXPOSED
    if raw in OPEN_STATES:
        return ambiguous(raw, "on the way from one state to another")
    return words.get(raw, unknown_value(raw))
