"""Secrets and certificates of the organisation's own applications: when they end, and whether anybody answers for them."""

from collections.abc import Iterator, Mapping
from typing import Any

from annexa.collectors.microsoft._api import USERS, listed
from annexa.collectors.microsoft._reading import every, flag, moment, odd
from annexa.evidence.call import collects
from annexa.evidence.fact import ABSENT, Flag, Missing, Text, ambiguous
from annexa.evidence.handle import Handle, Item
from annexa.evidence.kinds import Credential

APPLICATIONS = listed(
    "/applications", "Application.Read.All", "id", "appId", "displayName", "passwordCredentials", "keyCredentials",
    params={"$expand": "owners($select=id)"},
)  # fmt: skip
SORTS = {"passwordCredentials": "entra_client_secret", "keyCredentials": "entra_certificate"}
MOST = 20
"""Owners that Graph hands over with an application at most."""
People = Mapping[str, Flag]
"""Whether an account is switched on, by its id."""


@collects(Credential, APPLICATIONS, USERS, per="source", where={"credential.type": tuple(SORTS.values())})
def secrets(handle: Handle) -> Iterator[Credential]:
    """One record per secret and certificate of an application that is registered in the tenant."""
    people = handle.detail(USERS, lambda: {item["id"]: flag(item, "accountEnabled") for item in every(handle, USERS)})
    for item in every(handle, APPLICATIONS):
        with handle.citing(item):
            state, active = _owned(item, people)
            for name, sort in SORTS.items():
                if not isinstance(item.get(name), list):
                    raise odd(APPLICATIONS, f"an application has no list of {name}")
                for row in item[name]:
                    yield _credential(handle, item, row, sort, state, active)


def _credential(handle: Handle, item: Item, row: Any, sort: str, state: Text, active: Flag) -> Credential:
    if not isinstance(row, Mapping) or not isinstance(row.get("keyId"), str):
        raise odd(APPLICATIONS, "a secret has no id")
    ends = moment(row, "endDateTime")
    over = isinstance(ends, str) and ends <= str(handle.known["now"])
    return Credential(
        subject=f"{item['id']}/{row['keyId']}", type=sort, owner=str(item.get("appId") or item["id"]).lower(),
        owner_sort="service", owner_state=state, owner_has_access=active, state="expired" if over else "active",
        created=moment(row, "startDateTime"), expires=ends,
    )  # fmt: skip


def _owned(item: Item, people: People | Missing) -> tuple[Text, Flag]:
    """What the owners' accounts amount to, and whether one of them is switched on."""
    owners = item.get("owners")
    if not isinstance(owners, list):
        raise odd(APPLICATIONS, "an application has no list of owners")
    if not owners:
        return ABSENT, False
    if isinstance(people, Missing):
        return people, people
    found = [people.get(str(one.get("id"))) if isinstance(one, Mapping) else None for one in owners]
    if any(one is True for one in found):
        return "enabled", True
    if all(one is False for one in found) and len(found) < MOST:
        return "disabled", False
    open_ = ambiguous(f"{len(found)} owners", "an owner is no account of a person, or its state is not known")
    return open_, open_
