"""Who is in the team, who holds a seat and used it last when, and who may administer the team.

Cursor dates no seat. Usage is told by day and by e-mail address, 30 days at a time; the newest window is asked first, and
an older one only for members who are not in a newer one. A window that could not be read leaves those members unread.
"""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any, Literal

from annexa.collectors._rest import Read
from annexa.collectors._values import choose, text
from annexa.collectors.cursor import _api
from annexa.collectors.cursor._api import ADMIN, ENTERPRISE, PAGES, ident, moment
from annexa.evidence.call import collects
from annexa.evidence.clock import parse
from annexa.evidence.fact import ABSENT, NOT_EXPOSED, Missing, When
from annexa.evidence.handle import Handle, Item
from annexa.evidence.kinds import AccessGrant, AiSystem, Identity

MEMBERS = Read(op=_api.MEMBERS, needs=ADMIN, path="teamMembers", plan=ENTERPRISE)
USAGE = Read(
    op=_api.USAGE, needs=ADMIN, path="data", pager=PAGES, plan=ENTERPRISE, body={"pageSize": 500},
    body_params=("startDate", "endDate", "page"),
)  # fmt: skip
GROUPS = Read(op=_api.GROUPS, needs=ADMIN, path="groups", plan=ENTERPRISE)

ROLES: Mapping[str, tuple[Literal["administer", "use"], ...]] = {
    "member": ("use",),
    "owner": ("administer", "use"),
    "free-owner": ("administer",),
}
"""What a role brings: a seat, the administration of the team, or both; an unpaid administrator has no seat."""
TARGET = "cursor"
WINDOW, WINDOWS = timedelta(days=30), 3
"""Cursor tells 30 days of usage at a time; so many are asked for at most."""


@collects(Identity, MEMBERS, GROUPS, per="source")
def members(handle: Handle) -> Iterator[Identity]:
    """One record per member, removed ones included; who is in a group of the directory is managed by it."""
    synced = handle.detail(GROUPS, lambda: _synced(handle))
    for member in handle.each(MEMBERS):
        with handle.item(str(member.get("id"))):
            who = ident(MEMBERS, member)
            yield Identity(
                subject=who, name=text(member.get("email")), sort="person",
                state=choose(member.get("isRemoved"), {False: "active", True: "removed"}),
                managed=synced if isinstance(synced, Missing) else "scim" if who in synced else NOT_EXPOSED,
            )  # fmt: skip


@collects(
    (AccessGrant, AiSystem), MEMBERS, USAGE, per="source",
    where={"access_grant.target": (TARGET,), "ai_system.category": ("service",), "ai_system.provider": ("cursor",)},
)  # fmt: skip
def seats(handle: Handle) -> Iterator[AccessGrant | AiSystem]:
    """The team as an AI service, one record per seat with its last active day, and one per administrator."""
    found = list(handle.each(MEMBERS))
    team = str(handle.known["team"])
    yield AiSystem(subject=team, category="service", provider="cursor", name="Cursor team")
    holders = [one for one in found if one.get("isRemoved") is not True]
    used = _LastDays(handle, {mail for one in holders if _seated(one) and (mail := _mail(one))})
    for member in holders:
        with handle.item(str(member.get("id"))), handle.citing(member, *used.rests_on(member)):
            yield from _grants(member, used)


def _grants(member: Item, used: "_LastDays") -> Iterator[AccessGrant]:
    """The grants of a role; of one that nobody knows, both, neither of them certain."""
    who, role = ident(MEMBERS, member), member.get("role")
    purposes = choose(role, ROLES)
    unknown = purposes if isinstance(purposes, Missing) else None
    doubt = unknown or choose(member.get("isRemoved"), {False: None})
    for purpose in ROLES["owner"] if isinstance(purposes, Missing) else purposes:
        seat = purpose == "use"
        yield AccessGrant(
            subject=f"{who}#{'seat' if seat else 'administer'}", grantee=who, grantee_name=text(member.get("email")),
            grantee_sort="user", on_behalf_of="user", purpose=purpose,
            permissions=("seat",) if seat else (str(role),), target=TARGET,
            verdict=doubt if isinstance(doubt, Missing) else "allowed", via=(f"role {role}",),
            last_used=(unknown or used.of(member)) if seat else NOT_EXPOSED,
        )  # fmt: skip


class _LastDays:
    """The last active day of every seat, as far as it was read."""

    def __init__(self, handle: Handle, wanted: set[str]) -> None:
        self._days: dict[str, tuple[When, Item]] = {}
        self._broken: Missing | None = None
        self._told: set[str] = set()
        end = parse(str(handle.known["now"])).replace(minute=0, second=0, microsecond=0)
        for _ in range(WINDOWS):
            if self._broken is not None or wanted <= set(self._days):
                return
            begin = end - WINDOW
            read = handle.detail(USAGE, lambda begin=begin, end=end: self._read(handle, begin, end))  # type: ignore[misc]
            self._broken = read if isinstance(read, Missing) else None
            end = begin

    def of(self, member: Item) -> When:
        """The day; `absent` where all windows were read and none of them has one."""
        mail = _mail(member)
        if mail in self._days:
            return self._days[mail][0]
        if self._broken is not None:
            return self._broken
        return ABSENT if mail in self._told else NOT_EXPOSED

    def rests_on(self, member: Item) -> tuple[Item, ...]:
        """The row of usage that the day comes from."""
        found = self._days.get(_mail(member))
        return () if found is None else (found[1],)

    def _read(self, handle: Handle, begin: Any, end: Any) -> None:
        """One window as a whole, or nothing of it."""
        newest: dict[str, tuple[When, Item]] = {}
        for row in handle.each(USAGE, startDate=_millis(begin), endDate=_millis(end)):
            mail, day = _mail(row), moment(row.get("date"))
            self._told |= {mail} - {""}
            if row.get("isActive") is False or not mail:
                continue
            if row.get("isActive") is not True:
                day = choose(row.get("isActive"), {})
            known = newest.get(mail)
            if known is None or not isinstance(known[0], str) or (isinstance(day, str) and day > known[0]):
                newest[mail] = (day, row)
        self._days = {**newest, **self._days}


def _synced(handle: Handle) -> set[str]:
    """Members of groups that follow the directory."""
    return {
        str(one.get("userId"))
        for group in handle.each(GROUPS)
        if group.get("directoryGroupId")
        for one in group.get("currentMembers") or ()
        if isinstance(one, Mapping)
    }


def _seated(member: Item) -> bool:
    return "use" in ROLES.get(str(member.get("role")), ())


def _mail(item: Item) -> str:
    found = item.get("email")
    return found.casefold() if isinstance(found, str) else ""


def _millis(at: Any) -> int:
    return int(at.timestamp() * 1000)
