"""Conditional access: for whom and for which applications a policy asks for what, and whom it leaves out.

Includes and excludes both count; a policy that only reports is not enforced; members of groups that are left out are counted.
"""

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any, Literal

from annexa.collectors._graph import GRAPH_PAGES
from annexa.collectors._rest import Read
from annexa.collectors._values import choose, inside
from annexa.collectors.microsoft._api import CONDITIONAL_ACCESS, single
from annexa.collectors.microsoft._reading import every, flag, names, text
from annexa.evidence.call import collects
from annexa.evidence.fact import ABSENT, NOT_EXPOSED, Count, Missing, Names, ambiguous, unknown_value
from annexa.evidence.handle import Handle, Item
from annexa.evidence.kinds import AccessPolicy, Setting

POLICIES = Read(op=CONDITIONAL_ACCESS, path="value", needs="Policy.Read.All", pager=GRAPH_PAGES)
MEMBERS = Read(
    op="GET /groups/{id}/transitiveMembers", path="value", needs="Directory.Read.All", pager=GRAPH_PAGES,
    params={"$top": 999, "$select": "id"},
)  # fmt: skip
DEFAULTS = single("/policies/identitySecurityDefaultsEnforcementPolicy", "Policy.Read.All")
TYPE, SECURITY_DEFAULTS = "conditional_access", "microsoft.security_defaults"
State = Literal["enforced", "report_only", "off"]
STATES: Mapping[str, State] = {
    "enabled": "enforced", "disabled": "off", "enabledForReportingButNotEnforced": "report_only",
}  # fmt: skip
NOBODY: tuple[Any, ...] = (None, "None", "none", [], ["None"], ["none"])
NARROWS = (
    "authenticationFlows", "clientApplications", "devices", "insiderRiskLevels", "locations", "platforms",
    "servicePrincipalRiskLevels", "signInRiskLevels", "userRiskLevels",
)  # fmt: skip
"""Conditions that make a policy hold for some sign-ins only."""
LEFT_OUT = ("excludeUsers", "excludeGroups", "excludeRoles")
PEOPLE = {"Users": "user", "Groups": "group", "Roles": "role"}


@collects(AccessPolicy, POLICIES, MEMBERS, per="source", where={"access_policy.type": (TYPE,)})
def conditional_access(handle: Handle) -> Iterator[AccessPolicy]:
    """One record per policy, those that only report or are off among them."""
    counted: dict[str, set[str] | Missing] = {}
    for item in every(handle, POLICIES):
        with handle.item(item["id"]), handle.citing(item):
            conditions = inside(item, "conditions")
            yield AccessPolicy(
                subject=item["id"], name=text(item, "displayName"), state=choose(item.get("state"), STATES),
                targets=_targets(conditions), excludes=_excludes(conditions), requires=requires(item),
                excluded_members=_left_out(handle, conditions, counted), type=TYPE,
            )  # fmt: skip


@collects(Setting, DEFAULTS, per="source", where={"setting.name": (SECURITY_DEFAULTS,)})
def security_defaults(handle: Handle) -> Iterator[Setting]:
    """Whether Microsoft's own rules for sign-ins hold; with conditional access they are off."""
    item = handle.one(DEFAULTS)
    yield Setting(subject=SECURITY_DEFAULTS, name=SECURITY_DEFAULTS, value=flag(item, "isEnabled"))


def requires(item: Item) -> Names:
    """What everybody is asked for; where one of several is enough, they stand together: `compliantDevice or mfa`."""
    controls = item.get("grantControls")
    if controls is None:
        return ABSENT if "grantControls" in item else NOT_EXPOSED
    if not isinstance(controls, Mapping):
        return unknown_value(controls)
    built_in = names(controls.get("builtInControls"))
    if isinstance(built_in, Missing):
        return built_in
    also = [f"custom {one}" for one in controls.get("customAuthenticationFactors") or ()]
    also += [f"terms {one}" for one in controls.get("termsOfUse") or ()]
    found = sorted({*built_in, *also, *_strength(controls.get("authenticationStrength"))})
    if len(found) > 1 and controls.get("operator") != "AND":
        return (" or ".join(found),) if controls.get("operator") == "OR" else unknown_value(controls.get("operator"))
    return tuple(found) or ABSENT


def _strength(raw: object) -> tuple[str, ...]:
    """A strength that satisfies multifactor authentication, as Microsoft says itself, counts as that."""
    if not isinstance(raw, Mapping):
        return ()
    satisfied = str(raw.get("requirementsSatisfied") or "").split(",")
    return ("mfa",) if "mfa" in satisfied else (f"strength {raw.get('displayName') or raw.get('id')}",)


def _targets(conditions: Mapping[str, Any]) -> Names:
    """`app All`, `user All`, `group <id>`; `only <condition>` where it does not hold for every sign-in."""
    applications, users = inside(conditions, "applications"), inside(conditions, "users")
    narrows = [f"only {name}" for name in NARROWS if conditions.get(name) not in NOBODY]
    if "only clientApplications" not in narrows and not (
        _are_lists(applications, "includeApplications")
        and _are_lists(users, "includeUsers", "includeGroups", "includeRoles")
    ):
        return NOT_EXPOSED
    found = _listed(applications, "include", {"Applications": "app", "UserActions": "action"})
    found += _listed(users, "include", PEOPLE)
    found += narrows
    if conditions.get("clientAppTypes") not in (None, ["all"], []):
        found.append("only clientAppTypes")
    if applications.get("applicationFilter") is not None:
        found.append("only applicationFilter")
    return tuple(sorted(found)) or ABSENT


def _excludes(conditions: Mapping[str, Any]) -> Names:
    applications, users = inside(conditions, "applications"), inside(conditions, "users")
    if not _are_lists(applications, "excludeApplications") or not _are_lists(users, *LEFT_OUT):
        return NOT_EXPOSED
    found = _listed(applications, "exclude", {"Applications": "app"})
    found += _listed(users, "exclude", PEOPLE)
    found += ["guests"] if users.get("excludeGuestsOrExternalUsers") is not None else []
    return tuple(sorted(found)) or ABSENT


def _are_lists(item: Mapping[str, Any], *fields: str) -> bool:
    """Whether Graph says something in all of them; a null where a list belongs says nothing."""
    return all(isinstance(item.get(name), list) for name in fields)


def _listed(item: Mapping[str, Any], way: str, words: Mapping[str, str]) -> list[str]:
    return [f"{word} {one}" for name, word in words.items() for one in item.get(f"{way}{name}") or () if one != "None"]


def _left_out(handle: Handle, conditions: Mapping[str, Any], counted: dict[str, set[str] | Missing]) -> Count:
    """How many are left out: people by name, and the members of groups, each once."""
    users = inside(conditions, "users")
    if not _are_lists(users, *LEFT_OUT):
        return NOT_EXPOSED
    if users["excludeRoles"] or users.get("excludeGuestsOrExternalUsers") is not None:
        return ambiguous("roles or guests", "who holds a role or is a guest is not counted")
    people = {one for one in users["excludeUsers"] if one != "None"}
    if people & {"GuestsOrExternalUsers"}:
        return ambiguous("GuestsOrExternalUsers", "how many guests there are is not counted")
    for group in users["excludeGroups"]:
        if group not in counted:
            counted[group] = handle.detail(MEMBERS, partial(_members, handle, group))
        found = counted[group]
        if isinstance(found, Missing):
            return found
        people |= found
    return len(people)


def _members(handle: Handle, group: str) -> set[str]:
    return {item["id"] for item in every(handle, MEMBERS, id=group)}
