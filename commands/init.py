"""`annexa init`: a commented annexa.toml, a template for each register, and a signing key outside the vault."""

import json
from importlib.resources import files
from pathlib import Path

import click

from annexa.commands._config import Keys
from annexa.commands._template import CONFIG
from annexa.evidence.errors import UsageError

START = "Remove the `# ` before the row, change it, repeat it; then name the file without .template."
AS_A_TABLE = """\
It may be a table instead, {register}.csv (UTF-8, `,` or `;`) or {register}.xlsx: the first row holds names of fields, every
further one is a row of the register. Several values in one cell are separated by `;`, days are written 2026-08-30, truth values
yes or no, values with a sort of their own sort=value. All fields, to be copied into the first row:
"""
"""How a register is written in a spreadsheet."""


@click.command()
@click.option(
    "--into",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path(),
    help="Folder to write to (default: here).",
)
def command(into: Path) -> int:
    """Write a commented annexa.toml, a template for each register, and a signing key.

    Nothing that exists is overwritten. Fill the templates in and take the ending .template off: a template is no evidence.
    """
    from annexa.evidence import keys
    from annexa.evidence.errors import storing
    from annexa.schemas.registers import registers

    config = into / "annexa.toml"
    if config.exists():
        raise UsageError(
            f"{config} exists already", hint="nothing is overwritten: edit it, or give another folder with --into"
        )
    places = Keys()
    with storing(into):
        (into / "registers").mkdir(parents=True, exist_ok=True)
        for register in registers():
            path = into / "registers" / f"{register}.yaml.template"
            if not path.exists():
                path.write_text(template(register), encoding="utf-8")
        config.write_text(CONFIG.format(signing=places.signing, redaction=places.redaction), encoding="utf-8")
    click.echo(f"wrote {config} and {len(registers())} templates in {into / 'registers'}")
    signing = Path(places.signing).expanduser()
    if signing.exists():
        public = keys.load_public(keys.public_path(signing))
        click.echo(f"the signing key {signing} exists already and is kept")
    else:
        signing.parent.mkdir(parents=True, exist_ok=True)
        public = keys.generate(signing).public
        click.echo(f"made the signing key {signing} (readable by you alone)")
    keys.redaction_key(Path(places.redaction).expanduser())
    click.echo(f"its public half is {keys.public_path(signing)}; give auditors a copy and this fingerprint:")
    click.echo(f"  {keys.fingerprint(public)}")
    return 0


def template(register: str) -> str:
    """A commented template: every field with what it means, one row as an example, and the same as a table."""
    from annexa.schemas.registers import registers

    schema = json.loads((files("annexa.schemas") / f"register_{register}.schema.json").read_text("utf-8"))
    lines = [f"# {schema['title']}. {schema['description']}", "#"]
    for name, field in schema["properties"].items():
        needed = "needed" if name in schema["required"] else "may be left out"
        words = field.get("enum") or field.get("items", {}).get("enum")
        one_of = f" One of: {', '.join(words)}." if words else ""
        lines.append(f"# {name} ({needed}): {field['description'].rstrip('.')}.{one_of}")
    lines += ["#", *(f"# {line}" for line in AS_A_TABLE.format(register=register).splitlines())]
    lines += [f"# {','.join(schema['properties'])}", "#"]
    lines += [f"# {START}", ""]
    for index, (name, value) in enumerate(registers()[register].example.items()):
        lines.append(f"# {'- ' if index == 0 else '  '}{name}: {json.dumps(value, ensure_ascii=False)}")
    return "\n".join(lines) + "\n"
