"""What the README says about sources is what the collectors say."""

import re
import tomllib
from pathlib import Path

from annexa import collectors
from annexa.commands._config import convert
from annexa.commands._connect import _offered

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text("utf-8")
ROWS = [[cell.strip() for cell in line.strip("|").split("|")] for line in README.splitlines() if line.startswith("|")]


def variables() -> dict[str, tuple[str, ...]]:
    """By vendor, the variables in the README's table, without what stands after "and"."""
    vendors = set(collectors.names())
    named = [(re.findall(r"`(\w+)`", row[0]), re.findall(r"`(\w+)`", row[1].split(", and ")[0])) for row in ROWS]
    return {vendor: tuple(found) for first, found in named for vendor in first if vendor in vendors}


def test_every_source_has_a_row_and_its_page() -> None:
    pages = [match[1] for row in ROWS if (match := re.fullmatch(r"\[.+\]\((docs/vendors/\w+\.md)\)", row[0]))]
    assert sorted(pages) == [f"docs/vendors/{name}.md" for name in collectors.names()]
    assert [page for page in pages if not (ROOT / page).is_file()] == []


def test_the_variables_are_those_that_let_a_vendor_be_asked() -> None:
    declared = {name: tuple(getattr(collectors.vendor(name), "CREDENTIALS", ())) for name in collectors.names()}
    assert variables() == {name: found for name, found in declared.items() if found}


def test_with_its_variables_a_vendor_is_asked_and_without_one_of_them_it_is_not() -> None:
    told = variables()
    for vendor, names in told.items():
        asked = [table["vendor"] for table in _offered(dict.fromkeys(names, "x"))]
        assert "aws" in asked and vendor in asked
        for one in names:
            short = [table["vendor"] for table in _offered({name: "x" for name in names if name != one})]
            assert vendor not in short


def test_the_example_of_a_source_is_accepted() -> None:
    (example,) = re.findall(r"^```toml\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)
    tables = tomllib.loads(example)["sources"]
    assert [table["vendor"] for table in tables] == ["openai", "microsoft"]
    for table in tables:
        convert(table, collectors.vendor(table["vendor"]).Settings, "README.md", table["name"])


def test_links_lead_somewhere() -> None:
    """Of the pages that people write: README, CONTRIBUTING and the decisions."""
    pages = [ROOT / "README.md", ROOT / ".github" / "CONTRIBUTING.md", *sorted((ROOT / "docs" / "decisions").iterdir())]
    links = [(page, link) for page in pages for link in re.findall(r"\]\(([^)#:]+)\)", page.read_text("utf-8"))]
    assert len(links) > 20
    assert [(page.name, link) for page, link in links if not (page.parent / link).exists()] == []
