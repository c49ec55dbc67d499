"""`annexa records`: browse what a run collected."""

from itertools import islice
from typing import TYPE_CHECKING

import click

from annexa.commands._place import here
from annexa.commands._reading import format_option, show

if TYPE_CHECKING:
    from annexa.evidence.listing import RunReader
    from annexa.reports.listing import Filter


@click.command("records")
@click.argument("run", default="latest")
@click.option("--kind", help="Only records of this kind.")
@click.option("--source", default="*", help="Only from this source; * stands for anything.")
@click.option("--scope", help="Only from this scope: 111122223333/eu-west-1, */eu-west-1; * lists each scope.")
@click.option("--subject", default="*", help="Only about subjects whose id holds this text.")
@click.option("--verdict", help="Only access grants with this verdict: allowed, conditional.")
@click.option("--limit", default=50, show_default=True, type=click.IntRange(min=0), help="At most so many; 0: all.")
@format_option
@click.pass_context
def command(
    ctx: click.Context, run: str, kind: str | None, source: str, scope: str | None, subject: str, verdict: str | None,
    limit: int, form: str,
) -> None:  # fmt: skip
    """Browse the records of RUN (default: the latest): counts by kind and scope, or the records of one kind."""
    from annexa.evidence.errors import UsageError
    from annexa.reports import listing
    from annexa.reports.words import number

    reader = here(ctx).vault().run(run)
    present = listing.kinds(reader)
    if kind is not None and kind not in present:
        raise UsageError(
            f"{reader.run_id} has no record of kind {kind!r}", hint=f"it has: {', '.join(present) or 'none'}"
        )
    wanted = listing.Filter(kind=kind, source=source, scope=scope or "*", subject=subject, verdict=verdict)
    if kind is None and subject == "*" and verdict is None:
        _counts(reader, wanted, form, each_scope=scope is not None or form == "json")
        return
    found = listing.records(reader, wanted)
    shown = list(islice(found, limit or None))
    show(form, listing.RECORDS, [listing.record_row(record) for record in shown], shown)
    left = sum(1 for _ in found)
    click.echo(
        f"{reader.run_id}: {number(len(shown) + left, 'record')}" + (f", {len(shown):,} shown" if left else ""),
        err=True,
    )


def _counts(reader: "RunReader", wanted: "Filter", form: str, *, each_scope: bool) -> None:
    """How many records there are, folded over the scopes unless each is asked for."""
    from annexa.reports import listing
    from annexa.reports.words import number

    counts = listing.counted(reader, wanted)
    values = [dict(zip(("kind", "source", "scope", "count"), row, strict=True)) for row in counts]
    if each_scope:
        show(form, listing.POPULATIONS, [[*row[:3], f"{row[3]:,}"] for row in counts], values)
    else:
        show(form, listing.KINDS, listing.by_kind(counts), None)
    total = number(sum(row[3] for row in counts), "record")
    click.echo(f"{reader.run_id}: {total}; each scope: --scope '*'; the records: --kind KIND", err=True)
