"""Companies for `collect.py`: an organisation of equal accounts, and an account with one long list."""

from datetime import UTC, datetime
from typing import Any

from annexa.sandbox._errors import AwsError
from annexa.sandbox._question import Question
from annexa.sandbox._scenario import Scenario, load_scenario
from annexa.sandbox.aws_server import AwsStandIn, Fault, serve
from annexa.sandbox.world import AwsWorld

__all__ = ["access_key", "one_list", "organisation", "serve"]

ACCOUNT = "111122223333"
PATTERN = "prod"
"""The account of the make-believe company that every account is a copy of."""


def organisation(*, accounts: int, page_size: int = 100, seconds: float = 0) -> tuple[AwsWorld, AwsStandIn]:
    """So many accounts, each with everything that the pattern has, the management account too."""
    scenario = load_scenario("harbourline_aws.yaml", "first", ("clean", "clean first"))
    head = scenario.head
    pattern, owner = head["accounts"][PATTERN], head["accounts"]["management"]
    copies = {f"copy-{number}": {**pattern, "id": str(500000000000 + number)} for number in range(1, accounts)}
    members = {"management": owner, **copies}
    resources = {
        f"{name}/{scope.split('/')[1]}": _renamed(kinds, pattern["id"], account["id"])
        for name, account in members.items()
        for scope, kinds in scenario.resources.items()
        if scope.startswith(f"{PATTERN}/")
    }
    for policy in head["organization"]["policies"]:
        policy["targets"] = _targets(policy["targets"], head["accounts"], members)
    for permission_set in head["identity_center"]["permission_sets"]:
        permission_set["_assignments"] = dict.fromkeys(members, next(iter(permission_set["_assignments"].values())))
    head |= {"accounts": members, "denied": [], "organization": {**head["organization"], "delegated": {}}}
    world = AwsWorld(Scenario(now=scenario.now, head=head, resources=resources))
    faults = (Fault("*", "*", kind="slow", seconds=seconds),) if seconds else ()
    return world, AwsStandIn(world, faults, page_size=page_size)


def one_list(*, items: int, page_size: int) -> tuple["OneList", AwsStandIn]:
    """An account outside any organisation with so many guardrails."""
    world = OneList(items)
    return world, AwsStandIn(world, page_size=page_size)


def access_key(world: "AwsWorld | OneList") -> str:
    """A key id that signs for the account to begin with."""
    return world.access_key(world.management.id) if isinstance(world, AwsWorld) else "AKIAONELIST000000000"


class OneList:
    """Knows who asks, and its guardrails."""

    now = datetime(2026, 8, 30, 6, tzinfo=UTC)
    services = ("bedrock", "organizations", "sts")

    def __init__(self, items: int) -> None:
        self._guardrails = [self._guardrail(number) for number in range(items)]

    def caller(self, access_key: str) -> tuple[str, str]:
        """Everybody is the same user."""
        return ACCOUNT, f"arn:aws:iam::{ACCOUNT}:user/annexa"

    def resolves(self, service: str, region: str) -> bool:
        """Every host is there."""
        return True

    def answer(self, question: Question) -> dict[str, Any]:
        """The caller, or the whole list."""
        if question.operation == "GetCallerIdentity":
            return {"Account": ACCOUNT, "Arn": question.arn, "UserId": "AIDAONELIST"}
        if question.operation == "DescribeOrganization":
            raise AwsError("AWSOrganizationsNotInUseException", "there is no organisation", 400)
        return {"guardrails": self._guardrails}

    def _guardrail(self, number: int) -> dict[str, Any]:
        name = f"g{number:011d}"
        return {
            "id": name, "arn": f"arn:aws:bedrock:us-east-1:{ACCOUNT}:guardrail/{name}", "status": "READY",
            "name": f"guardrail-{number}", "description": f"What number {number} is for", "version": "DRAFT",
            "createdAt": self.now, "updatedAt": self.now,
        }  # fmt: skip


def _renamed(node: Any, old: str, new: str) -> Any:
    if isinstance(node, dict):
        return {key: _renamed(value, old, new) for key, value in node.items()}
    if isinstance(node, list):
        return [_renamed(value, old, new) for value in node]
    return node.replace(old, new) if isinstance(node, str) else node


def _targets(targets: list[str], before: dict[str, Any], members: dict[str, Any]) -> list[str]:
    kept = [target for target in targets if target in members or target not in before]
    copies = [name for name in members if name not in before] if PATTERN in targets else []
    return [*kept, *copies]
