"""`annexa assess`: judges a sealed run again, offline; another date, other rules or registers make it a what-if."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from annexa.commands._place import Here
    from annexa.evidence.keys import SigningKey
    from annexa.mappings.pack import RulePack
    from annexa.mappings.results import Assessment


@click.command()
@click.argument("run", default="latest")
@click.option("--as-of", help="Judge as of this day or moment: a what-if.")
@click.option("--period", help="First and last day of a period, as 2026-07-01..2026-09-30.")
@click.option("--isms", help="Id of the management system (default: the first of the configuration).")
@click.option("--mappings", type=click.Path(path_type=Path), help="Judge with the rules in this folder: a what-if.")
@click.option("--strict", is_flag=True, help="Exit 1 also for what is below a default of ours or not decided.")
@click.option(
    "--fail-on", multiple=True, help="Only this counts for the exit code (may be repeated): gap, stale, blind_spot …"
)
@click.option("--format", "form", type=click.Choice(["table", "markdown", "json"]), default="table", show_default=True)
@click.pass_context
def command(
    ctx: click.Context, run: str, as_of: str | None, period: str | None, isms: str | None, mappings: Path | None,
    strict: bool, fail_on: tuple[str, ...], form: str,
) -> int:  # fmt: skip
    """Judge RUN (an id, the beginning of one, or `latest`) again. No vendor is asked, and the run is not changed.

    The same run judged with the same rules gives the same assessment, byte for byte, whenever it is done.
    """
    from annexa import runner
    from annexa.commands._place import here, signing_key
    from annexa.commands.gaps import render
    from annexa.reports.opened import open_assessment

    place = here(ctx)
    _known_words(fail_on)
    place.vault()
    made = _judged(place, run, as_of, period, isms, _pack(mappings), signing_key(place))
    click.echo(render(open_assessment(place.vault(), made.assessment_id), form))
    return runner.exit_code(made, strict=strict, fail_on=fail_on)


def _judged(
    place: "Here", run: str, as_of: str | None, period: str | None, isms: str | None, pack: "RulePack | None",
    key: "SigningKey",
) -> "Assessment":  # fmt: skip
    from annexa import runner

    what_if = tuple(
        says for says, asked in ((f"judged as of {as_of}", as_of), ("judged with other rules", pack)) if asked
    )
    named = _isms(place, isms)
    return runner.assess(
        place.vault(), run, key=key, isms=named, as_of=_moment(as_of), period=_period(place, named, period), pack=pack,
        what_if=what_if,
    )  # fmt: skip


def _isms(place: "Here", asked: str | None) -> str:
    from annexa.evidence.errors import UsageError

    known = [each.id for each in place.config.isms] if place.config else ["main"]
    if asked is not None and asked not in known:
        raise UsageError(f"there is no management system {asked!r}", hint=f"take one of: {', '.join(known)}")
    return asked or known[0]


def _moment(text: str | None) -> str | None:
    from annexa.evidence.clock import parse
    from annexa.evidence.errors import UsageError

    if text is not None:
        try:
            parse(text)
        except ValueError as error:
            hint = "write a day or a moment: 2026-09-30, 2026-09-30T12:00:00Z"
            raise UsageError(f"{text!r} is no moment", hint=hint) from error
    return text


def _period(place: "Here", isms: str, text: str | None) -> tuple[str, str] | None:
    from annexa.evidence.errors import UsageError

    if text is None:
        said = next((each.period for each in place.config.isms if each.id == isms), None) if place.config else None
        return (said.start, said.end) if said else None
    first, dots, last = text.partition("..")
    if not dots or _moment(first) is None or _moment(last) is None or last < first:
        raise UsageError(f"{text!r} is no period", hint="write its first and last day: 2026-07-01..2026-09-30")
    return first, last


def _pack(folder: Path | None) -> "RulePack | None":
    from annexa.mappings.pack import load_pack

    return load_pack(folder) if folder else None


def _known_words(words: tuple[str, ...]) -> None:
    from annexa.evidence.errors import UsageError
    from annexa.mappings.exit_code import FAIL_ON

    for word in words:
        if word not in FAIL_ON:
            raise UsageError(f"--fail-on does not know {word!r}", hint=f"take one of: {', '.join(FAIL_ON)}")
