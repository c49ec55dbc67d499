"""`annexa import`: take in an export of a system whose settings no API serves; the next run seals it.

The file is called like its command; that Python can only load it by its name as a text does no harm: so all of them are.
"""

import sys
from datetime import date
from pathlib import Path
from typing import Any

import click

from annexa.collectors.imports import kinds
from annexa.evidence.errors import UsageError

DAY = "a day such as 2026-09-30"


@click.command()
@click.argument("kind", type=click.Choice(kinds()))
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="FILE...")
@click.option("--exported-on", metavar="DAY", help="Day on which the export was made; its age is judged by it.")
@click.pass_context
def command(ctx: click.Context, kind: str, files: tuple[Path, ...], exported_on: str | None) -> int:
    """Take in an export and keep it, byte by byte, beside the registers; the next run seals it.

    It replaces the import of the same kind that was there before: give all files of one export at once. How each export is
    made stands on the page of the vendor `imports` in the documentation, and in `annexa doctor --source imports`.
    """
    from annexa.collectors.imports import FOLDER, load, write
    from annexa.commands._place import here
    from annexa.evidence.clock import SystemClock, stamp

    place, now = here(ctx), SystemClock().now()
    registers = place.needed().registers
    if registers is None:
        hint = f'add the line registers = "registers" to {place.file}: imports are kept in that folder'
        raise UsageError(f"{place.file} names no folder of registers", hint=hint)
    bodies = _bodies(files)
    found = _checked(load(kind), bodies)
    day = _day(exported_on or _asked(), now.date())
    folder = place.path(registers) / FOLDER
    note = write(folder, kind, bodies, exported_on=day, imported_at=stamp(now))
    told = ", ".join(f"{count} {part}" for part, count in found.items())
    click.echo(f"imported {told}, exported on {day}, into {folder}")
    for one in note.files:
        click.echo(f"  {one.name}  sha256 {one.sha256}")
    return 0


def _bodies(files: tuple[Path, ...]) -> dict[str, bytes]:
    """The bytes of each file by its name."""
    found = dict[str, bytes]()
    for path in files:
        if path.name in found:
            raise UsageError(
                f"{path.name} is given twice", hint="give each file once; rename one of two files of one name"
            )
        try:
            found[path.name] = path.read_bytes()
        except OSError as error:
            raise UsageError(f"{path}: cannot be read: {error.strerror}", hint="check the path") from error
    return found


def _checked(kind: Any, bodies: dict[str, bytes]) -> dict[str, int]:
    """How many rows of each part there are."""
    from annexa.collectors.imports import BadExportError

    try:
        rows = kind.together(bodies)
    except BadExportError as error:
        raise UsageError(str(error), expected=error.expected, hint=kind.how) from error
    return {part: count for part in kind.parts if (count := sum(len(one.get(part, ())) for one in rows.values()))}


def _asked() -> str:
    """The day, from whoever sits there; a file's own times say when it was copied."""
    if not sys.stdin.isatty():
        raise UsageError("nobody said when the export was made", expected=DAY, hint="say it with --exported-on DAY")
    answer: str = click.prompt("On which day was the export made (YYYY-MM-DD)", err=True)
    return answer


def _day(text: str, today: date) -> str:
    try:
        day = date.fromisoformat(text)
    except ValueError as error:
        raise UsageError(f"--exported-on: {text!r} is no day", expected=DAY, hint="write it as YYYY-MM-DD") from error
    if day > today:
        raise UsageError(
            f"--exported-on: {day} has not come yet; today is {today} (UTC)", hint="give the day of the export"
        )
    return day.isoformat()
