"""API keys and keys of service accounts: what they open, for whom, since when and until when. Never a key itself."""

from collections.abc import Iterator, Mapping
from typing import Any

from annexa.collectors._values import inside, text
from annexa.collectors.google_cloud._api import AI_SERVICES, SERVICES, ai_services, here, moment, odd, rows
from annexa.evidence.call import Call, collects
from annexa.evidence.fact import ABSENT, NOT_EXPOSED, Missing, Names, Text, unknown_value
from annexa.evidence.handle import Handle, Item
from annexa.evidence.kinds import Credential

API_KEYS = Call(
    op="apikeys/v2:projects.locations.keys.list", needs="apikeys.keys.list", path="keys",
    params={
        "pageSize": 300,
        "fields": "nextPageToken,keys(name,uid,displayName,createTime,serviceAccountEmail,restrictions)",
    },
    drop=("keyString",),
)  # fmt: skip
ACCOUNTS = Call(
    op="iam/v1:projects.serviceAccounts.list", needs="iam.serviceAccounts.list", path="accounts",
    params={"pageSize": 100, "fields": "nextPageToken,accounts(name,email,uniqueId,disabled)"},
)  # fmt: skip
ACCOUNT_KEYS = Call(
    op="iam/v1:projects.serviceAccounts.keys.list", needs="iam.serviceAccountKeys.list", path="keys",
    params={
        "keyTypes": ["USER_MANAGED"],
        "fields": "keys(name,keyType,keyOrigin,validAfterTime,validBeforeTime,disabled)",
    },
    drop=("privateKeyData", "publicKeyData"),
)  # fmt: skip
API_KEY, ACCOUNT_KEY = "google_api_key", "google_service_account_key"
CALLERS: Mapping[str, str] = {
    "browserKeyRestrictions": "allowedReferrers", "serverKeyRestrictions": "allowedIps",
    "androidKeyRestrictions": "allowedApplications", "iosKeyRestrictions": "allowedBundleIds",
}  # fmt: skip
"""Restrictions of callers, each with the list that makes it one."""


@collects(Credential, API_KEYS, SERVICES, per="project", where={"credential.type": (API_KEY,)})
def api_keys(handle: Handle) -> Iterator[Credential]:
    """One record per API key of the project, with the AI services that are enabled there and that it is not kept from."""
    enabled = frozenset(ai_services(handle))
    for key in handle.each(API_KEYS, parent=f"{here(handle)}/locations/global"):
        limits = inside(key, "restrictions")
        targets = restricted_to(limits)
        yield Credential(
            subject=str(key["name"]), type=API_KEY, owner=str(key.get("serviceAccountEmail") or here(handle)),
            owner_sort="service" if key.get("serviceAccountEmail") else NOT_EXPOSED, privilege=text(key.get("displayName")),
            state="active", long_term=True, created=moment(key.get("createTime")), expires=ABSENT,
            restricted_to=targets, client_restricted=_callers_named(limits), opens=_opened(targets, enabled),
        )  # fmt: skip


@collects(Credential, SERVICES, ACCOUNTS, ACCOUNT_KEYS, per="project", where={"credential.type": (ACCOUNT_KEY,)})
def service_account_keys(handle: Handle) -> Iterator[Credential]:
    """One record per key that people made for a service account, in projects in which an AI service is enabled."""
    enabled = sorted(ai_services(handle))
    if not enabled:
        return
    accounts = handle.each(ACCOUNTS, name=here(handle))
    for account, reply in handle.many(ACCOUNT_KEYS, accounts, lambda one: {"name": str(one["name"])}):
        with handle.item(str(account["name"])):
            for key in reply.each():
                if key.get("keyType") != "SYSTEM_MANAGED":
                    with handle.citing(account, key):
                        yield _account_key(account, key, tuple(enabled))


def restricted_to(limits: Mapping[str, Any]) -> Names:
    """Services that a key may call; without a list it may call every service of its project."""
    targets = rows(limits, "apiTargets")
    names = sorted(str(one.get("service") or "") for one in targets)
    if "" in names:
        raise odd(API_KEYS, "a restriction names no service")
    return tuple(names) or ABSENT


def _callers_named(limits: Mapping[str, Any]) -> bool:
    """Whether some restriction of callers names at least one of them; an empty one restricts nobody."""
    return any(inside(limits, name).get(listed) for name, listed in CALLERS.items())


def _opened(targets: Names, enabled: frozenset[str]) -> Names:
    allowed = enabled if isinstance(targets, Missing) else enabled & AI_SERVICES & frozenset(targets)
    return tuple(sorted(allowed)) or ABSENT


def _account_key(account: Item, key: Item, enabled: tuple[str, ...]) -> Credential:
    ends = moment(key.get("validBeforeTime"))
    return Credential(
        subject=str(key["name"]), type=ACCOUNT_KEY, owner=str(account.get("email") or account["name"]),
        owner_sort="service", owner_state="disabled" if account.get("disabled") is True else "active",
        state=_state(key), long_term=True if ends is ABSENT else NOT_EXPOSED if isinstance(ends, Missing) else False,
        created=moment(key.get("validAfterTime")), expires=ends, opens=enabled,
    )  # fmt: skip


def _state(key: Item) -> Text:
    """Google leaves `disabled` out where it is not."""
    if key.get("keyType") != "USER_MANAGED":
        return unknown_value(key.get("keyType"))
    return "disabled" if key.get("disabled") is True else "active"
