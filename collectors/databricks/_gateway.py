"""What the gateway in front of an endpoint does: guardrails, logs and limits, each in Databricks' own words."""

from collections.abc import Iterator, Mapping
from typing import Any, Literal

from annexa.collectors._values import flag, inside
from annexa.evidence.fact import ABSENT, NOT_EXPOSED, Flag, Missing, Names, Text, unknown_value
from annexa.evidence.kinds.data import LogSource
from annexa.evidence.kinds.settings import Masking, Quota, Safeguard, Strength

ACTS: Mapping[str, bool] = {"BLOCK": True, "MASK": True, "NONE": False}
"""Whether a behaviour towards personal data keeps it out of a request or an answer."""
USAGE_TABLE = "system.serving.endpoint_usage"
"""The system table that usage tracking writes."""
COUNTED = (("calls", "calls_per_minute"), ("tokens", "tokens_per_minute"))


def safeguard(name: str, guards: Mapping[str, Any]) -> Safeguard:
    """The guardrails of one endpoint, on what goes in and on what comes out."""
    before, after = inside(guards, "input"), inside(guards, "output")
    return Safeguard(
        subject=f"{name}/guardrails", type="ai_gateway_guardrail", name=name, mode=_mode(before, after),
        masking=(Masking(entity="pii", input_action=_behaviour(before), output_action=_behaviour(after)),),
        filters=tuple(
            Strength(filter=one, input_strength=_set(before.get(one)), output_strength=_set(after.get(one)))
            for one in ("invalid_keywords", "safety", "valid_topics")
        ),
        masks_input=_masks(before), masks_output=_masks(after), attached_to=(name,),
    )  # fmt: skip


def written_by(gateway: Mapping[str, Any]) -> tuple[str, ...]:
    """The table of requests and answers, where one is written and Databricks names it."""
    table = inside(gateway, "inference_table_config")
    named = _table(table)
    return named if flag(table.get("enabled")) is True and isinstance(named, tuple) else ()


def logs(name: str, gateway: Mapping[str, Any]) -> Iterator[LogSource]:
    """The table of requests and answers, and the counting of use; neither is said to be off where nothing is said."""
    table, usage = inside(gateway, "inference_table_config"), inside(gateway, "usage_tracking_config")
    yield LogSource(
        subject=f"{name}/inference_table", name="databricks.inference_table", enabled=flag(table.get("enabled")),
        destinations=_table(table), event_types=("requests", "responses"),
    )  # fmt: skip
    counted = flag(usage.get("enabled"))
    yield LogSource(
        subject=f"{name}/usage_tracking", name="databricks.usage_tracking", enabled=counted, event_types=("usage",),
        destinations=(USAGE_TABLE,) if counted is True else ABSENT if counted is False else NOT_EXPOSED,
    )  # fmt: skip


def quotas(name: str, gateway: Mapping[str, Any]) -> Iterator[Quota]:
    """One record per number that a rate limit names; without a key it holds for the endpoint as a whole."""
    limits = gateway.get("rate_limits")
    for number, limit in enumerate(limits if isinstance(limits, list) else ()):
        for field, unit in COUNTED:
            value = inside(limit).get(field)
            if value is not None:
                yield Quota(
                    subject=f"{name}/rate_limits/{number}/{field}", name="databricks.rate_limit",
                    value=value if type(value) is int else unknown_value(value), unit=_unit(limit, unit),
                    limits=_whom(name, limit), enforced=True,
                )  # fmt: skip


def _mode(before: Mapping[str, Any], after: Mapping[str, Any]) -> Literal["enforce", "off"] | Missing:
    """Whether anything in it acts; a behaviour that nobody documented leaves it open."""
    masks = [_masks(before), _masks(after)]
    acting = [side.get(one) for side in (before, after) for one in ("invalid_keywords", "safety", "valid_topics")]
    if True in masks or any(acting):
        return "enforce"
    return next((one for one in masks if isinstance(one, Missing)), "off")


def _behaviour(side: Mapping[str, Any]) -> str:
    return str(inside(side, "pii").get("behavior", "NONE"))


def _masks(side: Mapping[str, Any]) -> Flag:
    if "pii" not in side:
        return False
    behaviour = inside(side, "pii").get("behavior")
    known = ACTS.get(behaviour) if isinstance(behaviour, str) else None
    return known if known is not None else NOT_EXPOSED if behaviour is None else unknown_value(behaviour)


def _set(raw: object) -> str:
    """Yes and no as they stand; of a list only how many words it has."""
    if isinstance(raw, list):
        return f"{len(raw)} listed"
    return "not set" if raw is None else str(raw).lower() if isinstance(raw, bool) else str(raw)


def _table(table: Mapping[str, Any]) -> Names:
    if flag(table.get("enabled")) is False:
        return ABSENT
    parts = [table.get(name) for name in ("catalog_name", "schema_name", "table_name_prefix")]
    named = [part for part in parts if isinstance(part, str) and part]
    return (".".join(named),) if len(named) >= 2 else NOT_EXPOSED


def _unit(limit: Any, unit: str) -> Text:
    period = inside(limit).get("renewal_period")
    return unit if period == "minute" else unknown_value(period)


def _whom(name: str, limit: Any) -> str | Missing:
    key, principal = inside(limit).get("key", "endpoint"), inside(limit).get("principal")
    if key == "endpoint":
        return name
    return f"{name}/{key}/{principal}" if principal else f"{name}/{key}"
