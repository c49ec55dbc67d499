"""`annexa runs`: what the vault holds."""

from typing import Any

import click

from annexa.commands._place import here
from annexa.commands._reading import format_option, show


@click.command("runs")
@format_option
@click.pass_context
def command(ctx: click.Context, form: str) -> None:
    """List runs and assessments, oldest first, partial ones included."""
    from annexa.reports.listing import ASSESSMENTS, RUNS, assessment_row, assessment_value, run_row, run_value

    vault = here(ctx).vault()
    runs, assessments = vault.runs(), vault.assessments()
    values: dict[str, Any] = {
        "assessments": [assessment_value(item) for item in assessments],
        "runs": [run_value(run) for run in runs],
    }
    if form == "json":
        show(form, (), (), values)
        return
    show(form, RUNS, [run_row(run) for run in runs], None, title=f"Runs ({len(runs)})")
    click.echo("")
    rows = [assessment_row(item, value) for item, value in zip(assessments, values["assessments"], strict=True)]
    show(form, ASSESSMENTS, rows, None, title=f"Assessments ({len(assessments)})")
