"""`annexa assess`: judges a sealed run again, offline; another date, other rules or registers make it a what-if."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from annexa.commands._place import Here
    from annexa.evidence.keys import SigningKey
    from annexa.evidence.manifest import Manifest
    from annexa.mappings.replaced import Replacement
    from annexa.mappings.results import Assessment


@click.command()
@click.argument("run", default="latest")
@click.option("--as-of", help="Judge as of this day or moment: a what-if.")
@click.option("--period", help="First and last day of a period, as 2026-07-01..2026-09-30.")
@click.option("--isms", help="Id of the management system (default: the first that was sealed with the run).")
@click.option("--mappings", type=click.Path(path_type=Path), help="Judge with the rules in this folder: a what-if.")
@click.option(
    "--registers",
    type=click.Path(path_type=Path),
    help="Judge with the registers in this folder instead of those sealed with the run: a what-if.",
)
@click.option("--strict", is_flag=True, help="Exit 1 also for what is below a default of ours or not decided.")
@click.option(
    "--fail-on", multiple=True, help="Only this counts for the exit code (may be repeated): gap, stale, blind_spot …"
)
@click.option("--format", "form", type=click.Choice(["table", "markdown", "json"]), default="table", show_default=True)
@click.pass_context
def command(
    ctx: click.Context, run: str, as_of: str | None, period: str | None, isms: str | None, mappings: Path | None,
    registers: Path | None, strict: bool, fail_on: tuple[str, ...], form: str,
) -> int:  # fmt: skip
    """Judge RUN (an id, the beginning of one, or `latest`) again. No vendor is asked, and the run is not changed.

    The same run judged with the same rules gives the same assessment, byte for byte, whenever it is done. A what-if
    stands beside it, says so in every output, and is never taken for `latest`.
    """
    from annexa import runner
    from annexa.commands._place import here, signing_key
    from annexa.commands.gaps import render
    from annexa.reports.opened import open_assessment

    place = here(ctx)
    _known_words(fail_on)
    place.vault()
    asked = Asked(as_of=as_of, period=period, isms=isms, mappings=mappings, registers=registers)
    made = _judged(place, run, asked, signing_key(place))
    click.echo(render(open_assessment(place.vault(), made.assessment_id), form))
    return runner.exit_code(made, strict=strict, fail_on=fail_on)


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What the command line asks beside the run."""

    as_of: str | None
    period: str | None
    isms: str | None
    mappings: Path | None
    registers: Path | None

    def what_if(self) -> tuple[str, ...]:
        """Why it is not the record, registers and boundaries apart."""
        pairs = ((f"judged as of {self.as_of}", self.as_of), ("judged with other rules", self.mappings))
        return tuple(says for says, asked in pairs if asked)


def _judged(place: "Here", run: str, asked: Asked, key: "SigningKey") -> "Assessment":
    from annexa import runner
    from annexa.commands import _isms
    from annexa.mappings.evidence_view import VaultEvidence
    from annexa.mappings.pack import load_pack

    as_of, pack = _isms.moment(asked.as_of), load_pack(asked.mappings) if asked.mappings else None
    manifest = VaultEvidence(place.vault().run(run)).manifest
    named = _isms.chosen(place, asked.isms, manifest)
    return runner.assess(
        place.vault(), manifest.run_id, key=key, isms=named, as_of=as_of, period=_isms.period(place, named, asked.period),
        pack=pack, what_if=asked.what_if(), replaced=tuple(_replaced(place, named, manifest, asked)),
    )  # fmt: skip


def _replaced(place: "Here", isms: str, manifest: "Manifest", asked: Asked) -> "Iterator[Replacement]":
    from annexa.commands import _isms

    boundaries = _isms.unsealed(place, isms, manifest)
    if boundaries or asked.registers is not None:
        from annexa.commands import _what_if

        if boundaries:
            yield _what_if.other_boundaries(boundaries)
        if asked.registers is not None:
            yield _what_if.other_registers(asked.registers, manifest)


def _known_words(words: tuple[str, ...]) -> None:
    from annexa.evidence.errors import UsageError
    from annexa.mappings.exit_code import FAIL_ON

    for word in words:
        if word not in FAIL_ON:
            raise UsageError(f"--fail-on does not know {word!r}", hint=f"take one of: {', '.join(FAIL_ON)}")
