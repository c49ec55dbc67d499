"""A whole company in memory-fast form: the stand-ins answer inside the process, everything else is real."""

from collections.abc import Callable, Collection, Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from annexa import runner
from annexa.commands._config import Config, OrganisationTable
from annexa.commands._connect import Connected, Lent, connect
from annexa.commands._place import Here
from annexa.evidence.clock import VirtualClock
from annexa.evidence.keys import SigningKey, generate
from annexa.evidence.manifest import Manifest, Organisation
from annexa.evidence.vault import Vault
from annexa.sandbox import vendors as played
from annexa.sandbox.play import MOMENTS, DateName, Play, ScenarioName

ENDPOINT = "http://127.0.0.1:1"
"""Nobody listens there: what a stand-in does not answer inside the process fails loudly."""


class Company:
    """Collects Harbourline, or some of its vendors, into a vault of its own."""

    def __init__(self, folder: Path, vendors: Iterable[str] = ("aws",)) -> None:
        self.folder, self.vendors = folder, tuple(vendors)
        self.key: SigningKey = generate(folder / "key.pem")
        self.vault = Vault.open(folder / "vault", create=True)
        self.standins: dict[str, Any] = {}
        """What answered last, by vendor."""

    @property
    def standin(self) -> Any:
        """What answered last for the first vendor."""
        return self.standins.get(self.vendors[0])

    def connected(
        self,
        scenario: ScenarioName,
        date: DateName,
        faults: Iterable[Any] | Mapping[str, Iterable[Any]] = (),
        registers: Path | None = None,
        mended: Collection[int] = (),
        **config: Any,
    ) -> tuple[Connected, VirtualClock]:
        """Sources and clock of one day; `faults` are the first vendor's, or those of several by vendor."""
        plays = played.plays(scenario, date, mended, self.vendors)
        by_vendor = faults if isinstance(faults, Mapping) else {self.vendors[0]: faults}
        self.standins = {name: play.standin(by_vendor.get(name, ())) for name, play in plays.items()}
        said = Config(
            organisation=OrganisationTable(id="harbourline", name="Harbourline"),
            sources=tables(plays),
            registers=str(registers) if registers else None,
            **config,
        )
        clock = VirtualClock(MOMENTS[date])
        standins = self.standins
        lent = Lent(
            clock=clock,
            run_id="r",
            threads=1,
            pacing=False,
            sandbox=True,
            prepare=lambda vendor, target: in_process(plays[vendor], target, standins[vendor].handle),
            environment=environment(plays),
        )
        return connect(Here(config=said, base=self.folder, vault_path=self.vault.path), lent), clock

    def collect(
        self,
        scenario: ScenarioName = "planted",
        date: DateName = "first",
        faults: Iterable[Any] | Mapping[str, Iterable[Any]] = (),
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


def tables(plays: Mapping[str, Play], **further: Any) -> tuple[dict[str, Any], ...]:
    """The sources' tables: asked once, never again; `further` are keys of every one of them."""
    return tuple({**table, "attempts": 1, **further} for play in plays.values() for table in play.tables(ENDPOINT))


def environment(plays: Mapping[str, Play]) -> dict[str, str]:
    """The made-up credentials of all of them."""
    return {name: value for play in plays.values() for name, value in play.environment.items()}


def in_process(play: Play, target: Any, handle: Any) -> None:
    """Let the handle answer the client or session; a session's service models are those that are loaded already."""
    if play.vendor == "aws":
        target.register_component("data_loader", _models())
    play.in_process(target, handle)


@cache
def _models() -> Any:
    """The vendor's service models, read once for all sessions: reading them takes longer than asking."""
    import botocore.session

    return botocore.session.get_session().get_component("data_loader")
