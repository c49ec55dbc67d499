"""`annexa permissions SOURCE`: the least-privilege grant in the vendor's own form."""

from collections.abc import Mapping
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

import click

from annexa.commands._place import here

if TYPE_CHECKING:
    from annexa.collectors._grant import Grant


@click.command("permissions")
@click.argument("source")
@click.option("--base", help="AWS: ARN of the identity that annexa signs in with, for the trust policy.")
@click.option("--external-id", help="AWS: external id that the trust policy asks for.")
@click.option("--with-costs", is_flag=True, help="Include calls that cost money (switched off by default).")
@click.option(
    "--output", type=click.Path(path_type=Path, file_okay=False), help="Folder to write one file per document."
)
@click.pass_context
def command(
    ctx: click.Context, source: str, base: str | None, external_id: str | None, with_costs: bool, output: Path | None
) -> None:
    """Print the least-privilege grant that the declared calls of SOURCE (`aws`, or `aws:main`) need.

    `google` stands for all of Google's vendors. The grant goes to standard output in the vendor's own form; how to hand it
    out goes to standard error.
    """
    from annexa import collectors
    from annexa.collectors._grant import GrantOrder

    config = here(ctx).config
    for name in _of_family(config, source):
        vendor, settings = _vendor(config, name)
        module = _module(vendor)
        order = GrantOrder(
            collectors=collectors.of(module), settings=settings, base=base, external_id=external_id, costs=with_costs
        )
        _show(module.grant(order), output)


def _show(made: "Grant", output: Path | None) -> None:
    if output is not None:
        _write(output, {**made.documents, **made.beside})
    else:
        click.echo("\n\n".join(made.documents.values()))
    click.echo("\n".join(made.notes), err=True)
    for name, document in made.beside.items() if output is None else ():
        click.echo(f"{made.titles.get(name, name)}:\n{document}", err=True)


def _of_family(config: Any, source: str) -> list[str]:
    """The vendors of which each is called `<source>_something`; the source itself where it is one or there are none."""
    from annexa.collectors import names

    configured = {table["name"] for table in (config.sources if config else ())}
    family = [name for name in names() if name.startswith(f"{source}_")]
    return family if family and source not in {*configured, *names()} else [source]


def _vendor(config: Any, source: str) -> tuple[str, dict[str, Any]]:
    """The vendor that is meant and the settings of its source, if one is configured."""
    from annexa.collectors import names
    from annexa.evidence.errors import UsageError

    configured = {table["name"]: table for table in (config.sources if config else ())}
    if source in configured:
        return str(configured[source]["vendor"]), configured[source]
    if source in names():
        return source, next((table for table in configured.values() if table["vendor"] == source), {})
    raise UsageError(f"there is no source {source!r}", hint=f"use one of: {', '.join([*names(), *configured])}")


def _module(vendor: str) -> ModuleType:
    from annexa.collectors import extra_of, names
    from annexa.collectors import vendor as load
    from annexa.evidence.errors import UsageError

    try:
        module = load(vendor)
    except ImportError as error:
        hint = f"pip install 'annexa[{extra_of(vendor)}]'"
        raise UsageError(f"{error.name or error} is not installed", hint=hint) from error
    if not hasattr(module, "grant"):
        others = ", ".join(name for name in names() if name != vendor)
        raise UsageError(f"there is no grant to print for {vendor!r}", hint=f"use one of: {others}")
    return module


def _write(folder: Path, documents: Mapping[str, str]) -> None:
    from annexa.evidence.errors import storing
    from annexa.reports.jsonout import write_new

    with storing(folder):
        folder.mkdir(parents=True, exist_ok=True)
    for path in write_new({folder / name: f"{document}\n".encode() for name, document in documents.items()}):
        click.echo(f"written: {path}", err=True)
