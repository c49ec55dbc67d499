"""Plan, collect, seal, judge, report: the whole way of a fact, and the door of the command line."""

import secrets
import sys
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from importlib import metadata
from typing import TYPE_CHECKING, Any

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
    from annexa.evidence.manifest import IsmsInfo, Manifest, Organisation, RegisterInfo, SourceInfo
    from annexa.evidence.sealed import Seal, SealedFolder
    from annexa.evidence.vault import Vault
    from annexa.mappings.results import Assessment


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
    isms: "tuple[IsmsInfo, ...]" = ()
    """Management systems with their boundaries."""
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
        registers=order.registers(), isms=order.isms,
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
    return {name: value for name, value in stated.items() if name not in ("collectors", "format", "isms", "registers")}


def _json(value: Any) -> bytes:
    import msgspec

    from annexa.evidence.canonical import encode

    return encode(msgspec.to_builtins(value)) + b"\n"


def assess(vault: "Vault", run: str, *, key: "SigningKey", **question: Any) -> "Assessment":
    """Judge a sealed run into a new assessment of the vault; `question` is that of `annexa.mappings.kept.assess`."""
    from annexa.mappings import kept

    return kept.assess(vault, run, key=key, **question)


def exit_code(made: "Assessment", *, strict: bool = False, fail_on: tuple[str, ...] = ()) -> int:
    """The exit code that an assessment asks for."""
    from annexa.mappings import exit_code as codes
    from annexa.mappings.pack import load_pack

    return codes.exit_code(made, load_pack(), strict=strict, fail_on=fail_on or None)


def main(argv: list[str] | None = None) -> int:
    """Console entry point; returns the exit code."""
    from annexa.commands import cli

    return cli.run(argv)


if __name__ == "__main__":
    sys.exit(main())
