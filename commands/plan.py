"""`annexa plan`: the calls that a run would make, what they cost, and how long they take under published limits."""

from collections import Counter

import click

RATE = 5.0
"""Calls a second per account, region and service: what collecting keeps to where a vendor publishes no limit."""


@click.command()
@click.option("--source", "only", multiple=True, help="Only this source or vendor (may be repeated).")
@click.pass_context
def command(ctx: click.Context, only: tuple[str, ...]) -> int:
    """Show the units of a run: only identities and lists of scopes are asked for.

    Details are asked per item found, so the counts are the least that a run makes.
    """
    from tabulate import tabulate

    from annexa.commands._connect import connect
    from annexa.commands._dry import Dry, lent
    from annexa.commands._place import here
    from annexa.evidence.manifest import PEOPLE

    connected = connect(here(ctx), lent(), only)
    dry = Dry(connected)
    dry.scopes()
    rows: list[tuple[str, str, str, int, int]] = []
    costs: list[str] = []
    for source, collectors in connected.pairs:
        for collector in collectors:
            places = dry.places(source, collector)
            name = collector.name.split(".", 1)[1]
            rows.append((source.alias, name, collector.per, len(places), len(collector.calls)))
            costs += [f"{call.op}: {call.costs}" for call in collector.calls if call.costs]
    click.echo(tabulate(rows, ["source", "collector", "runs per", "units", "calls declared"]))
    units = sum(row[3] for row in rows)
    click.echo(
        f"\nAt least {units} calls; at {RATE:g} a second per account, region and service, at least {_seconds(dry)} s."
    )
    click.echo("\n".join(sorted(set(costs))) if costs else "No call costs money.")
    for alias, cure in connected.cures.items():
        click.echo(f"{alias} cannot start: {cure}", err=True)
    return 2 if not any(source.vendor not in PEOPLE for source, _ in connected.pairs) else 0


def _seconds(dry: "Dry") -> int:  # type: ignore[name-defined]  # noqa: F821
    buckets: Counter[tuple[str, str, str]] = Counter()
    for source, collectors in dry.connected.pairs:
        for collector in collectors:
            service = collector.calls[0].op.split(":", 1)[0] if collector.calls else ""
            for place in dry.places(source, collector):
                buckets[(source.alias, place, service)] += 1
    return round(max(buckets.values(), default=0) / RATE + 0.5)
