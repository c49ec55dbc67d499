"""`annexa doctor`: who we are at each source, which declared calls are allowed, and what would be blind."""

from collections import defaultdict

import click

Tried = dict[tuple[str, str], dict[str, set[str]]]
"""Per source and call: outcome with the scopes in which it was seen."""


@click.command()
@click.option("--source", "only", multiple=True, help="Only this source or vendor (may be repeated).")
@click.option("--all-regions", is_flag=True, help="Try every region; by default one region of each account is tried.")
@click.pass_context
def command(ctx: click.Context, only: tuple[str, ...], all_regions: bool) -> int:
    """Try every declared call and say what would be blind, and which permission would cure it. Nothing is kept."""
    from annexa.commands._connect import connect
    from annexa.commands._dry import Dry, lent
    from annexa.commands._place import here
    from annexa.evidence.manifest import PEOPLE

    connected = connect(here(ctx), lent(), only)
    for info in connected.cannot:
        click.echo(f"{info.source}: cannot start: {info.why_not}\n  what to do: {connected.cures[info.source]}")
    dry = Dry(connected)
    tried, cures = _tried([*dry.scopes(), *dry.try_all(one_region=not all_regions)])
    blind = 0
    for source, collectors in connected.pairs:
        click.echo(f"\n{source.alias}: tenant {source.tenant}, {source.environment}")
        for identity in source.identities():
            click.echo(f"  as {identity}")
        declared = {call.op: call for each in collectors for call in each.calls}
        blind += _say(source.alias, sorted(declared), tried, cures)
    if not any(source.vendor not in PEOPLE for source, _ in connected.pairs):
        return 2
    return 3 if blind else 0


def _tried(done: list) -> tuple[Tried, dict[tuple[str, str, str], str | None]]:  # type: ignore[type-arg]
    tried: Tried = defaultdict(lambda: defaultdict(set))
    cures: dict[tuple[str, str, str], str | None] = {}
    for each in done:
        for call in each.gathered.keeper.calls:
            outcome = "allowed" if call.outcome in ("answered", "absent") else call.outcome
            tried[(call.source, call.call)][outcome].add(call.scope)
        for unread in each.gathered.unreads:
            tried[(unread.source, unread.call)][str(unread.reason)].add(unread.scope)
            cures[(unread.source, unread.call, str(unread.reason))] = unread.cure
    return tried, cures


def _say(alias: str, calls: list[str], tried: Tried, cures: dict[tuple[str, str, str], str | None]) -> int:
    from tabulate import tabulate

    rows, blind, without = list[tuple[str, str, str, str]](), 0, list[str]()
    for call in calls:
        outcomes = tried.get((alias, call))
        if outcomes is None:
            rows.append((call, "not tried", "", "nothing there to ask it about"))
            continue
        if set(outcomes) == {"not_supplied"} and alias.startswith("registers:"):
            without.append(call.partition(":")[2])
            continue
        for outcome, scopes in sorted(outcomes.items()):
            blind += outcome not in ("allowed", "not_supplied")
            cure = "" if outcome == "allowed" else cures.get((alias, call, outcome)) or "nothing would"
            rows.append((call, outcome, str(len(scopes)), cure))
    if without:
        cure = f"{', '.join(without)}. `annexa init` writes a template for each."
        rows.append((f"{len(without)} registers", "not_supplied", "1", f"Supply in the folder of registers: {cure}"))
    click.echo(tabulate(rows, ["call", "outcome", "scopes", "what would cure it"], maxcolwidths=[None, None, None, 44]))
    return blind
