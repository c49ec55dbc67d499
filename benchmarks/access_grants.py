"""Measures "who may use or administer AI" on one large account: run `python benchmarks/access_grants.py`.

The account is made up from one seed: 1,000 roles, 200 users, 40 groups, 560 customer managed policies of realistic
size, boundaries, and two levels of service control policies, one with a deny by region, so that every grant is weighed.
Where moto is installed, a second row has the same principals on 560 of AWS's own managed policies instead. *Cold* is an
evaluation with nothing cached, *warm* one more right after it. Figures are CPU seconds, median of the runs.
"""

import json
import random
import re
import statistics
import time
from collections.abc import Callable
from importlib.util import find_spec
from typing import Any

from tabulate import tabulate

from annexa.collectors.aws import _access_actions, _policy
from annexa.collectors.aws._access import Grant, access_grants

ACCOUNT = "111122223333"
ROLES, USERS, GROUPS, POLICIES, RUNS = 1000, 200, 40, 560, 5
TARGET = 0.2
SERVICES = [
    "s3",
    "ec2",
    "iam",
    "logs",
    "lambda",
    "kms",
    "sqs",
    "sns",
    "dynamodb",
    "rds",
    "ecs",
    "ecr",
    "eks",
    "glue",
    "athena",
    "ssm",
    "events",
    "states",
    "cloudwatch",
    "cloudformation",
    "bedrock",
    "bedrock-agentcore",
    "sagemaker",
    "qbusiness",
    "kendra",
]
VERBS = ["Get", "List", "Describe", "Create", "Update", "Delete", "Put", "Start", "Stop", "Invoke", "Tag", "Batch"]
NOUNS = [
    "Item",
    "Model",
    "Agent",
    "Table",
    "Stack",
    "Function",
    "Key",
    "Queue",
    "Policy",
    "Instance",
    "Endpoint",
    "Domain",
    "Guardrail",
    "Job",
    "Version",
]

Document = dict[str, Any]


def main() -> None:
    """Print one row per account: its size, the CPU seconds of both kinds of run, and the target."""
    accounts = {"made-up policies": _account(_made_up())}
    if find_spec("moto"):
        accounts["AWS managed policies"] = _account(_managed())
    rows = [_row(name, details) for name, details in accounts.items()]
    headers = ["policies", "MB", "statements", "principals", "grants", "cold s", "warm s", "target s", "met"]
    print(tabulate(rows, headers=headers, floatfmt=".3f"))


def _row(name: str, details: dict[str, Any]) -> list[object]:
    documents = [policy["PolicyVersionList"][0]["Document"] for policy in details["policies"]]
    cold, warm, grants = [], [], 0
    for _ in range(RUNS):
        _forget()
        seconds, found = _timed(lambda: list(access_grants(**details)))
        cold.append(seconds)
        warm.append(_timed(lambda: list(access_grants(**details)))[0])
        grants = len(found)
    size = sum(len(json.dumps(document)) for document in documents) / 1e6
    statements = sum(len(document["Statement"]) for document in documents)
    median = statistics.median(cold)
    met = "yes" if median < TARGET else "no"
    return [name, size, statements, ROLES + USERS, grants, median, statistics.median(warm), TARGET, met]


def _forget() -> None:
    for cached in (_policy.action_bits, _policy._arn_bits, _access_actions.names):
        cached.cache_clear()
    re.purge()


def _timed(work: Callable[[], list[Grant]]) -> tuple[float, list[Grant]]:
    start = time.process_time()
    result = work()
    return time.process_time() - start, result


def _account(documents: list[Document]) -> dict[str, Any]:
    dice = random.Random(7)
    arns = [f"arn:aws:iam::{ACCOUNT}:policy/p{number}" for number in range(len(documents))]
    groups = [_principal("group", "GroupName", f"g{n}", dice, arns) for n in range(GROUPS)]
    users = [_principal("user", "UserName", f"u{n}", dice, arns) for n in range(USERS)]
    for user in users:
        user["GroupList"] = dice.sample([group["GroupName"] for group in groups], dice.randint(0, 4))
    return {
        "users": users,
        "groups": groups,
        "roles": [_principal("role", "RoleName", f"r{n}", dice, arns) for n in range(ROLES)],
        "policies": [_managed_policy(arn, document) for arn, document in zip(arns, documents, strict=True)],
        "account_id": ACCOUNT,
        "management_account": False,
        "scp_levels": [[_allow_all(), _deny_regions()], [_allow_all(), _deny_secrets()]],
    }


def _principal(kind: str, key: str, name: str, dice: random.Random, arns: list[str]) -> dict[str, Any]:
    detail: dict[str, Any] = {
        key: name,
        f"{kind.title()}Id": f"ID{name.upper()}",
        "Arn": f"arn:aws:iam::{ACCOUNT}:{kind}/{name}",
        "AttachedManagedPolicies": [{"PolicyArn": arn} for arn in dice.sample(arns, dice.randint(1, 4))],
        f"{kind.title()}PolicyList": [],
    }
    if dice.random() < 0.4:
        detail[f"{kind.title()}PolicyList"] = [{"PolicyName": "own", "PolicyDocument": _document(dice, 2)}]
    if kind == "role":
        detail["AssumeRolePolicyDocument"] = {
            "Statement": {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}
        }
    if kind != "group" and dice.random() < 0.1:
        detail["PermissionsBoundary"] = {"PermissionsBoundaryArn": dice.choice(arns)}
    return detail


def _managed_policy(arn: str, document: Document) -> dict[str, Any]:
    return {"Arn": arn, "PolicyVersionList": [{"IsDefaultVersion": True, "Document": document}]}


def _made_up() -> list[Document]:
    dice = random.Random(11)
    return [_document(dice, dice.randint(6, 24)) for _ in range(POLICIES)]


def _managed() -> list[Document]:
    from moto.iam.aws_managed_policies import aws_managed_policies_data

    documents = [policy["Document"] for policy in json.loads(aws_managed_policies_data).values()]
    chosen = random.Random(13).sample(documents, POLICIES)
    return [{"Statement": raw if isinstance(raw := each["Statement"], list) else [raw]} for each in chosen]


def _document(dice: random.Random, statements: int) -> Document:
    return {"Version": "2012-10-17", "Statement": [_statement(dice) for _ in range(statements)]}


def _statement(dice: random.Random) -> dict[str, Any]:
    service = dice.choice(SERVICES)
    resource = f"arn:aws:{service}:*:{ACCOUNT}:{dice.choice(NOUNS).lower()}/team-{dice.randint(1, 40)}-*"
    statement: dict[str, Any] = {
        "Sid": f"S{dice.randint(1, 10**9)}",
        "Effect": "Deny" if dice.random() < 0.05 else "Allow",
        "Action": [_pattern(dice, service) for _ in range(dice.randint(4, 16))],
        "Resource": "*" if dice.random() < 0.6 else [resource],
    }
    if dice.random() < 0.25:
        statement["Condition"] = {"StringEquals": {"aws:ResourceTag/team": f"team-{dice.randint(1, 40)}"}}
    return statement


def _pattern(dice: random.Random, service: str) -> str:
    verb, noun = dice.choice(VERBS), dice.choice(NOUNS)
    return f"{service}:" + dice.choice((f"{verb}*", f"{verb}{noun}", f"{verb}{noun}*", f"*{noun}", f"{verb}{noun}s"))


def _allow_all() -> Document:
    return {"Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}


def _deny_regions() -> Document:
    test = {"StringNotEquals": {"aws:RequestedRegion": ["eu-west-1", "eu-central-1"]}}
    return {"Statement": [{"Effect": "Deny", "NotAction": ["iam:*", "sts:*"], "Resource": "*", "Condition": test}]}


def _deny_secrets() -> Document:
    return {"Statement": [{"Effect": "Deny", "Action": "*", "Resource": "arn:aws:s3:::secrets/*"}]}


if __name__ == "__main__":
    main()
