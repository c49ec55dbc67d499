"""Harbourline's Google Cloud: an organisation with a folder and four projects, its AI services, keys, roles and audit logs.

Routes and schemas come from Google's discovery documents; see `annexa.sandbox._google_api`.
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from annexa.sandbox._google_api import Method, google_play, shows
from annexa.sandbox._rest import Asked, Refused, RestPlay, World, collection, row, rows
from annexa.sandbox.play import DateName, ScenarioName

ORGANIZATION = "885500000001"


@dataclass(frozen=True)
class Posted(Method):
    """A read that is a POST: the members of its body are understood besides its parameters."""

    body: tuple[str, ...] = ()

    def known(self) -> set[str]:
        """Parameters and members of the body."""
        return super().known() | {*self.body}


def _resources(world: World, asked: Asked) -> list[Any]:
    """What Cloud Asset shows of the organisation, of the types that are asked for."""
    _of_the_organization(asked)
    wanted, named = asked.query.get("assetTypes", "").split(","), _words(asked, "name")
    shown = [one for one in collection(world, "resources") if one["assetType"] in wanted]
    return [one for one in shown if not named or one["name"].rpartition("/")[2] in named]


def _bindings(world: World, asked: Asked) -> list[Any]:
    """Policies of single resources, with those bindings that the query finds."""
    _of_the_organization(asked)
    words, found = _words(asked, "policy"), []
    for one in collection(world, "resource_policies"):
        kept = [binding for binding in one["policy"]["bindings"] if any(word in binding["role"] for word in words)]
        found += [{**one, "policy": {**one["policy"], "bindings": kept}}] if kept else []
    return found


def _words(asked: Asked, field: str) -> list[str]:
    """The words of a query of the form `field:(one OR two)`; no other form is played."""
    field_, _, words = asked.query.get("query", f"{field}:").partition(":")
    if field_ != field:
        raise Refused("bad_request", "a query that is not played")
    return [word for word in words.strip("()").split(" OR ") if word]


def _of_the_organization(asked: Asked) -> None:
    if (asked.params["v1Id"], asked.params["v1Id1"]) != ("organizations", ORGANIZATION):
        raise Refused("denied")


def _services(world: World, asked: Asked) -> list[Any]:
    """Services of a project; the sandbox knows enabled and disabled ones."""
    if not any(one["projectId"] == asked.params["v1Id1"] for one in collection(world, "projects")):
        raise Refused("denied")
    found = [one for one in collection(world, "services") if one["$project"] == asked.params["v1Id1"]]
    wanted = asked.query.get("filter", "").removeprefix("state:")
    return [one for one in found if wanted in ("", one["state"])]


def _policy(name: str, parameter: str) -> Any:
    """The policy of a place; conditions are shown to those only who ask for version 3."""

    def answer(world: World, asked: Asked) -> Any:
        found = row(name, {"$of": "{" + parameter + "}"})(world, asked)
        options = asked.body.get("options", {}) if isinstance(asked.body, dict) else {}
        if options.get("requestedPolicyVersion") == 3:
            return found
        return {**found, "bindings": [one for one in found.get("bindings", ()) if "condition" not in one]}

    return shows(name, answer)


def _floor(level: str) -> Method:
    """The floor setting of a place on one level."""
    answer = row("armor_floors", {"$of": f"{level}/{{{level}Id}}", "$location": "{locationsId}"})
    return Method(f"{ARMOR}:{level}.locations.getFloorSetting", shows("armor_floors", answer))


OPTIONS = ("options",)
REGISTRY = {"$project": "{projectsId}", "$location": "{locationsId}"}
LOG_TYPE = ("auditConfigs.*.auditLogConfigs.*.logType",)
MANAGER = "cloudresourcemanager/v3"
ARMOR = "modelarmor/v1"
ROUTES = (
    Method(f"{MANAGER}:organizations.get", shows("organizations", row("organizations", {"$of": "{organizationsId}"}))),
    Method(f"{MANAGER}:organizations.search", "organizations", items="organizations", size=50, most=50),
    Method(f"{MANAGER}:folders.search", "folders", items="folders", size=2, most=500),
    Method(f"{MANAGER}:projects.search", "projects", items="projects", size=2, most=500, enums=("state",)),
    Method(f"{MANAGER}:projects.get", shows("projects", row("projects", {"projectId": "{projectsId}"}))),
    Posted("cloudresourcemanager/v1:projects.getAncestry",
           shows("ancestors", rows("ancestors", {"$project": "{projectId}"}, of=("projects", {"projectId": "{projectId}"}))),
           items="ancestor"),
    Posted(f"{MANAGER}:projects.getIamPolicy", _policy("project_policies", "projectsId"), body=OPTIONS, enums=LOG_TYPE),
    Posted(f"{MANAGER}:folders.getIamPolicy", _policy("folder_policies", "foldersId"), body=OPTIONS, enums=LOG_TYPE),
    Posted(f"{MANAGER}:organizations.getIamPolicy", _policy("organization_policies", "organizationsId"), body=OPTIONS,
           enums=LOG_TYPE),
    Method("cloudasset/v1:v1.searchAllResources", shows("resources", _resources), items="results", size=3, most=500,
           query=("assetTypes", "readMask", "query")),
    Method("cloudasset/v1:v1.searchAllIamPolicies", shows("resource_policies", _bindings), items="results", size=100,
           most=500, query=("query",)),
    Method("serviceusage/v1:services.list", shows("services", _services), items="services", size=50, most=200,
           query=("filter",), enums=("state",)),
    Method("apikeys/v2:projects.locations.keys.list", shows("api_keys", rows("api_keys", {"$project": "{projectsId}"})),
           items="keys", size=50, most=300),
    Method("iam/v1:projects.serviceAccounts.list",
           shows("service_accounts", rows("service_accounts", {"projectId": "{projectsId}"})), items="accounts", size=20,
           most=100),
    Method("iam/v1:projects.serviceAccounts.keys.list",
           shows("account_keys", rows("account_keys", {"$account": "{serviceAccountsId}"})), items="keys",
           query=("keyTypes",), enums=("keyType",)),
    Method("accesscontextmanager/v1:accessPolicies.list",
           shows("access_policies", rows("access_policies", {"parent": "?parent"})), items="accessPolicies", size=100,
           most=100),
    Method("accesscontextmanager/v1:accessPolicies.servicePerimeters.list",
           shows("perimeters", rows("perimeters", of=("access_policies", {"name": "accessPolicies/{accessPoliciesId}"}))),
           items="servicePerimeters", size=100, most=100, enums=("perimeterType",)),
    Method("logging/v2:projects.locations.buckets.list",
           shows("log_buckets", rows("log_buckets", {"$project": "{projectsId}"})), items="buckets", size=50, most=100),
    Method("logging/v2:sinks.list", shows("log_sinks", rows("log_sinks", {"$of": "{v2Id}/{v2Id1}"})), items="sinks",
           size=50, most=100),
    Method("aiplatform/v1:projects.getCacheConfig", shows("cache_configs", row("cache_configs", {"$project": "{projectsId}"})),
           enums=("retentionConfig.retentionType",)),
    Method("aiplatform/v1beta1:projects.fetchPublisherModelConfig",
           shows("publisher_configs", row("publisher_configs", {"$project": "{projectsId}"})),
           enums=("dataSharingEnabledProvider",)),
    Method("agentregistry/v1:projects.locations.list",
           shows("agent_locations", rows("agent_locations", {"$project": "{projectsId}"})), items="locations", size=50,
           most=100),
    Method("agentregistry/v1:projects.locations.agents.list", shows("agents", rows("agents", REGISTRY)), items="agents",
           size=50, most=100),
    Method("agentregistry/v1:projects.locations.mcpServers.list", shows("mcp_servers", rows("mcp_servers", REGISTRY)),
           items="mcpServers", size=50, most=100),
    *(_floor(level) for level in ("projects", "folders", "organizations")),
    Method(f"{ARMOR}:projects.locations.list",
           shows("armor_locations", rows("armor_locations", {"$project": "{projectsId}"})), items="locations", size=50,
           most=100),
    Method(f"{ARMOR}:projects.locations.templates.list", shows("armor_templates", rows("armor_templates", REGISTRY)),
           items="templates", size=50, most=100, regional=True),
    Method("orgpolicy/v2:projects.policies.getEffectivePolicy",
           shows("effective", row("effective", {"$project": "{projectsId}", "$constraint": "{policiesId}"})),
           lists=("spec.rules",)),
)  # fmt: skip
"""What the stand-in answers, by the discovery documents."""


def play(scenario: ScenarioName, date: DateName, mended: Collection[int] = ()) -> RestPlay:
    """Google Cloud on one of the company's days."""
    return google_play("google_cloud", scenario, date, mended, routes=ROUTES, table={"organization": ORGANIZATION})
