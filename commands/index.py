"""`annexa index`: make the index beside the runs anew."""

import click

from annexa.commands._place import here


@click.command("index")
@click.pass_context
def command(ctx: click.Context) -> None:
    """Rebuild the index beside the runs; it is never sealed, and neither verification nor judgement reads it."""
    from annexa.evidence.index import INDEX, rebuild

    vault = here(ctx).vault()
    rows = rebuild(vault)
    click.echo(f"{vault.path / INDEX}: {rows:,} records")
