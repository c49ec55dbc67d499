"""The command line: one file per sub-command, imported only when it is asked for.

Data goes to stdout, progress and errors to stderr. Exit codes: 0 nothing of the following, 1 a gap or something stale,
2 usage or configuration, 3 something needed was not seen, 4 verification failed, 130 interrupted.
"""

import sys
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from typing import Any

import click

from annexa.evidence.errors import AnnexaError

COMMANDS = {
    "demo": "The whole way on a make-believe company; needs no account.",
    "init": "Write a commented annexa.toml, register templates and a signing key.",
    "doctor": "Per source: identity, each declared call allowed or not, what would be blind, and its cure.",
    "import": "Take in an export of a system that no API reads; the next run seals it.",
    "plan": "The calls a run would make, what they cost, and how long they take under published limits.",
    "permissions": "The least-privilege grant of a vendor, in its own form.",
    "run": "Plan, collect, seal, judge, and show the gap summary.",
    "runs": "List runs and assessments of the vault.",
    "assess": "Judge a sealed run again, offline.",
    "gaps": "The gap summary of an assessment.",
    "explain": "Why a control has its status, down to records and kept pages.",
    "controls": "The catalogue: controls, their needs and their rules.",
    "records": "Browse the records of a run by kind, scope and verdict.",
    "report": "Write the gap summary as Markdown or JSON.",
    "normalise": "Rebuild the records of a run from its kept pages, and compare.",
    "index": "Rebuild the index beside the runs.",
    "verify": "Verify a run, an assessment or the whole vault, offline.",
    "completion": "Print the script that completes commands and options in a shell.",
}
"""Every sub-command with its one line of help; the order is that of the way of a fact."""


class LazyGroup(click.Group):
    """Knows its commands by name and loads the one that is used."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Names in the order of the table."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Load one command."""
        if cmd_name not in COMMANDS:
            return None
        loaded: click.Command = import_module(f"annexa.commands.{cmd_name}").command
        return loaded

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Suggest a near name where there is no such command."""
        if args and args[0] not in COMMANDS and not args[0].startswith("-"):
            from difflib import get_close_matches

            near = get_close_matches(args[0], COMMANDS, n=1)
            ctx.fail(
                f"there is no command {args[0]!r}" + (f"; did you mean {near[0]!r}?" if near else "; see annexa --help")
            )
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Print the table without loading anything."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.option(
    "--config", type=click.Path(path_type=Path), help="Configuration file (default: annexa.toml, if it is here)."
)
@click.option(
    "--vault",
    type=click.Path(path_type=Path),
    help="Folder of the vault (default: from the configuration, or ./annexa-vault).",
)
@click.version_option(version("annexa"), "-V", "--version", prog_name="annexa")
@click.pass_context
def cli(ctx: click.Context, config: Path | None, vault: Path | None) -> None:
    """Collect evidence about the use of generative AI, and say what it supports in ISO/IEC 27001:2022 Annex A.

    Evidence comes from vendors' own answers. What could not be read is never taken for fine.
    """
    ctx.obj = {"config": config, "vault": vault}


def run(argv: list[str] | None = None) -> int:
    """Run the command line; every expected error becomes a message and its exit code, without a traceback."""
    try:
        result: Any = cli.main(args=argv, prog_name="annexa", standalone_mode=False)
        return result if isinstance(result, int) else 0
    except AnnexaError as error:
        for line in error.lines():
            click.echo(line if line != error.message else f"annexa: {line}", err=True)
        return error.exit_code
    except click.exceptions.Exit as done:
        return done.exit_code
    except click.Abort:
        click.echo("annexa: interrupted; nothing was half written: an unfinished run is listed as partial.", err=True)
        return 130
    except click.ClickException as error:
        error.show(sys.stderr)
        return 2
    except BrokenPipeError:
        sys.stderr.close()
        return 0
