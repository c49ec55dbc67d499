"""Makes the documents that say what code and data say already; `--check` only compares.

    python -m annexa.reports.docs [--check]

It writes a page per vendor, the kinds, the coverage of the controls, the rules, the known AI services, and the `--help`
block of the README.
Everything is worked out before the first file is written, so that a mistake in a rule leaves the documents as they were.
"""

import sys
from collections.abc import Iterator
from pathlib import Path

from annexa.evidence.errors import AnnexaError, ConfigError, storing

ROOT = Path(__file__).resolve().parents[1]
COMMAND = "python -m annexa.reports.docs"
START, END = "<!-- help -->", "<!-- /help -->"
"""Markers in the README; what stands between them is generated."""


def documents(root: Path) -> dict[str, str]:
    """The whole text of every generated document, by its path below `root`."""
    from annexa.mappings.catalogue import load
    from annexa.mappings.pack import load_pack
    from annexa.reports import _docs_controls, _docs_kinds, _docs_rules, _docs_services, _docs_vendors

    pack = load_pack()
    pages = {f"docs/vendors/{name}.md": text for name, text in _docs_vendors.pages()}
    pages["docs/kinds.md"] = _docs_kinds.page()
    pages["docs/controls.md"] = _docs_controls.page(load(), pack)
    pages["docs/rules.md"] = _docs_rules.page(pack)
    pages["docs/ai_services.md"] = _docs_services.page(pack.services)
    pages["README.md"] = readme(root / "README.md")
    return pages


def readme(path: Path) -> str:
    """The README with the help of today between its markers; a `ConfigError` where it has none."""
    with storing(path):
        text = path.read_text("utf-8")
    before, start, rest = text.partition(START)
    _, end, after = rest.partition(END)
    if not (start and end):
        raise ConfigError("has no place for the help", hint=f"put {START} and {END} where it belongs", file=path.name)
    return f"{before}{START}\n\n```text\n{help_text()}\n```\n\n{END}{after}"


def help_text() -> str:
    """`annexa --help` as a terminal of 100 columns shows it."""
    import click

    from annexa.commands.cli import cli

    settings = {**cli.context_settings, "terminal_width": 100}
    return cli.get_help(click.Context(cli, info_name="annexa", **settings)).rstrip()


def stale(root: Path, wanted: dict[str, str]) -> Iterator[str]:
    """Names of documents that are not what they would be, and of vendor pages without a vendor."""
    for name, text in wanted.items():
        path = root / name
        if not path.is_file() or path.read_text("utf-8") != text:
            yield name
    for path in sorted((root / "docs" / "vendors").glob("*.md")):
        if f"docs/vendors/{path.name}" not in wanted:
            yield f"docs/vendors/{path.name}"


def write(root: Path, wanted: dict[str, str]) -> None:
    """Write those documents that changed; a page whose vendor is gone stays for `--check` to name."""
    for name in stale(root, wanted):
        if name in wanted:
            path = root / name
            with storing(path):
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(wanted[name], encoding="utf-8")


def main(arguments: list[str], root: Path = ROOT) -> int:
    """Write every document, or with `--check` say which one is not what it would be."""
    try:
        wanted = documents(root)
        if "--check" not in arguments:
            write(root, wanted)
    except AnnexaError as error:
        sys.stderr.write("\n".join(error.lines()) + "\n")
        return error.exit_code
    wrong = list(stale(root, wanted))
    for name in wrong:
        told = f"run {COMMAND}" if name in wanted else "its vendor is gone: delete it"
        sys.stderr.write(f"{name} is not what the code says: {told}\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
