"""The grant for AWS: read policies split to AWS's size limit, the trust policy of the role, the base identity's right."""

import json
from typing import Any

from annexa.collectors._grant import Grant, GrantOrder
from annexa.collectors.aws import _iam_policy as iam_policy

EXAMPLE = "arn:aws:iam::111122223333:role/annexa-base"
"""A base identity, to be replaced."""


def grant(order: GrantOrder) -> Grant:
    """IAM policy documents for the declared calls, and how to attach them."""
    allowed = iam_policy.actions(order.collectors, costs=order.costs or bool(order.settings.get("costs")))
    reads = iam_policy.policies(allowed)
    role = str(order.settings.get("role") or "annexa-collector")
    trusted, become = iam_policy.trust(order.base or EXAMPLE, order.external_id), iam_policy.base(role)
    return Grant(
        documents={f"annexa-read-{number}.json": _json(document) for number, document in enumerate(reads, 1)},
        beside={"annexa-trust.json": _json(trusted), "annexa-base.json": _json(become)},
        titles={
            "annexa-trust.json": f"Trust policy of the role {role} in every account (example)",
            "annexa-base.json": "For the base identity, beside the policy above",
        },
        notes=tuple(_notes(order, len(allowed), len(reads), role)),
    )


def _notes(order: GrantOrder, allowed: int, parts: int, role: str) -> list[str]:
    documents = "1 policy document" if parts == 1 else f"{parts} policy documents: attach all of them"
    told = [
        f"{allowed} read actions in {documents}.",
        f"Attach to the role {role} in every account, and to the base identity.",
    ]
    for name, price in iam_policy.priced(order.collectors).items():
        told.append(f"{name} costs {price}: left out unless --with-costs or the configuration asks for it")
    told += [f"unconfirmed: {name}: {why}" for name, why in iam_policy.doubts(order.collectors).items()]
    return [*told, "The base identity also needs sts:AssumeRole on that role in every account."]


def _json(document: dict[str, Any]) -> str:
    return json.dumps(document, indent=2, ensure_ascii=False, sort_keys=True)
