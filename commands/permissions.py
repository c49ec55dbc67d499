"""`annexa permissions SOURCE`: the least-privilege grant in the vendor's own form."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from annexa.commands._place import here

if TYPE_CHECKING:
    from annexa.evidence.call import Collector

EXAMPLE = "arn:aws:iam::111122223333:role/annexa-base"
"""A base identity, to be replaced."""


@click.command("permissions")
@click.argument("source")
@click.option("--base", default=EXAMPLE, help="ARN of the identity that annexa signs in with, for the trust policy.")
@click.option("--external-id", help="External id that the trust policy asks for.")
@click.option("--with-costs", is_flag=True, help="Include calls that cost money (switched off by default).")
@click.option(
    "--output", type=click.Path(path_type=Path, file_okay=False), help="Folder to write one file per document."
)
@click.pass_context
def command(
    ctx: click.Context, source: str, base: str, external_id: str | None, with_costs: bool, output: Path | None
) -> None:
    """Print the read-only policy that the declared calls of SOURCE (`aws`, or `aws:main`) need.

    The policy goes to standard output: one document, or several where AWS's size limit asks for it.
    """
    from annexa.evidence.errors import UsageError
    from annexa.reports import iam_policy

    vendor, settings = _vendor(here(ctx).config, source)
    if vendor != "aws":
        raise UsageError(f"there is no grant to print for {source!r}", hint="use: annexa permissions aws")
    collectors = _collectors()
    allowed = iam_policy.actions(collectors, costs=with_costs or bool(settings.get("costs")))
    reads = iam_policy.policies(allowed)
    role = str(settings.get("role") or "annexa-collector")
    trusted, become = iam_policy.trust(base, external_id), iam_policy.base(role)
    if output is None:
        click.echo("\n\n".join(_json(document) for document in reads))
        _notes(collectors, len(allowed), len(reads), role)
        click.echo(f"Trust policy of the role {role} in every account (example):\n{_json(trusted)}", err=True)
        click.echo(f"For the base identity, beside the policy above:\n{_json(become)}", err=True)
        return
    named = {f"annexa-read-{number}.json": document for number, document in enumerate(reads, 1)}
    _write(output, {**named, "annexa-trust.json": trusted, "annexa-base.json": become})
    _notes(collectors, len(allowed), len(reads), role)


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


def _collectors() -> "tuple[Collector, ...]":
    from annexa.collectors import of, vendor
    from annexa.evidence.errors import UsageError

    try:
        return of(vendor("aws"))
    except ImportError as error:
        raise UsageError(f"{error.name or error} is not installed", hint="pip install 'annexa[aws]'") from error


def _notes(collectors: "tuple[Collector, ...]", allowed: int, parts: int, role: str) -> None:
    from annexa.reports import iam_policy

    documents = "1 policy document" if parts == 1 else f"{parts} policy documents: attach all of them"
    told = [
        f"{allowed} read actions in {documents}.",
        f"Attach to the role {role} in every account, and to the base identity.",
    ]
    for name, price in iam_policy.priced(collectors).items():
        told.append(f"{name} costs {price}: left out unless --with-costs or the configuration asks for it")
    told += [f"unconfirmed: {name}: {why}" for name, why in iam_policy.doubts(collectors).items()]
    told += ["The base identity also needs sts:AssumeRole on that role in every account."]
    click.echo("\n".join(told), err=True)


def _write(folder: Path, documents: dict[str, dict[str, Any]]) -> None:
    from annexa.evidence.errors import storing
    from annexa.reports.jsonout import write_new

    with storing(folder):
        folder.mkdir(parents=True, exist_ok=True)
    for path in write_new({folder / name: f"{_json(document)}\n".encode() for name, document in documents.items()}):
        click.echo(f"written: {path}", err=True)


def _json(document: dict[str, Any]) -> str:
    from annexa.reports.jsonout import text

    return text(document)
