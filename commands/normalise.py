"""`annexa normalise`: rebuilds the records of a run from its kept pages, and compares."""

import click


@click.command()
@click.argument("run", default="latest")
@click.pass_context
def command(ctx: click.Context, run: str) -> int:
    """Rebuild every record of RUN from its kept pages with the installed collectors, and say what comes out otherwise.

    Nothing is written: a sealed run never changes. A difference means that the collectors were changed since, or that a
    record was not made from its pages.
    """
    import msgspec

    from annexa import collectors
    from annexa.commands._place import here
    from annexa.evidence.keeper import CallEntry
    from annexa.evidence.manifest import Manifest
    from annexa.evidence.record import Record
    from annexa.evidence.replay import compare, rebuild

    reader = here(ctx).vault().run(run)
    manifest = msgspec.convert(reader.manifest(), Manifest)
    installed = {
        each.name: each
        for vendor in sorted({info.vendor for info in manifest.sources} & set(collectors.names()))
        for each in collectors.of(collectors.vendor(vendor))
    }
    calls = (msgspec.json.decode(line, type=CallEntry) for line in reader.lines("calls"))
    segments = [name for name in reader.segments() if name.startswith("records/")]
    sealed = (msgspec.json.decode(line, type=Record) for name in segments for line in reader.lines(name))
    compared = compare(sealed, rebuild(manifest, calls, installed, reader.page))
    click.echo(f"{manifest.run_id}: {compared.same} records come out of the kept pages as they were sealed")
    for name in sorted(set(compared.unknown)):
        click.echo(f"not rebuilt: the collector {name} is not installed")
    for record in compared.changed[:20]:
        click.echo(f"differs: {record}")
    for record in compared.new[:20]:
        click.echo(f"was not sealed: {record}")
    return 4 if compared.changed or compared.new else 0
