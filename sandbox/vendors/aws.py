"""Harbourline's AWS organisation: six accounts behind one stand-in."""

from collections.abc import Collection, Iterable
from datetime import datetime
from types import SimpleNamespace
from typing import Any, cast, get_args

from annexa.sandbox._faults import Kind
from annexa.sandbox._http import Handle
from annexa.sandbox.aws_server import AwsStandIn, Fault, answer_in_process, fault_kinds, resolve_names
from annexa.sandbox.company import aws_world
from annexa.sandbox.play import DateName, ScenarioName


class AwsPlay:
    """One day of the organisation."""

    vendor = "aws"

    def __init__(self, scenario: ScenarioName, date: DateName, mended: Collection[int]) -> None:
        self.world = aws_world(scenario, date, mended)
        self.now: datetime = self.world.now
        self.environment = {name.upper(): value for name, value in self.world.credentials().items()}

    def tables(self, url: str) -> tuple[dict[str, Any], ...]:
        """One source for the whole organisation."""
        return ({"name": "aws:main", "vendor": "aws", "endpoint": url, "attempts": 2},)

    def standin(self, faults: Iterable[Fault] = ()) -> AwsStandIn:
        """The stand-in of this day."""
        return AwsStandIn(self.world, tuple(faults))

    def prepare(self, target: Any) -> None:
        """Let host names that do not exist there not resolve."""
        resolve_names(target, self.world)

    def in_process(self, target: Any, handle: Handle) -> None:
        """Answer a botocore session without sockets."""
        answer_in_process(target, cast(AwsStandIn, SimpleNamespace(handle=handle, world=self.world)))

    def fault(self, op: str, kind: str, scope: str | None = None) -> Fault:
        """A fault on `service:Operation`, in one account or region or in all."""
        if kind not in get_args(Kind):
            raise ValueError(f"AWS has no fault of kind {kind}")
        service, operation = op.split(":", 1)
        account, _, region = (scope or "").partition("/")
        return Fault(service, operation, account=account or None, region=region or None, kind=cast(Kind, kind))

    def fault_kinds(self, op: str) -> tuple[str, ...]:
        """The kinds that mean something for an operation."""
        return fault_kinds(*op.split(":", 1))


def play(scenario: ScenarioName, date: DateName, mended: Collection[int] = ()) -> AwsPlay:
    """AWS on one of the company's days."""
    return AwsPlay(scenario, date, mended)
