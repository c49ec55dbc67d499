"""`annexa run`: plan, collect, seal, judge, and show the gap summary."""

from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from collections.abc import Callable

    from annexa.collectors._collect import Done
    from annexa.collectors._plan import Work
    from annexa.commands._connect import Connected
    from annexa.commands._place import Here
    from annexa.evidence.errors import UsageError

    Noted = Callable[[Work, Done | None], None]


@click.command()
@click.option("--source", "only", multiple=True, help="Only this source or vendor (may be repeated).")
@click.option("--control", "controls", multiple=True, help="Show only this control (may be repeated).")
@click.option("--threads", default=32, show_default=True, help="Calls that may be under way at once.")
@click.option("--strict", is_flag=True, help="Exit 1 also for what is below a default of ours or not decided.")
@click.option("--format", "form", type=click.Choice(["table", "markdown", "json"]), default="table", show_default=True)
@click.pass_context
def command(
    ctx: click.Context, only: tuple[str, ...], controls: tuple[str, ...], threads: int, strict: bool, form: str
) -> int:
    """Ask every source, seal what it answered, judge it, and show the gap summary.

    Without annexa.toml the credentials that the environment offers are used. Nothing at a vendor is ever changed.
    """
    from annexa import runner
    from annexa.commands._connect import Lent, connect, exclusions, unnamed
    from annexa.commands._isms import boundaries, chosen
    from annexa.commands._place import here, signing_key
    from annexa.commands._progress import Progress
    from annexa.evidence.clock import SystemClock
    from annexa.evidence.manifest import PEOPLE, Organisation
    from annexa.evidence.vault import new_id

    place, clock = here(ctx), SystemClock()
    wanted = [_control(each) for each in controls]
    run_id = new_id(clock.now())
    connected = connect(place, Lent(clock=clock, run_id=run_id, threads=threads), only)
    _tell(connected)
    if not any(source.vendor not in PEOPLE for source, _ in connected.pairs) and not set(PEOPLE) & set(only):
        raise _nothing_to_ask(place, connected)
    named = place.config.organisation if place.config else unnamed()
    # Only now, and in this order: what is wrong with the configuration, the vault or the keys leaves nothing behind.
    place.vault_if_there()
    key, redaction = signing_key(place, make=True), place.redaction_key()
    vault = place.vault(create=True)
    mistakes = Mistakes()
    with Progress() as progress:
        manifest, _ = runner.collect(
            runner.Order(
                organisation=Organisation(id=named.id, name=named.name), vault=vault, key=key, redaction=redaction,
                sources=connected.pairs, cannot=connected.cannot, registers=connected.registers,
                exclusions=exclusions(place.config), isms=boundaries(place.config), clock=clock, threads=threads,
                run_id=run_id, noted=mistakes.beside(progress.noted),
            )
        )  # fmt: skip
    mistakes.tell()
    made = runner.assess(vault, manifest.run_id, key=key, isms=chosen(place, None, manifest))
    from annexa.commands.gaps import render
    from annexa.reports.opened import open_assessment

    click.echo(render(open_assessment(vault, made.assessment_id), form))
    for control in wanted:
        click.echo(f"\nmore: annexa explain {control}")
    return runner.exit_code(made, strict=strict)


class Mistakes:
    """Gathers what is wrong in registers and imports: people can mend it at once, and it blocks what rests on it."""

    def __init__(self) -> None:
        self._says: dict[str, None] = {}

    def beside(self, noted: "Noted") -> "Noted":
        """The same report of units, listened to."""
        from annexa.evidence.manifest import PEOPLE

        def listen(work: "Work", done: "Done | None") -> None:
            noted(work, done)
            if done is not None and work.source.vendor in PEOPLE:
                wrong = [unread for unread in done.gathered.unreads if unread.reason == "invalid_answer"]
                told = (f"{work.source.vendor}: {unread.detail.partition(': ')[2]}" for unread in wrong)
                self._says.update(dict.fromkeys(told))

        return listen

    def tell(self) -> None:
        """One line each, with file and line."""
        for says in self._says:
            click.echo(says, err=True)


def _nothing_to_ask(place: "Here", connected: "Connected") -> "UsageError":
    from annexa.evidence.errors import UsageError

    lacking = f"add a table [[sources]] to {place.file}; `annexa init` writes an example to compare with"
    hint = "cure what is said above, then run again" if connected.cannot else lacking
    return UsageError("no source can start; nothing was collected", hint=hint)


def _control(text: str) -> str:
    from annexa.mappings.catalogue import load

    return load().control(text).id


def _tell(connected: "Connected") -> None:
    from annexa.evidence.manifest import PEOPLE

    for source, collectors in connected.pairs:
        if source.vendor not in PEOPLE:
            click.echo(f"{source.alias}: {source.tenant}, {len(collectors)} collectors, {source.environment}", err=True)
    for source, _ in connected.pairs:
        for trouble in getattr(source, "troubles", ()):
            click.echo(f"{source.alias}: {trouble}", err=True)
    for info in connected.cannot:
        click.echo(f"{info.source}: cannot start: {info.why_not}", err=True)
        click.echo(f"  what to do: {connected.cures[info.source]}", err=True)
