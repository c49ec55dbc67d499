"""`annexa report`: the gap summary as a file."""

from pathlib import Path

import click

from annexa.commands._place import here
from annexa.commands._reading import assessment_option


@click.command("report")
@assessment_option
@click.option("--format", "form", type=click.Choice(("markdown", "json")), default="markdown", show_default=True)
@click.option("--output", type=click.Path(path_type=Path), help="File to write; without it, standard output.")
@click.option("--allow-non-vendor", is_flag=True, help="Write JSON although no vendor answered (sandbox, emulator).")
@click.pass_context
def command(ctx: click.Context, assessment: str, form: str, output: Path | None, allow_non_vendor: bool) -> None:
    """Write the gap summary as Markdown, or the assessment as JSON with items and findings beside it."""
    from annexa.commands.gaps import render
    from annexa.reports.jsonout import allow, export, write_new
    from annexa.reports.opened import open_assessment

    opened = open_assessment(here(ctx).vault(), assessment)
    if output is None:
        click.echo(render(opened, form))
        return
    if form == "json":
        allow(opened, allow_non_vendor=allow_non_vendor)
        written = export(opened, output)
    else:
        written = write_new({output: render(opened, form).encode() + b"\n"})
    for path in written:
        click.echo(f"written: {path}", err=True)
