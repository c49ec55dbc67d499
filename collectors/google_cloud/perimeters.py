"""Perimeters of VPC Service Controls: whether one stands around Vertex AI in a project; one in dry run keeps nobody out."""

from collections.abc import Iterator, Mapping
from typing import Any

from annexa.collectors._values import inside
from annexa.collectors.google_cloud._api import SERVICES, VERTEX, ai_services, here, odd
from annexa.collectors.google_cloud.policies import ANCESTRY, chain
from annexa.evidence.call import Call, collects
from annexa.evidence.fact import ABSENT, Missing, unknown_value
from annexa.evidence.handle import Handle, Item
from annexa.evidence.kinds import Setting

PROJECT = Call(
    op="cloudresourcemanager/v3:projects.get", needs="resourcemanager.projects.get",
    params={"fields": "name,projectId,state"},
)  # fmt: skip
ACCESS_POLICIES = Call(
    op="accesscontextmanager/v1:accessPolicies.list", needs="accesscontextmanager.policies.list", path="accessPolicies",
    params={"pageSize": 100},
)  # fmt: skip
PERIMETERS = Call(
    op="accesscontextmanager/v1:accessPolicies.servicePerimeters.list", needs="accesscontextmanager.servicePerimeters.list",
    path="servicePerimeters", params={"pageSize": 100},
)  # fmt: skip
PERIMETER = "google_cloud.vertexai.perimeter"
REGULAR, BRIDGE = "PERIMETER_TYPE_REGULAR", "PERIMETER_TYPE_BRIDGE"


@collects(Setting, SERVICES, PROJECT, ANCESTRY, ACCESS_POLICIES, PERIMETERS, per="project",
          where={"setting.name": (PERIMETER,)})  # fmt: skip
def perimeter(handle: Handle) -> Iterator[Setting]:
    """Whether a perimeter keeps Vertex AI of the project inside, where that service is enabled."""
    if VERTEX not in ai_services(handle):
        return
    places = frozenset(_places(handle))
    found = [one for one in _perimeters(handle) if one.get("perimeterType") != BRIDGE]
    for state, config in (("enforced", "status"), ("dry_run", "spec")):
        around = [one for one in found if _holds(inside(one, config), places)]
        if around:
            with handle.citing(*around):
                yield _setting(handle, _told(state, around), str(around[0].get("name")))
            return
    yield _setting(handle, "outside", ABSENT)


def _setting(handle: Handle, value: str | Missing, set_by: str | Missing) -> Setting:
    return Setting(subject=f"{here(handle)}/{PERIMETER}", name=PERIMETER, value=value, set_by=set_by)


def _told(state: str, around: list[Item]) -> str | Missing:
    """The state, if one of the perimeters is of a sort that Google documents; a missing word is the regular sort."""
    sorts = [one.get("perimeterType", REGULAR) for one in around]
    return state if REGULAR in sorts else unknown_value(sorts[0])


def _places(handle: Handle) -> Iterator[str]:
    """The project, by its number, and the folders above it: a perimeter names one or the other."""
    number = str(handle.one(PROJECT, name=here(handle)).get("name"))
    if not number.removeprefix("projects/").isdecimal():
        raise odd(PROJECT, "a project has no number")
    yield number
    yield from (place for place, _ in chain(handle) if place.startswith("folders/"))


def _perimeters(handle: Handle) -> list[Item]:
    parent = f"organizations/{handle.known['organization']}"
    policies = list(handle.each(ACCESS_POLICIES, parent=parent))
    return [one for policy in policies for one in handle.each(PERIMETERS, parent=str(policy["name"]))]


def _holds(config: Mapping[str, Any], places: frozenset[str]) -> bool:
    resources, services = config.get("resources") or (), config.get("restrictedServices") or ()
    return bool(places & frozenset(resources)) and VERTEX in services
