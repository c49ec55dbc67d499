"""Private paths to AI services: VPC endpoints, and whether their policy leaves anything out."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from annexa.collectors.aws._values import json_object, text_or
from annexa.evidence.call import Call, collects
from annexa.evidence.fact import NOT_EXPOSED, Missing, ambiguous, unknown_value
from annexa.evidence.handle import Handle, Item
from annexa.evidence.kinds.settings import PrivateEndpoint

ENDPOINTS = Call(op="ec2:DescribeVpcEndpoints", needs="ec2:DescribeVpcEndpoints", path="VpcEndpoints")

STATES = frozenset(
    {"pendingacceptance", "pending", "available", "deleting", "deleted", "rejected", "failed", "expired", "partial"}
)
"""Documented states; EC2 sends them in lower case, its model lists them capitalised."""
AI_SERVICE = re.compile(r"(?:^|\.)((?:bedrock|sagemaker)[a-z0-9-]*(?:\..+)?)$")
WHOLE_SERVICE = re.compile(r"\*+|(?:\*|bedrock[a-z-]*|sagemaker[a-z-]*):\*+", re.IGNORECASE)
REGION = re.compile(r"\.[a-z]{2}(?:-[a-z]+)+-\d(?=\.|$)")


@collects(PrivateEndpoint, ENDPOINTS, per="region")
def private_endpoints(handle: Handle) -> Iterator[PrivateEndpoint]:
    """One record per VPC endpoint that leads to Bedrock or SageMaker."""
    for endpoint in handle.each(ENDPOINTS):
        service = ai_service(str(endpoint.get("ServiceName", "")))
        if service is not None:
            yield PrivateEndpoint(
                subject=str(endpoint["VpcEndpointId"]), service=service, state=_state(endpoint),
                private_dns=endpoint.get("PrivateDnsEnabled", NOT_EXPOSED),
                restrictive=_restrictive(endpoint.get("PolicyDocument")),
            )  # fmt: skip


def ai_service(name: str) -> str | None:
    """The AI service in an endpoint's name: `com.amazonaws.eu-west-1.bedrock-runtime` gives `bedrock-runtime`."""
    found = AI_SERVICE.search(REGION.sub("", name))
    return found.group(1) if found else None


def _state(endpoint: Item) -> str | Missing:
    state = text_or(endpoint.get("State"), NOT_EXPOSED)
    if isinstance(state, Missing):
        return state
    return state.lower() if state.lower() in STATES else unknown_value(state)


def _restrictive(document: object) -> bool | Missing:
    if document in (None, ""):
        return NOT_EXPOSED
    policy = json_object(document)
    statements = policy.get("Statement") if policy else None
    listed = [statements] if isinstance(statements, dict) else statements
    if not isinstance(listed, list) or not all(isinstance(entry, dict) for entry in listed):
        return ambiguous("policy", "the endpoint's policy could not be read")
    return not any(_everything(entry) for entry in listed) or any(entry.get("Effect") == "Deny" for entry in listed)


def _everything(statement: Mapping[str, Any]) -> bool:
    principal = statement.get("Principal")
    anybody = principal == "*" or (isinstance(principal, dict) and _any(principal.get("AWS")))
    free = not statement.get("Condition") and statement.get("Effect") == "Allow"
    return free and anybody and _any_action(statement.get("Action")) and _any(statement.get("Resource"))


def _any_action(value: object) -> bool:
    """Behind an endpoint of one service, every action of that service is every action."""
    named = value if isinstance(value, list) else [value]
    return any(WHOLE_SERVICE.fullmatch(str(action)) for action in named)


def _any(value: object) -> bool:
    return "*" in value if isinstance(value, list) else value == "*"
