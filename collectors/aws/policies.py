"""What the organisation's policies amount to for one account: opt-out from training, forced guardrails.

AWS works the effective policy out; the text of the policies is not interpreted here. No effective policy, and no
organisation, both mean that nobody opted out and that the organisation forces no guardrail.
"""

from collections.abc import Iterator
from typing import Any

from annexa.collectors.aws._values import json_object
from annexa.evidence.call import Call, collects
from annexa.evidence.fact import ABSENT, NOT_EXPOSED, Missing, ambiguous, unknown_value
from annexa.evidence.handle import Handle, Item
from annexa.evidence.kinds.settings import Enforcement, Setting
from annexa.schemas.words import Basis, Reason

NONE_IN_EFFECT = ("EffectivePolicyNotFoundException", "AWSOrganizationsNotInUseException")
OPT_OUT = Call(
    op="organizations:DescribeEffectivePolicy",
    needs="organizations:DescribeEffectivePolicy",
    path="EffectivePolicy",
    params={"PolicyType": "AISERVICES_OPT_OUT_POLICY"},
    absent=NONE_IN_EFFECT,
)
BEDROCK = Call(
    op="organizations:DescribeEffectivePolicy",
    needs="organizations:DescribeEffectivePolicy",
    path="EffectivePolicy",
    params={"PolicyType": "BEDROCK_POLICY"},
    absent=NONE_IN_EFFECT,
)

NAME = "aws.organizations.ai_services_opt_out"
OVERRIDES = "aws.organizations.ai_services_opt_out.overrides"
CURE = "Look at the effective policy in AWS Organizations."


@collects(Setting, OPT_OUT, per="account", where={"setting.name": (NAME, OVERRIDES)})
def ai_services_opt_out(handle: Handle) -> Iterator[Setting]:
    """Whether AWS may use the account's content to improve its AI services, and for which services it differs."""
    account = str(handle.known["account"])
    policy = handle.find(OPT_OUT)
    if policy is None:
        yield Setting(subject=account, name=NAME, value="not_opted_out", set_by=ABSENT, basis=Basis.VENDOR_DEFAULT)
        return
    services = _content(handle, OPT_OUT, policy, "services")
    if services is None:
        return
    words = {name: _word(entry) for name, entry in services.items() if not name.startswith("@@")}
    updated = policy.get("LastUpdatedTimestamp", NOT_EXPOSED)
    yield Setting(subject=account, name=NAME, value=_value(words), set_by="organisation", updated=updated)
    others = tuple(sorted(f"{name}={word}" for name, word in words.items() if name != "default"))
    if others:
        yield Setting(subject=account, name=OVERRIDES, value=others, set_by="organisation", updated=updated)


@collects(Enforcement, BEDROCK, per="account", where={"enforcement.level": ("organisation",)})
def bedrock(handle: Handle) -> Iterator[Enforcement]:
    """One record per guardrail that the organisation forces on every model call of the account in a region."""
    policy = handle.find(BEDROCK)
    content = _content(handle, BEDROCK, policy, "bedrock") if policy is not None else None
    if content is None:
        return
    for region, configs in _members(content.get("guardrail_inference")):
        for name, config in _members(configs):
            if not _plain(config.get("identifier")):
                subject = f"{handle.known['account']}/{region}/bedrock_policy/{name}"
                handle.note(BEDROCK, Reason.INVALID_ANSWER, "an entry without a guardrail", subject=subject, cure=CURE)
                continue
            yield _enforcement(f"{handle.known['account']}/{region}", name, config)


def _content(handle: Handle, call: Call, policy: Item, member: str) -> dict[str, Any] | None:
    """One member of the policy's text; a text that cannot be read, or another account's, is noted as unread."""
    account, about = str(handle.known["account"]), policy.get("TargetId")
    if about not in (None, account):
        handle.note(call, Reason.INVALID_ANSWER, "the answer is about another account", subject=account, cure=CURE)
        return None
    content = json_object(policy.get("PolicyContent"))
    if content is None or not isinstance(content.get(member), dict):
        handle.note(call, Reason.INVALID_ANSWER, f"the policy has no {member}", subject=account, cure=CURE)
        return None
    return dict(content[member])


def _members(node: object) -> list[tuple[str, dict[str, Any]]]:
    """The named parts of a policy, without the operators of the policy language."""
    if not isinstance(node, dict):
        return []
    return sorted((name, part) for name, part in node.items() if isinstance(part, dict) and not name.startswith("@@"))


def _enforcement(scope: str, name: str, config: dict[str, Any]) -> Enforcement:
    models = config.get("model_enforcement", {})
    identifier = str(_plain(config.get("identifier")) or "")
    safeguard, _, version = identifier.rpartition(":")
    numbered = ":guardrail/" in safeguard
    return Enforcement(
        subject=f"{scope}/bedrock_policy/{name}", at=scope, safeguard=safeguard if numbered else identifier,
        version=version if numbered else NOT_EXPOSED, level="organisation",
        included=_models(models.get("included_models"), none=()),
        excluded=_models(models.get("excluded_models"), none=ABSENT),
    )  # fmt: skip


def _models(raw: object, none: tuple[str, ...] | Missing) -> tuple[str, ...] | Missing:
    """Models as listed; no list, and the word ALL, are `absent`: no narrowing; `none`: what an empty list means."""
    listed = _plain(raw)
    if listed in (None, ["ALL"]):
        return ABSENT
    if listed == []:
        return none
    return tuple(sorted(str(model) for model in listed)) if isinstance(listed, list) else ambiguous(str(listed))


def _word(entry: object) -> str:
    return str(_plain(entry.get("opt_out_policy")) if isinstance(entry, dict) else entry)


def _plain(raw: object) -> Any:
    """A value with or without the operator of the policy language around it."""
    return raw["@@assign"] if isinstance(raw, dict) and "@@assign" in raw else raw


def _value(words: dict[str, str]) -> str | Missing:
    strange = sorted(set(words.values()) - {"optOut", "optIn"})
    if strange:
        return unknown_value(", ".join(strange))
    out = {name for name, word in words.items() if word == "optOut"}
    if "default" in out:
        return "opted_out" if out == set(words) else "partly"
    return "partly" if out else "not_opted_out"
