"""Guardrails of the proxy: when each runs, whether on every call, and what it does with personal data.

LiteLLM masks secrets of a guardrail but for their last letters; here the whole of them is dropped.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Literal

from annexa.collectors._rest import Read
from annexa.collectors._values import text
from annexa.collectors.litellm._api import VIEWER, ident, moment, prove
from annexa.evidence.call import collects
from annexa.evidence.fact import ABSENT, NOT_EXPOSED, Flag, Missing, Names, ambiguous, unknown_value
from annexa.evidence.handle import Handle, Item
from annexa.evidence.kinds import Safeguard
from annexa.evidence.kinds.settings import Masking

SECRETS = (
    "api_key", "api_base", "api_endpoint", "credentials", "extra_headers", "headers", "token", "password", "client_secret",
    "additional_provider_specific_params", "custom_code", "detect_secrets_config", "aws_access_key_id",
    "aws_secret_access_key", "aws_session_token", "aws_web_identity_token", "presidio_analyzer_api_base",
    "presidio_anonymizer_api_base", "presidio_ad_hoc_recognizers", "guardrail_info", "blocked_words", "patterns",
    "violation_message_template", "realtime_violation_message", "pangea_input_recipe", "pangea_output_recipe",
)  # fmt: skip
"""Parameters that are secrets, addresses in which people put them, or free words."""
GUARDRAILS = Read(op="GET /v2/guardrails/list", needs=VIEWER, path="guardrails", drop=SECRETS)

BEFORE = frozenset({"pre_call", "during_call", "pre_mcp_call", "during_mcp_call", "realtime_input_transcription"})
AFTER = frozenset({"post_call", "post_mcp_call"})
REPORTS = "logging_only"
ACTIONS = frozenset({"BLOCK", "MASK"})
"""What the proxy can do with a type of personal data."""
TYPE = "guardrail"


@collects(Safeguard, GUARDRAILS, per="source", where={"safeguard.type": (TYPE,)})
def guardrails(handle: Handle) -> Iterator[Safeguard]:
    """One record per guardrail of configuration or database."""
    for guardrail in handle.each(GUARDRAILS):
        with handle.item(str(guardrail.get("guardrail_name"))):
            yield _safeguard(guardrail, str(handle.known["proxy"]))
    prove(handle, GUARDRAILS)


def _safeguard(guardrail: Item, proxy: str) -> Safeguard:
    found = guardrail.get("litellm_params")
    params: Mapping[str, Any] = found if isinstance(found, Mapping) else {}
    hooks = _hooks(params.get("mode"))
    masking = _masking(params, hooks)
    return Safeguard(
        subject=ident(GUARDRAILS, guardrail, "guardrail_id" if guardrail.get("guardrail_id") else "guardrail_name"),
        type=TYPE, name=text(guardrail.get("guardrail_name")), version=NOT_EXPOSED, state=text(params.get("guardrail")),
        mode=_mode(hooks), masking=masking, filters=NOT_EXPOSED, masks_input=_masks(masking, "input_action"),
        masks_output=_masks(masking, "output_action"), enforced_on=_everywhere(params, proxy),
        created=moment(guardrail.get("created_at")),
    )  # fmt: skip


def _hooks(raw: object) -> frozenset[str] | Missing:
    """When it runs: one word or several; a choice by tags of the request is not followed."""
    if raw is None:
        return NOT_EXPOSED
    words = [raw] if isinstance(raw, str) else raw
    if not isinstance(words, list) or not all(isinstance(one, str) for one in words):
        return ambiguous("tags", "when it runs depends on the request's tags")
    unknown = sorted(set(words) - BEFORE - AFTER - {REPORTS})
    return unknown_value(unknown[0]) if unknown else frozenset(words)


def _mode(hooks: frozenset[str] | Missing) -> Literal["enforce", "detect"] | Missing:
    if isinstance(hooks, Missing):
        return hooks
    return "enforce" if hooks - {REPORTS} else "detect"


def _masking(params: Mapping[str, Any], hooks: frozenset[str] | Missing) -> tuple[Masking, ...] | Missing:
    """Types of personal data with their action, where the guardrail names them here."""
    named = params.get("pii_entities_config")
    if not isinstance(named, Mapping) or not named:
        return NOT_EXPOSED
    if isinstance(hooks, Missing):
        return hooks
    unknown = sorted(str(action) for action in named.values() if action not in ACTIONS)
    if unknown:
        return unknown_value(unknown[0])
    before, after = bool(hooks & BEFORE), bool(hooks & AFTER)
    done = ((str(name), str(named[name])) for name in sorted(named))
    return tuple(
        Masking(entity=name, input_action=action if before else "NONE", output_action=action if after else "NONE")
        for name, action in done
    )


def _masks(masking: tuple[Masking, ...] | Missing, side: str) -> Flag:
    return masking if isinstance(masking, Missing) else any(getattr(one, side) != "NONE" for one in masking)


def _everywhere(params: Mapping[str, Any], proxy: str) -> Names:
    """The proxy where it runs on every call; otherwise only where a key, team or request asks for it."""
    always = params.get("default_on")
    if always is None or isinstance(always, bool):
        return (proxy,) if always else ABSENT
    return unknown_value(always)
