"""Model serving endpoints: which models they serve, whose those are, what their gateway does with a request, and who may."""

from collections.abc import Iterator, Mapping
from typing import Any, Literal

from annexa.collectors._rest import Read
from annexa.collectors._values import flag, inside, text
from annexa.collectors.databricks._api import ADMIN, PLAINTEXT, SECRETS, moment
from annexa.collectors.databricks._gateway import logs, quotas, safeguard, written_by
from annexa.evidence.call import collects
from annexa.evidence.fact import ABSENT, NOT_EXPOSED, Missing, Text, unknown_value
from annexa.evidence.handle import Handle, Item
from annexa.evidence.kinds.access import AccessGrant
from annexa.evidence.kinds.data import DataConnection, LogSource
from annexa.evidence.kinds.settings import Quota, Safeguard
from annexa.evidence.kinds.systems import AiSystem
from annexa.schemas.words import Reason

SERVING = Read(
    op="GET /api/2.0/serving-endpoints",
    needs=ADMIN,
    path="endpoints",
    drop=(*SECRETS, *PLAINTEXT, "creator", "description"),
)
PERMISSIONS = Read(op="GET /api/2.0/permissions/serving-endpoints/{serving_endpoint_id}", needs=ADMIN)

OTHERS: dict[str, bool | Missing] = {
    **dict.fromkeys((
        "ai21labs", "amazon-bedrock", "anthropic", "cohere", "google-cloud-vertex-ai", "openai", "palm",
    ), True),
    "databricks-model-serving": False,
    "custom": NOT_EXPOSED,
}  # fmt: skip
"""Whether a provider of external models is somebody else; behind `custom` may be a service of the organisation's own."""
Purpose = Literal["use", "administer", "read"]
PURPOSES: dict[str, Purpose] = {"CAN_MANAGE": "administer", "CAN_QUERY": "use", "CAN_VIEW": "read"}
HOLDERS: tuple[tuple[str, Literal["user", "group", "service"]], ...] = (
    ("user_name", "user"), ("group_name", "group"), ("service_principal_name", "service"),
)  # fmt: skip


@collects((AiSystem, Safeguard, DataConnection), SERVING, per="source",
          where={"ai_system.category": ("endpoint",), "safeguard.type": ("ai_gateway_guardrail",)})  # fmt: skip
def endpoints(handle: Handle) -> Iterator[AiSystem | Safeguard | DataConnection]:
    """One record per endpoint, per gateway with guardrails, and per provider outside Databricks that an endpoint calls."""
    for endpoint in _every(handle):
        name = str(endpoint["name"])
        with handle.item(name):
            guards = inside(endpoint, "ai_gateway").get("guardrails")
            yield _system(name, endpoint, guarded=isinstance(guards, Mapping))
            if isinstance(guards, Mapping):
                yield safeguard(name, guards)
            yield from _connections(name, endpoint)


@collects((LogSource, Quota), SERVING, per="source",
          where={"log_source.name": ("databricks.inference_table", "databricks.usage_tracking"),
                 "quota.name": ("databricks.rate_limit",)})  # fmt: skip
def gateways(handle: Handle) -> Iterator[LogSource | Quota]:
    """What the gateway of each endpoint takes down, and how much it lets through."""
    for endpoint in _every(handle):
        name, gateway = str(endpoint["name"]), inside(endpoint, "ai_gateway")
        with handle.item(name):
            yield from logs(name, gateway)
            yield from quotas(name, gateway)


@collects(AccessGrant, SERVING, PERMISSIONS, per="source")
def permissions(handle: Handle) -> Iterator[AccessGrant]:
    """One record per holder of a permission on an endpoint, permissions that come from the workspace included."""
    known = [endpoint for endpoint in _every(handle) if _has_id(handle, endpoint)]
    for endpoint, reply in handle.many(PERMISSIONS, known, lambda one: {"serving_endpoint_id": str(one["id"])}):
        name = str(endpoint["name"])
        with handle.item(name):
            listed = reply.one().get("access_control_list")
            if not isinstance(listed, list) or not listed:
                handle.note(PERMISSIONS, Reason.INVALID_ANSWER, "nobody is named, though admins may do everything")
            for entry in listed if isinstance(listed, list) else ():
                yield from _grants(name, entry)


def _every(handle: Handle) -> Iterator[Item]:
    """Every endpoint; who is not shown all of them is told so."""
    if not handle.known["admin"]:
        handle.note(
            SERVING, Reason.VISIBILITY_UNPROVED, "only endpoints that were shared with the service principal are listed",
            cure="Make the service principal a member of the workspace's group admins.",
        )  # fmt: skip
    yield from handle.each(SERVING)


def _has_id(handle: Handle, endpoint: Item) -> bool:
    """Without an id nobody can ask who may use an endpoint; that is then said, not passed over."""
    if endpoint.get("id"):
        return True
    handle.note(
        PERMISSIONS, Reason.UNSUPPORTED, "an endpoint without id has no permissions that could be asked for",
        subject=str(endpoint["name"]),
    )  # fmt: skip
    return False


def _system(name: str, endpoint: Item, *, guarded: bool) -> AiSystem:
    tags, versions = _tags(endpoint), [text(one.get("entity_version")) for one in _served(endpoint)]
    return AiSystem(
        subject=name, category="endpoint", provider="databricks.model_serving", name=text(endpoint.get("name")),
        owner=tags.get("owner", NOT_EXPOSED), environment=tags.get("environment", NOT_EXPOSED),
        permitted_class=tags.get("permitted-class", NOT_EXPOSED), model=_models(endpoint),
        version=versions[0] if len(versions) == 1 else NOT_EXPOSED,
        # Another gateway may guard it: what is not here is not said to be missing.
        safeguards=(f"{name}/guardrails",) if guarded else NOT_EXPOSED,
        state=text(inside(endpoint, "state").get("ready")), created=moment(endpoint.get("creation_timestamp")),
    )  # fmt: skip


def _models(endpoint: Item) -> Text:
    names = []
    for one in _served(endpoint):
        outside, own = inside(one, "external_model"), inside(one, "foundation_model").get("name")
        found = f"{outside.get('provider')}/{outside.get('name')}" if outside else own or one.get("entity_name")
        names.append(found if isinstance(found, str) else "")
    return ", ".join(sorted(set(names))) if names and all(names) else NOT_EXPOSED


def _connections(name: str, endpoint: Item) -> Iterator[DataConnection]:
    """What leaves for another provider, and the table that the gateway writes."""
    providers = {inside(one, "external_model").get("provider") for one in _served(endpoint)} - {None}
    for provider in sorted(map(str, providers)):
        yield DataConnection(
            subject=f"{name}/external/{provider}", ai_system=name, reached_by=ABSENT, store=provider, direction="both",
            third_party=OTHERS.get(provider, unknown_value(provider)), connector="external_model",
        )  # fmt: skip
    for table in written_by(inside(endpoint, "ai_gateway")):
        yield DataConnection(
            subject=f"{name}/inference_table", ai_system=name, reached_by=ABSENT, store=table, direction="write",
            third_party=False, connector="inference_table",
        )  # fmt: skip


def _grants(name: str, entry: Any) -> Iterator[AccessGrant]:
    held_by = inside(entry)
    holder, sort = next(((held_by[field], sort) for field, sort in HOLDERS if held_by.get(field)), (None, None))
    levels = held_by.get("all_permissions")
    for held in levels if isinstance(levels, list) else ():
        level = str(inside(held).get("permission_level"))
        yield AccessGrant(
            subject=f"{name}/{sort}/{holder}/{level}", grantee=str(holder or "unnamed"), grantee_sort=sort or NOT_EXPOSED,
            # A level that nobody documented counts as one that administers, and its verdict stays open.
            purpose=PURPOSES.get(level, "administer"), permissions=(level,), target=name,
            verdict="allowed" if level in PURPOSES else unknown_value(level), via=(_way(held),),
        )  # fmt: skip


def _way(held: Any) -> str:
    above = inside(held).get("inherited_from_object")
    inherited = flag(inside(held).get("inherited")) is True
    named = ", ".join(map(str, above)) if isinstance(above, list) and above else "above"
    return f"inherited from {named}" if inherited else "given on the endpoint"


def _served(endpoint: Item) -> list[Mapping[str, Any]]:
    """What the endpoint serves; older ones list it under another name."""
    config = inside(endpoint, "config")
    rows = config.get("served_entities") or config.get("served_models") or []
    return [_renamed(row) for row in rows if isinstance(row, Mapping)] if isinstance(rows, list) else []


def _renamed(row: Mapping[str, Any]) -> Mapping[str, Any]:
    older = {"entity_name": row.get("model_name"), "entity_version": row.get("model_version")}
    return {**older, **row} if "model_name" in row else row


def _tags(endpoint: Item) -> Mapping[str, str]:
    rows = endpoint.get("tags")
    found = [inside(row) for row in rows] if isinstance(rows, list) else []
    return {str(row.get("key")).casefold(): str(row["value"]) for row in found if row.get("value")}
