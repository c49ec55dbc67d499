"""`annexa verify`: whether evidence is what was sealed, and by whom."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from annexa.commands._place import Here, here

if TYPE_CHECKING:
    from annexa.evidence.checks import Problem

FAILED = 4


@click.command("verify")
@click.argument("target", required=False)
@click.option(
    "--key", type=click.Path(path_type=Path), help="Public key as its owner gave it (default: the configured one)."
)
@click.option("--known", multiple=True, help="Statement digest that you kept elsewhere; it must still be in the vault.")
@click.pass_context
def command(ctx: click.Context, target: str | None, key: Path | None, known: tuple[str, ...]) -> int:
    """Verify a run, an assessment (by id, beginning of an id, or folder), or the whole vault; offline.

    The key inside the evidence is never trusted: give the one that its owner gave to you.
    """
    from annexa.evidence.errors import UsageError
    from annexa.evidence.verify import failed, verify, verify_vault

    place = here(ctx)
    public = key or _configured(place)
    if target is None:
        problems, folders = verify_vault(place.vault_path, public, known=known), _sealed(place)
    else:
        if known:
            raise UsageError("--known is about a whole vault", hint="leave the target out, or --known")
        folder = _folder(place, target)
        problems, folders = verify(folder, public), [folder]
    _tell(problems)
    if failed(problems):
        from annexa.reports.words import number

        count = sum(problem.failed for problem in problems)
        click.echo(f"annexa: verification failed: {number(count, 'problem')}", err=True)
        return FAILED
    for folder in folders:
        click.echo(_verified(folder, alone=target is not None))
    return 0


def _configured(place: Here) -> Path:
    from annexa.evidence.errors import UsageError
    from annexa.evidence.keys import public_path

    if place.config is None:
        raise UsageError(
            "no key is configured", hint="give the public key as its owner gave it to you: --key KEY.pub.pem"
        )
    return public_path(place.path(place.config.keys.signing))


def _folder(place: Here, target: str) -> Path:
    """The folder that is meant: a path, or an id in the vault."""
    from annexa.evidence.errors import VaultError

    if Path(target).is_dir():
        return Path(target)
    vault = place.vault()
    try:
        return vault.run(target).path
    except VaultError as no_run:
        try:
            return vault.assessment(target).path
        except VaultError:
            raise no_run from None


def _sealed(place: Here) -> list[Path]:
    from annexa.schemas.words import RunState

    vault = place.vault()
    runs = [run.path for run in vault.runs() if run.state is RunState.COMPLETE]
    return [*runs, *(item.path for item in vault.assessments() if item.state is RunState.COMPLETE)]


def _tell(problems: "Sequence[Problem]") -> None:
    for problem in problems:
        click.echo(problem.message if problem.failed else f"note: {problem.message}", err=not problem.failed)


def _verified(folder: Path, *, alone: bool) -> str:
    from annexa.evidence import layout
    from annexa.evidence.keys import parse_public
    from annexa.evidence.reader import SealedReader

    reader = SealedReader(folder)
    stated = reader.statement
    records = sum(segment.lines for segment in stated.tree.segments if segment.name.startswith("records/"))
    signer = parse_public(reader.file(layout.PUBLIC_KEY), layout.PUBLIC_KEY).fingerprint
    name = "" if alone else f"{folder.parent.name}/{folder.name}: "
    said = f"{name}verified: {stated.files:,} files, {records:,} records"
    return f"{said}\n  tree root {stated.tree.root}\n  signed by {signer}"
