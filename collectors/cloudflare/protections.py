"""What a gateway checks and limits: guardrails, rules against leakage, limits of requests and of spending."""

from collections.abc import Iterator, Mapping
from typing import Any, Literal

from annexa.collectors._values import inside
from annexa.collectors.cloudflare._api import ident, listed, moment_in, objects
from annexa.collectors.cloudflare.gateways import GATEWAYS, gateway_id
from annexa.evidence.call import collects
from annexa.evidence.fact import ABSENT, NOT_EXPOSED, Missing, ambiguous, unknown_value
from annexa.evidence.handle import Handle, Item
from annexa.evidence.kinds import Quota, Safeguard
from annexa.evidence.kinds.settings import Masking, Strength

RATE, SPEND = "cloudflare.ai_gateway.rate_limit", "cloudflare.ai_gateway.spend_limit"
Mode = Literal["enforce", "detect", "off"]
ACTIONS = {"BLOCK", "FLAG"}
NONE = "NONE"
"""Our word for a side on which nothing is done."""


@collects(
    (Safeguard, Quota), GATEWAYS, per="account",
    where={"safeguard.type": ("guardrail", "dlp_rule"), "quota.name": (RATE, SPEND)},
)  # fmt: skip
def protections(handle: Handle) -> Iterator[Safeguard | Quota]:
    """Per gateway: its guardrails, its rules against leakage, its limit of requests and its limits of spending."""
    here = str(handle.known["scope"])
    for item in handle.each(GATEWAYS, account_id=here):
        subject = gateway_id(here, ident(GATEWAYS, item))
        yield _guardrails(item, subject)
        yield from _leakage(item, subject)
        yield _rate(item, subject)
        yield from _spending(item, subject)


def _guardrails(item: Item, subject: str) -> Safeguard:
    common: dict[str, Any] = {"subject": f"{subject}#guardrails", "type": "guardrail", "attached_to": (subject,)}
    found = item.get("guardrails", NOT_EXPOSED)
    if not isinstance(found, Mapping):
        nothing = ABSENT if found is None else found if isinstance(found, Missing) else unknown_value(found)
        return Safeguard(**common, mode=nothing, filters=nothing)
    prompt, answer = inside(found, "prompt"), inside(found, "response")
    strengths = tuple(
        Strength(filter=name, input_strength=str(prompt.get(name, NONE)), output_strength=str(answer.get(name, NONE)))
        for name in sorted({*prompt, *answer})
    )
    return Safeguard(
        **common,
        filters=strengths,
        mode=_mode((*prompt.values(), *answer.values())),
        created=moment_in(item, "created_at"),
    )


def _leakage(item: Item, subject: str) -> Iterator[Safeguard]:
    """The vendor has two forms: one action for all, or policies of their own."""
    found = item.get("dlp", NOT_EXPOSED)
    if not isinstance(found, Mapping):
        nothing = ABSENT if found is None else found if isinstance(found, Missing) else unknown_value(found)
        yield Safeguard(
            subject=f"{subject}#dlp", type="dlp_rule", mode=nothing, masking=nothing, attached_to=(subject,)
        )
        return
    if "policies" not in found:
        yield _rule(found, f"{subject}#dlp", subject, found.get("enabled"))
        return
    for policy in listed(GATEWAYS, found, "policies"):
        on = found.get("enabled") if found.get("enabled") is not True else policy.get("enabled")
        yield _rule(policy, f"{subject}#dlp/{ident(GATEWAYS, policy)}", subject, on)


def _rule(rule: Mapping[str, Any], subject: str, gateway: str, on: object) -> Safeguard:
    checks, action = rule.get("check"), str(rule.get("action"))
    known = isinstance(checks, list)
    sides = [action if not known or side in (checks or ()) else NONE for side in ("REQUEST", "RESPONSE")]
    profiles = rule.get("profiles") if isinstance(rule.get("profiles"), list) else []
    mode: Mode | Missing = _mode((rule.get("action"),))
    if on is not True:
        mode = "off" if on is False else NOT_EXPOSED if on is None else unknown_value(on)
    blocks = mode == "enforce"
    return Safeguard(
        subject=subject, type="dlp_rule", mode=mode, attached_to=(gateway,),
        masking=tuple(Masking(entity=str(one), input_action=sides[0], output_action=sides[1]) for one in profiles or ()),
        masks_input=blocks and sides[0] == "BLOCK" if known and isinstance(mode, str) else NOT_EXPOSED,
        masks_output=blocks and sides[1] == "BLOCK" if known and isinstance(mode, str) else NOT_EXPOSED,
        channels=tuple(sorted(str(one) for one in checks)) if isinstance(checks, list) else NOT_EXPOSED,
    )  # fmt: skip


def _mode(actions: tuple[object, ...]) -> Mode | Missing:
    strange = [one for one in actions if one not in ACTIONS]
    if strange:
        return unknown_value(strange[0])
    return "enforce" if "BLOCK" in actions else "detect" if actions else "off"


def _rate(item: Item, subject: str) -> Quota:
    limit, interval = item.get("rate_limiting_limit", NOT_EXPOSED), item.get("rate_limiting_interval")
    value = ABSENT if limit is None else limit if isinstance(limit, Missing) else _whole(limit)
    if value == 0:
        value = ambiguous("0", "the vendor does not say whether no request is allowed, or any number")
    return Quota(
        subject=f"{subject}/{RATE}", name=RATE, value=value, unit="requests", limits=subject, enforced=True,
        period=f"{interval} seconds" if _whole(interval) == interval and interval is not None else NOT_EXPOSED,
    )  # fmt: skip


def _spending(item: Item, subject: str) -> Iterator[Quota]:
    found = item.get("spend_limits", NOT_EXPOSED)
    rules = list(objects(inside(item, "spend_limits").get("rules")))
    if not rules:
        said = isinstance(found, Missing) or (found is not None and not isinstance(found, Mapping))
        value: Any = NOT_EXPOSED if isinstance(found, Missing) else unknown_value(found) if said else ABSENT
        yield Quota(subject=f"{subject}/{SPEND}", name=SPEND, value=value, limits=subject)
        return
    for number, rule in enumerate(rules):
        on = [one for one in (inside(item, "spend_limits").get("enabled"), rule.get("enabled")) if one is not None]
        yield Quota(
            subject=f"{subject}/{SPEND}/{rule.get('id') or number}", name=SPEND, value=_whole(rule.get("limit")),
            unit="cost", limits=subject, enforced=all(one is True for one in on) if on else NOT_EXPOSED,
            period=f"{rule.get('window')} seconds",
        )  # fmt: skip


def _whole(raw: object) -> Any:
    if raw is None:
        return NOT_EXPOSED
    if isinstance(raw, int) and not isinstance(raw, bool):
        return raw
    return ambiguous(str(raw), "a limit that is no whole number")
