"""`annexa gaps`: the gap summary of an assessment."""

from typing import TYPE_CHECKING

import click

from annexa.commands._place import here
from annexa.commands._reading import all_option, assessment_option, format_option

if TYPE_CHECKING:
    from annexa.reports.opened import Opened


@click.command("gaps")
@assessment_option
@all_option
@format_option
@click.pass_context
def command(ctx: click.Context, assessment: str, everything: bool, form: str) -> None:
    """The gap summary of an assessment: headline, blind spots, what is broken, where no rule is set, statuses."""
    from annexa.reports.opened import open_assessment

    click.echo(render(open_assessment(here(ctx).vault(), assessment), form, everything=everything))


def render(opened: "Opened", form: str, *, everything: bool = False) -> str:
    """The summary in one of the formats, without the line feed at its end."""
    from annexa.reports import jsonout, markdown, table
    from annexa.reports._text import screen_width
    from annexa.reports.summary import summarise

    if form == "json":
        return jsonout.text(opened.assessment)
    summary = summarise(opened.assessment, opened.findings)
    shown = (
        markdown.render(summary) if form == "markdown" else table.render(summary, screen_width(), everything=everything)
    )
    return shown.removesuffix("\n")
