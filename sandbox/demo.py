"""The make-believe company, ready to be collected: its vendors behind real HTTP, its registers and settings as files."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from annexa.sandbox import registers
from annexa.sandbox.company import DateName, ScenarioName, aws_world

ORGANISATION = ("harbourline", "Harbourline (make-believe)")
DATES: tuple[DateName, ...] = ("first", "second")


@dataclass(frozen=True, kw_only=True)
class Playing:
    """One day of the company, while its servers run."""

    now: datetime
    """The moment at which it is collected."""
    sources: tuple[dict[str, Any], ...]
    """Tables of `annexa.toml` that lead to the servers."""
    environment: dict[str, str]
    """Made-up credentials."""
    prepare: Any
    """Lets host names that do not exist there not resolve."""


@contextmanager
def playing(scenario: ScenarioName, date: DateName) -> Iterator[Playing]:
    """Run the company's servers on loopback for the length of the block."""
    from annexa.sandbox.aws_server import AwsStandIn, resolve_names, serve

    world = aws_world(scenario, date)
    credentials = world.credentials()
    with serve(AwsStandIn(world)) as url:
        yield Playing(
            now=world.now,
            sources=({"name": "aws:main", "vendor": "aws", "endpoint": url, "attempts": 2},),
            environment={
                "AWS_ACCESS_KEY_ID": credentials["aws_access_key_id"],
                "AWS_SECRET_ACCESS_KEY": credentials["aws_secret_access_key"],
            },
            prepare=lambda session: resolve_names(session, world),
        )


def write_registers(folder: Path, scenario: ScenarioName) -> None:
    """Write the company's registers, with the account ids of its AWS organisation filled in."""
    world = aws_world(scenario, "first")
    names = ("management", "security", "prod", "staging", "data-science", "acquired")
    registers.write_registers(folder, scenario, {name: world.account_id(name) for name in names})


def settings(scenario: ScenarioName) -> dict[str, Any]:
    """Thresholds and switched-off rules of the company."""
    return registers.parameters(scenario)
