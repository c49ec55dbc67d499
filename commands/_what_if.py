"""What a sealed run is judged with instead of what was sealed with it: other registers, other boundaries.

Registers are read by the code of a run, in memory; nothing is written into the run.
"""

import hashlib
import secrets
from collections.abc import Iterable
from pathlib import Path

import click
import msgspec

from annexa import collectors, runner
from annexa.collectors import registers as vendor
from annexa.collectors._collect import Collecting, Done, Means
from annexa.collectors._plan import Plan
from annexa.collectors._source import Circumstances
from annexa.collectors.registers import RegistersSource
from annexa.evidence.clock import VirtualClock, parse
from annexa.evidence.errors import UsageError
from annexa.evidence.manifest import IsmsInfo, Manifest, RegisterInfo, declare
from annexa.evidence.redact import Redactor
from annexa.mappings.evidence_view import Evidence
from annexa.mappings.replaced import Replaced, Replacement, bounded
from annexa.mappings.results import Input

KEPT = "registers.parameters"
"""Thresholds come from the configuration and not from the folder: those that were sealed stay."""


def other_registers(folder: Path, manifest: Manifest) -> Replacement:
    """The registers of `folder` in the place of those sealed with the run; what is wrong in them is told."""
    if not folder.is_dir():
        raise UsageError(f"{folder} is no folder", hint="give the folder of registers with --registers")
    source, done = _read(folder, manifest)
    for unread in (unread for one in done for unread in one.gathered.unreads):
        if unread.reason == "invalid_answer":
            click.echo(f"registers: {unread.detail.partition(': ')[2]}", err=True)
    infos, names = source.infos(), frozenset(one.work.collector.name for one in done)
    kept = tuple(info for info in manifest.collectors if info.name not in names)
    changed = msgspec.structs.replace(
        manifest, registers=infos, collectors=(*kept, *(declare(one.work.collector) for one in done))
    )

    def apply(run: Evidence) -> Evidence:
        together = msgspec.structs.replace(changed, isms=run.manifest.isms)
        return Replaced(
            run, together, collectors=names,
            records=(record for one in done for record in one.gathered.records),
            units=(one.gathered.unit for one in done),
            unreads=(unread for one in done for unread in one.gathered.unreads),
        )  # fmt: skip

    says = f"judged with the registers of {folder.resolve().name}, not with those sealed with the run"
    return Replacement(says=says, inputs=tuple(_inputs(infos)), apply=apply)


def other_boundaries(isms: tuple[IsmsInfo, ...]) -> Replacement:
    """The boundaries of today's configuration, where the run was sealed without them."""
    return bounded(isms, hashlib.sha256(msgspec.json.encode(isms)).hexdigest())


def _read(folder: Path, manifest: Manifest) -> tuple[RegistersSource, list[Done]]:
    """Every register of the folder, as a run at the end of the sealed one would have read it."""
    organisation, clock = manifest.organisation.id, VirtualClock(parse(manifest.finished))
    alias = next((info.source for info in manifest.sources if info.vendor == vendor.Settings().vendor), None)
    settings = vendor.Settings(name=alias or vendor.Settings().name, folder=str(folder))
    source = vendor.connect(settings, Circumstances(organisation=organisation, clock=clock, run_id=manifest.run_id))
    assert isinstance(source, RegistersSource)  # noqa: S101
    means = Means(
        organisation=organisation, run_id=manifest.run_id, version=runner.version(), clock=clock,
        # Nothing of it is kept: a secret that somebody wrote into a register is hidden by a key that nobody has.
        redactor=Redactor(secrets.token_bytes(32)), token=lambda: "0" * 32,
    )  # fmt: skip
    wanted = tuple(one for one in collectors.of(vendor) if one.name != KEPT)
    return source, list(Collecting(means, Plan(), runner.contained, lambda work, done: None).run([(source, wanted)]))


def _inputs(infos: Iterable[RegisterInfo]) -> Iterable[Input]:
    """Every register by its digest; one that was not supplied, or could not be read, has none."""
    for info in infos:
        yield Input(what="register", id=f"{info.name}: {info.state}", sha256=info.sha256)
