"""What the reading commands share: the formats, the rules that are installed, and lists in each format."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from annexa.mappings.pack import RulePack
    from annexa.reports._text import Column

FORMATS = ("table", "markdown", "json")

format_option: Callable[[Any], Any] = click.option(
    "--format", "form", type=click.Choice(FORMATS), default="table", show_default=True, help="Form of the output."
)
assessment_option: Callable[[Any], Any] = click.option(
    "--assessment", default="latest", show_default=True, help="Id of the assessment, or the beginning of it."
)
all_option: Callable[[Any], Any] = click.option("--all", "everything", is_flag=True, help="Leave nothing out.")


def show(
    form: str, columns: "Sequence[Column]", rows: Sequence[Sequence[str]], values: Any, *, title: str | None = None
) -> None:
    """Print a list: `rows` for people, `values` (the same, whole) as JSON."""
    if form == "json":
        from annexa.reports.jsonout import text

        click.echo(text(values))
    elif form == "markdown":
        from annexa.reports.markdown import rows as markdown_rows

        if title:
            click.echo(f"## {title}\n")
        flat = [[cell.replace("\n", " ") for cell in row] for row in rows]
        click.echo("\n".join(markdown_rows([column.title for column in columns], flat)))
    else:
        from annexa.reports._text import screen_width, table

        if title:
            click.echo(title)
        click.echo("\n".join(table(columns, rows, screen_width())))


def installed_pack() -> "RulePack | None":
    """The rules that are installed; a sealed assessment can be read without them, so their trouble is only told."""
    from annexa.evidence.errors import ConfigError
    from annexa.mappings.pack import load_pack

    try:
        return load_pack()
    except ConfigError as error:
        click.echo(f"note: the installed rules cannot be read, so their sentences are left out: {error}", err=True)
        return None
