"""Harbourline's AWS as one world: accounts, regions, resources, and who may ask what.

Every answer is derived from the scenario file; the tables in `annexa.sandbox.aws` say how. What the world does not
play is `Unsupported`, what the scenario forbids or what a region lacks is the vendor's own error.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from annexa.sandbox._errors import AwsError, Unsupported
from annexa.sandbox._models import service_model
from annexa.sandbox._question import Question
from annexa.sandbox._rates import Rate
from annexa.sandbox._refusals import refusal
from annexa.sandbox._scenario import Scenario, invented
from annexa.sandbox.aws import ANSWERS, GLOBAL_SERVICES, SERVICES, documents_as_text

ENABLED = ("ENABLED", "ENABLED_BY_DEFAULT")
"""The states in which a region can be used."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Account:
    """One account of the organisation; `parent` is a root's or a unit's id."""

    name: str
    id: str
    parent: str
    joined: datetime
    method: str
    tags: dict[str, str]

    @property
    def email(self) -> str:
        """The root user's address."""
        return f"aws-{self.name}@harbourline.example"


class AwsWorld:
    """One company at one moment; immutable but for the sessions it hands out."""

    def __init__(self, scenario: Scenario) -> None:
        self.now = scenario.now
        self.services = SERVICES
        self.head = scenario.head
        self.accounts = {name: Account(name=name, **data) for name, data in scenario.head["accounts"].items()}
        self.by_id = {account.id: account for account in self.accounts.values()}
        self.regions: dict[str, str] = scenario.head["regions"]
        self._resources = scenario.resources
        self._callers = {self.access_key(a.id): (a.id, self._base_arn(a)) for a in self.accounts.values()}

    @property
    def management(self) -> Account:
        """The account that owns the organisation and signs the first call."""
        return self.accounts["management"]

    @property
    def collector_role(self) -> str:
        """The role that the collector may assume in every account."""
        return str(self.head["collector_role"])

    @property
    def rates(self) -> dict[str, Rate]:
        """The scenario's request limits, for `AwsStandIn(rates=…)`."""
        return {service: Rate(**limit) for service, limit in self.head["rates"].items()}

    def access_key(self, account_id: str) -> str:
        """A key id that signs for this account."""
        return f"ASIA{invented('up16 base', account_id)}"

    def credentials(self, account_id: str | None = None) -> dict[str, str]:
        """Arguments for a boto3 session or client: management's identity unless another account is named."""
        account = account_id or self.management.id
        return {"aws_access_key_id": self.access_key(account), "aws_secret_access_key": f"secret of {account}"}

    def role_arn(self, account_id: str) -> str:
        """The collector's role in an account."""
        return f"arn:aws:iam::{account_id}:role/{self.collector_role}"

    def caller(self, access_key: str) -> tuple[str, str] | None:
        """Account id and ARN behind a key id, `None` for a stranger."""
        return self._callers.get(access_key)

    def session_key(self, account_id: str, session: str) -> str:
        """A key id for the collector's role in an account, the same for the same session name."""
        key = f"ASIA{invented('up16 session', f'{account_id} {session}')}"
        self._callers[key] = (account_id, f"arn:aws:sts::{account_id}:assumed-role/{self.collector_role}/{session}")
        return key

    def resolves(self, service: str, region: str) -> bool:
        """Whether the service's host name exists in the region; global services have one that always does."""
        if service in GLOBAL_SERVICES:
            return True
        missing = {"service": service, "region": region} in self.head["unresolvable"]
        return region in self.regions and not missing

    def answer(self, question: Question) -> dict[str, Any]:
        """The whole answer, unpaged; raises `AwsError` or `Unsupported`."""
        how = ANSWERS.get((question.service, question.operation))
        if how is None:
            raise Unsupported(f"{question.service} {question.operation}")
        self._admit(question)
        return documents_as_text(question.service, question.operation, how(self, question))

    def at(self, account_id: str, region: str, kind: str) -> list[dict[str, Any]]:
        """The resources of a kind in one account and region (`global` for IAM and the like)."""
        return list(self._kinds(account_id, region).get(kind, ()))

    def single(self, account_id: str, region: str, kind: str) -> dict[str, Any] | None:
        """The one resource of a kind that a scope can have, `None` if it has none."""
        return self._kinds(account_id, region).get(kind)

    def everywhere(self, kind: str, account_id: str | None = None) -> Iterator[tuple[str, str, dict[str, Any]]]:
        """Account id, region and resource for all of a kind, in one account or in all."""
        for scope, kinds in self._resources.items():
            name, _, region = scope.partition("/")
            owner = self.accounts[name].id
            if account_id in (None, owner):
                yield from ((owner, region, item) for item in kinds.get(kind, ()))

    def account_id(self, name: str) -> str:
        """An account's id by its name; other ids (units, roots) are given back."""
        return self.accounts[name].id if name in self.accounts else name

    def digest(self, *words: str) -> str:
        """Sixteen letters and digits that depend on the words only."""
        return hashlib.sha256(" ".join(words).encode()).hexdigest()[:16]

    def _kinds(self, account_id: str, region: str) -> dict[str, Any]:
        return self._resources.get(f"{self.by_id[account_id].name}/{region}", {})

    def _base_arn(self, account: Account) -> str:
        role = "annexa-base" if account.name == "management" else self.collector_role
        return f"arn:aws:sts::{account.id}:assumed-role/{role}/base"

    def _admit(self, question: Question) -> None:
        service, operation = question.service, question.operation
        protocol = service_model(service).resolved_protocol
        if service not in GLOBAL_SERVICES and self.regions[question.region] not in ENABLED:
            stranger = refusal("unauthorised", service, operation, protocol)
            raise AwsError(stranger.code, "the security token included in the request is invalid", 403)
        name = self.by_id[question.account].name
        if {"account": name, "service": service, "operation": operation} in self.head["denied"]:
            named = refusal("denied", service, operation, protocol)
            who = f"User: {question.arn} is not authorized to perform: {service}:{operation}"
            raise AwsError(named.code, who, named.status)
