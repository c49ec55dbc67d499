"""`annexa completion`: the script that lets a shell complete commands and options."""

import click

SHELLS = ("bash", "zsh", "fish")


@click.command()
@click.argument("shell", type=click.Choice(SHELLS))
def command(shell: str) -> None:
    """Print the completion script for SHELL; for bash: annexa completion bash >> ~/.bashrc."""
    from click.shell_completion import get_completion_class

    from annexa.commands.cli import cli

    found = get_completion_class(shell)
    if found is not None:
        click.echo(found(cli, {}, "annexa", "_ANNEXA_COMPLETE").source())
