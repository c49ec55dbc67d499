"""A whole company in memory-fast form: the stand-in answers inside the process, everything else is real."""

from collections.abc import Callable, Collection, Iterable
from pathlib import Path
from typing import Any

import botocore.session

from annexa import runner
from annexa.commands._config import Config, OrganisationTable
from annexa.commands._connect import Connected, Lent, connect
from annexa.commands._place import Here
from annexa.evidence.clock import VirtualClock
from annexa.evidence.keys import SigningKey, generate
from annexa.evidence.manifest import Manifest, Organisation
from annexa.evidence.vault import Vault
from annexa.sandbox.aws_server import AwsStandIn, Fault, answer_in_process
from annexa.sandbox.company import DateName, ScenarioName, aws_world

ENDPOINT = "http://127.0.0.1:1"
"""Nobody listens there: what the stand-in does not answer inside the process fails loudly."""

MODELS = botocore.session.get_session().get_component("data_loader")
"""The vendor's service models, read once for all sessions: reading them takes longer than asking."""


class Company:
    """Collects Harbourline into a vault of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.key: SigningKey = generate(folder / "key.pem")
        self.vault = Vault.open(folder / "vault", create=True)
        self.standin: AwsStandIn | None = None

    def connected(
        self,
        scenario: ScenarioName,
        date: DateName,
        faults: Iterable[Fault] = (),
        registers: Path | None = None,
        mended: Collection[int] = (),
        **config: Any,
    ) -> tuple[Connected, VirtualClock]:
        world = aws_world(scenario, date, mended)
        self.standin = AwsStandIn(world, tuple(faults))
        credentials = world.credentials()
        said = Config(
            organisation=OrganisationTable(id="harbourline", name="Harbourline"),
            sources=({"name": "aws:main", "vendor": "aws", "endpoint": ENDPOINT, "attempts": 1},),
            registers=str(registers) if registers else None,
            **config,
        )
        clock = VirtualClock(world.now)
        standin = self.standin
        lent = Lent(
            clock=clock,
            run_id="r",
            threads=1,
            pacing=False,
            sandbox=True,
            prepare=lambda _, session: in_process(session, standin),
            environment={
                "AWS_ACCESS_KEY_ID": credentials["aws_access_key_id"],
                "AWS_SECRET_ACCESS_KEY": credentials["aws_secret_access_key"],
            },
        )
        return connect(Here(config=said, base=self.folder, vault_path=self.vault.path), lent), clock

    def collect(
        self,
        scenario: ScenarioName = "planted",
        date: DateName = "first",
        faults: Iterable[Fault] = (),
        noted: Callable[..., None] = lambda work, done: None,
        run_id: str = "",
        only: str | None = None,
        **config: Any,
    ) -> Manifest:
        """Collect and seal one run, of all vendors or `only` of one."""
        connected, clock = self.connected(scenario, date, faults, **config)
        order = runner.Order(
            organisation=Organisation(id="harbourline", name="Harbourline"),
            vault=self.vault,
            key=self.key,
            redaction=b"k" * 32,
            sources=tuple(pair for pair in connected.pairs if only in (None, pair[0].vendor)),
            cannot=connected.cannot,
            registers=connected.registers,
            clock=clock,
            threads=1,
            noted=noted,
            run_id=run_id,
        )
        manifest, _ = runner.collect(order)
        return manifest


def in_process(session: Any, standin: AwsStandIn) -> None:
    """Let the stand-in answer the session, and the service models be those that are loaded already."""
    session.register_component("data_loader", MODELS)
    answer_in_process(session, standin)
