"""Plan, collect, seal, judge, report: the whole way of a fact, and the door of the command line."""

import secrets
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from importlib import metadata
from typing import IO, TYPE_CHECKING, Any

from annexa.evidence.canonical import encode_trusted
from annexa.evidence.clock import Clock, SystemClock, stamp

if TYPE_CHECKING:
    from annexa.collectors._collect import Done
    from annexa.collectors._plan import Exclusion, Work
    from annexa.collectors._source import Source
    from annexa.evidence.call import Collector
    from annexa.evidence.gather import Gathered
    from annexa.evidence.keeper import Keeper
    from annexa.evidence.keys import SigningKey
    from annexa.evidence.manifest import Manifest, Organisation, RegisterInfo, SourceInfo
    from annexa.evidence.sealed import Seal, SealedFolder
    from annexa.evidence.vault import Vault
    from annexa.mappings.evidence_view import VaultEvidence
    from annexa.mappings.pack import RulePack
    from annexa.mappings.results import Assessment, ItemResult


def version() -> str:
    """Version of annexa."""
    return metadata.version("annexa")


@dataclass(frozen=True, kw_only=True)
class Order:
    """Everything that one run is told; nothing below looks at the machine."""

    organisation: "Organisation"
    vault: "Vault"
    key: "SigningKey"
    redaction: bytes
    sources: "tuple[tuple[Source, tuple[Collector, ...]], ...]"
    cannot: "tuple[SourceInfo, ...]" = ()
    """Sources that were planned and could not start."""
    registers: "Callable[[], tuple[RegisterInfo, ...]]" = tuple
    """How the registers were found; asked when all units are done."""
    exclusions: "tuple[Exclusion, ...]" = ()
    clock: Clock = field(default_factory=SystemClock)
    threads: int = 32
    noted: "Callable[[Work, Done | None], None]" = lambda work, done: None
    """Told of each unit twice: when it is planned, and when it is done."""
    run_id: str = ""


def collect(order: Order) -> "tuple[Manifest, Seal]":
    """Run every unit of every source into a new run of the vault, and seal it."""
    from annexa.collectors._collect import Collecting, Means
    from annexa.collectors._plan import Plan
    from annexa.evidence.redact import Redactor
    from annexa.evidence.statement import RUN_TYPE
    from annexa.evidence.vault import new_id

    started = stamp(order.clock.now())
    run_id = order.run_id or new_id(order.clock.now())
    with ExitStack() as stack:
        writer = stack.enter_context(order.vault.start_run(run_id))
        pool = stack.enter_context(ThreadPoolExecutor(order.threads, "annexa")) if order.threads > 1 else None
        means = Means(
            organisation=order.organisation.id, run_id=run_id, version=version(), clock=order.clock,
            redactor=Redactor(order.redaction), token=lambda: secrets.token_hex(16), pool=pool,
        )  # fmt: skip
        plan = Plan(order.exclusions, started[:10])
        collecting = Collecting(means, plan, contained, order.noted)
        for done in collecting.run(order.sources):
            write(writer, done)
        accounts = {source.alias: plan.accounts(source) for source, _ in order.sources}
        manifest = _manifest(order, run_id, started, accounts)
        writer.file("run.json", _json(manifest))
        seal = writer.finish(predicate_type=RUN_TYPE, predicate=_predicate(manifest), key=order.key)
    return manifest, seal


def contained(run: "Callable[[], Gathered]", work: "Work", keeper: "Keeper") -> "Gathered":
    """Run one unit; our own mistake costs this unit alone, by name, and never looks like an empty answer."""
    from annexa.collectors._collect import failed

    try:
        return run()
    except Exception as error:
        return failed(keeper, work, f"{type(error).__name__} in {work.collector.name}")


def write(writer: "SealedFolder", done: "Done") -> None:
    """Append one finished unit to the run."""
    for data in done.pages.values():
        writer.page(data)
    for record in done.gathered.records:
        writer.line(f"records/{record.kind}", encode_trusted(record))
    for unread in done.gathered.unreads:
        writer.line("unread", encode_trusted(unread))
    for call in done.gathered.keeper.calls:
        writer.line("calls", encode_trusted(call))
    writer.line("units", encode_trusted(done.gathered.unit))


def _manifest(order: Order, run_id: str, started: str, accounts: dict[str, tuple[str, ...]]) -> "Manifest":
    import msgspec

    from annexa.evidence.manifest import Manifest, Previous, declare
    from annexa.schemas.words import RunState

    infos = (*_sources(order, accounts), *order.cannot)
    previous = order.vault.previous(order.organisation.id)
    return Manifest(
        run_id=run_id, organisation=order.organisation, state=RunState.COMPLETE, planned=started, started=started,
        finished=stamp(order.clock.now()), environment=_weakest(infos), version=version(), sources=infos,
        hosts=tuple(sorted({host for info in infos for host in info.hosts})),
        collectors=tuple(declare(item) for item in _once(c for _, cs in order.sources for c in cs)),
        registers=order.registers(),
        previous=msgspec.convert(previous, Previous, from_attributes=True) if previous else None,
    )  # fmt: skip


def _sources(order: Order, accounts: dict[str, tuple[str, ...]]) -> "Iterator[SourceInfo]":
    from annexa.evidence.manifest import SourceInfo

    for source, _ in order.sources:
        known = {
            name: value for name, value in source.known(source.tenant).items() if name not in ("account", "region")
        }
        yield SourceInfo(
            source=source.alias, vendor=source.vendor, tenant=source.tenant, environment=source.environment,
            hosts=source.hosts(), identities=source.identities(),
            known={**known, "accounts": accounts.get(source.alias, ())},
        )  # fmt: skip


def _weakest(infos: "Iterable[SourceInfo]") -> Any:
    from annexa.schemas.words import Environment

    seen = {info.environment for info in infos}
    order = (Environment.SANDBOX, Environment.NON_VENDOR)
    return next((each for each in order if each in seen), Environment.VENDOR)


def _once(collectors: "Iterable[Collector]") -> "list[Collector]":
    return list({item.name: item for item in collectors}.values())


def _predicate(manifest: "Manifest") -> dict[str, Any]:
    import msgspec

    stated = msgspec.to_builtins(manifest)
    return {name: value for name, value in stated.items() if name not in ("collectors", "format", "registers")}


def _json(value: Any) -> bytes:
    import msgspec

    from annexa.evidence.canonical import encode

    return encode(msgspec.to_builtins(value)) + b"\n"


def assess(
    vault: "Vault",
    run: str,
    *,
    key: "SigningKey",
    isms: str = "main",
    as_of: str | None = None,
    period: tuple[str, str] | None = None,
    pack: "RulePack | None" = None,
    what_if: tuple[str, ...] = (),
) -> "Assessment":
    """Judge a sealed run into a new assessment of the vault, and seal it; an equal one that is there already is kept."""
    from annexa.evidence import assessments
    from annexa.mappings.evidence_view import VaultEvidence
    from annexa.mappings.judge import judge
    from annexa.mappings.pack import load_pack

    reader = vault.run(run)
    evidence = VaultEvidence(reader)
    with tempfile.TemporaryFile() as spool:
        judged = judge(
            evidence, earlier(vault, evidence.manifest, period), pack=pack or load_pack(), as_of=as_of, period=period,
            items=lambda item: _spool(spool, item), isms=isms, what_if=what_if,
        )  # fmt: skip
        made = judged.assessment
        if any(info.assessment_id == made.assessment_id for info in vault.assessments()):
            return made
        spool.seek(0)
        with vault.start_assessment(made.assessment_id) as folder:
            for line in spool:
                folder.line(assessments.ITEMS, line.rstrip(b"\n"))
            assessments.write(folder, made, (), judged.findings, predicate=_stated(made), key=key)
    return made


def earlier(vault: "Vault", manifest: "Manifest", period: tuple[str, str] | None = None) -> "list[VaultEvidence]":
    """The earlier runs that an assessment names: the previous complete one, and with a period all in it."""
    from annexa.mappings.evidence_view import VaultEvidence
    from annexa.schemas.words import RunState

    before = [
        info for info in vault.runs()
        if info.state is RunState.COMPLETE and info.organisation == manifest.organisation.id
        and (info.started or "") < manifest.started and info.run_id != manifest.run_id
    ]  # fmt: skip
    named = [info for info in before if period and (info.started or "")[:10] >= period[0]]
    return [VaultEvidence(vault.run(info.run_id)) for info in named or before[-1:]]


def exit_code(made: "Assessment", *, strict: bool = False, fail_on: tuple[str, ...] = ()) -> int:
    """The exit code that an assessment asks for."""
    from annexa.mappings import exit_code as codes
    from annexa.mappings.pack import load_pack

    return codes.exit_code(made, load_pack(), strict=strict, fail_on=fail_on or None)


def _spool(spool: "IO[bytes]", item: "ItemResult") -> None:
    spool.write(encode_trusted(item) + b"\n")


def _stated(made: "Assessment") -> dict[str, Any]:
    import msgspec

    runs = [{"run_id": one.id, "statement_sha256": one.sha256} for one in made.inputs if one.what.endswith("run")]
    stated = {
        name: msgspec.to_builtins(getattr(made, name))
        for name in ("as_of", "organisation", "isms", "headline", "hosts")
    }
    return {
        **stated,
        "environment": str(made.environment),
        "mapping_sha256": made.mapping_sha256,
        "inputs": {"runs": runs},
    }


def main(argv: list[str] | None = None) -> int:
    """Console entry point; returns the exit code."""
    from annexa.commands import cli

    return cli.run(argv)


if __name__ == "__main__":
    sys.exit(main())
