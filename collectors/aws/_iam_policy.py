"""The least-privilege grant for AWS, as IAM policy documents; made from the declared calls and nothing else."""

import re
from collections.abc import Iterable
from typing import Any

from annexa.evidence.call import Collector

LIMIT = 6144
"""Characters of a managed policy, white space not counted (IAM quotas)."""
VERSION = "2012-10-17"
"""Of the policy language."""
_ACTION = re.compile(r"[a-z0-9-]+:[A-Za-z0-9]+")
_EMPTY = {"Action": [], "Effect": "Allow", "Resource": "*", "Sid": "AnnexaRead00"}


def actions(collectors: Iterable[Collector], *, costs: bool = False) -> list[str]:
    """Every action that the declared calls need, sorted; those that cost money only on request."""
    calls = (call for collector in collectors for call in collector.calls)
    return sorted({action for call in calls if costs or not call.costs for action in _ACTION.findall(call.needs)})


def doubts(collectors: Iterable[Collector]) -> dict[str, str]:
    """What is not confirmed by the vendor's own publication, by permission."""
    return {call.needs: call.unconfirmed for each in collectors for call in each.calls if call.unconfirmed}


def priced(collectors: Iterable[Collector]) -> dict[str, str]:
    """What calls cost, by permission, where they cost anything."""
    return {call.needs: call.costs for each in collectors for call in each.calls if call.costs}


def policies(allowed: Iterable[str], limit: int = LIMIT) -> list[dict[str, Any]]:
    """One policy document, or as many as the limit asks for."""
    parts: list[list[str]] = [[]]
    room = limit - size(_document([], 1))
    used = 0
    for action in sorted(allowed):
        cost = len(action) + len('"",')
        if parts[-1] and used + cost > room:
            parts.append([])
            used = 0
        parts[-1].append(action)
        used += cost
    return [_document(part, number) for number, part in enumerate(parts, 1)]


def size(document: dict[str, Any]) -> int:
    """Characters that count against the limit."""
    import json

    return len("".join(json.dumps(document).split()))


def trust(principal: str, external_id: str | None = None) -> dict[str, Any]:
    """Who may become the role: the base identity alone, with an external id where one is used."""
    statement: dict[str, Any] = {
        "Action": "sts:AssumeRole",
        "Effect": "Allow",
        "Principal": {"AWS": principal},
        "Sid": "AnnexaBase",
    }
    if external_id:
        statement["Condition"] = {"StringEquals": {"sts:ExternalId": external_id}}
    return {"Statement": [statement], "Version": VERSION}


def base(role: str) -> dict[str, Any]:
    """What the base identity needs beside the reads: to become that role in every account."""
    arn = f"arn:aws:iam::*:role/{role}"
    statement = {"Action": "sts:AssumeRole", "Effect": "Allow", "Resource": arn, "Sid": "AnnexaBecome"}
    return {"Statement": [statement], "Version": VERSION}


def _document(part: list[str], number: int) -> dict[str, Any]:
    return {"Statement": [{**_EMPTY, "Action": part, "Sid": f"AnnexaRead{number:02}"}], "Version": VERSION}
