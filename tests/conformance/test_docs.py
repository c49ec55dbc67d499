"""Documents that cannot lie: they are what code and data say, or the check names them."""

import re
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

import pytest

from annexa import collectors
from annexa.commands.cli import COMMANDS
from annexa.evidence.errors import ConfigError
from annexa.evidence.kinds import KINDS
from annexa.mappings.catalogue import load
from annexa.mappings.pack import RulePack, load_pack
from annexa.mappings.rule import ControlNeeds, Criterion, Need
from annexa.reports import _docs_controls, _docs_kinds, _docs_rules, _docs_text, docs

ROOT = Path(__file__).resolve().parents[2]
README = "# annexa\n\nBefore.\n\n<!-- help -->\nold\n<!-- /help -->\n\nAfter.\n"


@pytest.fixture(scope="module")
def pack() -> RulePack:
    return load_pack()


@pytest.fixture
def written(tmp_path: Path) -> Iterator[Path]:
    """A checkout in which everything was made anew."""
    (tmp_path / "README.md").write_text(README, "utf-8")
    assert docs.main([], tmp_path) == 0
    yield tmp_path


def test_the_documents_are_current(capsys: pytest.CaptureFixture[str]) -> None:
    assert docs.main(["--check"]) == 0, capsys.readouterr().err


def test_every_document_that_differs_is_named(written: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert docs.main(["--check"], written) == 0
    for name, word in (("docs/kinds.md", "kind"), ("README.md", "verify")):
        path = written / name
        path.write_text(path.read_text("utf-8").replace(word, "", 1), "utf-8")
    (written / "docs" / "rules.md").unlink()
    (written / "docs" / "vendors" / "gone.md").write_text("", "utf-8")
    assert docs.main(["--check"], written) == 1
    told = capsys.readouterr().err
    assert all(name in told for name in ("docs/kinds.md", "README.md", "docs/rules.md", "docs/vendors/gone.md"))
    assert "docs/controls.md" not in told


def test_the_readme_keeps_what_people_wrote(written: Path) -> None:
    text = (written / "README.md").read_text("utf-8")
    assert text.startswith("# annexa\n\nBefore.\n\n<!-- help -->\n") and text.endswith("<!-- /help -->\n\nAfter.\n")
    assert "\nold\n" not in text
    assert all(re.search(rf"^  {name} +\S", text, re.MULTILINE) for name in COMMANDS)
    assert max(map(len, docs.help_text().splitlines())) <= 100


@pytest.mark.parametrize("readme", ["# annexa\n", "<!-- help -->\n", "<!-- /help --><!-- help -->"])
def test_a_readme_without_a_place_is_one_error_and_nothing_is_written(
    tmp_path: Path, readme: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "README.md").write_text(readme, "utf-8")
    assert docs.main([], tmp_path) == 2
    told = capsys.readouterr().err
    assert "README.md" in told and "what to do" in told
    assert [path.name for path in tmp_path.iterdir()] == ["README.md"]
    with pytest.raises(ConfigError):
        docs.readme(tmp_path / "README.md")


def test_a_vendors_page_names_every_call_permission_and_kind(written: Path) -> None:
    for name in ("aws", "registers"):
        text = (written / "docs" / "vendors" / f"{name}.md").read_text("utf-8")
        module = collectors.vendor(name)
        for item in collectors.of(module):
            assert f"`{item.name.partition('.')[2]}`" in text
            assert all(f"### `{each.kind}`" in text for each in item.yields)
            for call in item.calls:
                assert f"`{call.op}`" in text and call.needs in text
                assert all(part in text for part in (*call.absent, call.costs or "", call.unconfirmed or ""))
        assert all(f"- {sentence}" in text for sentence in module.CANNOT_SEE)


def test_the_kinds_page_has_every_field() -> None:
    sections = dict(re.findall(r"^## `(\w+)`$(.*?)(?=^## |\Z)", _docs_kinds.page(), re.MULTILINE | re.DOTALL))
    assert set(sections) == set(KINDS)
    for kind, fact in KINDS.items():
        named = set(re.findall(r"^\| `(\w+)` \|", sections[kind], re.MULTILINE))
        assert set(fact.__struct_fields__) - set(_docs_kinds.COMMON) <= named
        assert "any value" not in sections[kind]


def test_every_control_stands_in_the_matrix_with_what_shows_it(pack: RulePack) -> None:
    catalogue, text = load(), _docs_controls.page(load(), pack)
    assert len(re.findall(r"^\| `A\.", text, re.MULTILINE)) == 93 == len(catalogue.controls)
    for recipe in pack.needs.values():
        for need in recipe.needs:
            assert f"| {need.says} | {_docs_controls.shown_by(need)} |" in text
    rules = (ROOT / "docs" / "rules.md").read_text("utf-8")
    headings = {line.removeprefix("## ").lower() for line in rules.splitlines() if line.startswith("## ")}
    assert set(re.findall(r"rules\.md#([\w-]+)", text)) <= headings


def test_what_shows_a_need() -> None:
    assert _docs_controls.shown_by(Need(id="A.8.15/x", says="x", rules=("LOG-AWS-01",))).startswith("[LOG-AWS-01](")
    assert _docs_controls.shown_by(Need(id="A.8.15/x", says="x", document="policy")) == "document: policy"
    assert _docs_controls.shown_by(Need(id="A.8.15/x", says="x")) == "no rule yet"
    recipe = ControlNeeds(control="A.8.15", needs=(Need(id="A.8.15/x", says="x"),))
    control = load().control("A.8.15")
    assert _docs_controls.needs_of(control, load_pack_with(recipe)) == recipe.needs
    assert [need.rules for need in _docs_controls.needs_of(control, load_pack_with())] == [()]


def load_pack_with(*recipes: ControlNeeds) -> RulePack:
    shipped = load_pack()
    return RulePack(
        rules=shipped.rules, needs={recipe.control: recipe for recipe in recipes}, settings=shipped.settings,
        parameters=shipped.parameters, version="t", sha256="0" * 64,
    )  # fmt: skip


def test_every_rule_says_what_it_does_not_show(pack: RulePack) -> None:
    text = " ".join(_docs_rules.page(pack).split())
    for rule in pack.rules.values():
        for part in (rule.id, rule.title, rule.statement, rule.does_not_show, rule.remedy.do.rstrip(".")):
            assert " ".join(part.split()) in text, f"{rule.id}: {part}"


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        (Criterion(inherent=True), "It fails under any policy."),
        (Criterion(decided="x.y"), "Your decision about `x.y`; without one, unknown, nothing is assumed."),
        (Criterion(decided="x.y", default="not_required"), "without one, our default: not required."),
        (Criterion(parameter="key_age_days"), "without one, our default: 90 days."),
        (Criterion(parameter="ai_administrators_max"), "without one, our default: 5."),
    ],
)
def test_a_criterion_in_words(asked: Criterion, says: str, pack: RulePack) -> None:
    assert says in _docs_rules.criterion(asked, pack)


def test_a_bar_does_not_end_a_cell() -> None:
    assert list(_docs_text.table(("a",), [("x | y\nz",)]))[2] == "| x \\| y z |"


def test_no_page_reproduces_more_of_the_standard_than_titles() -> None:
    """The pages are made of our own sentences: what the catalogue describes stays in the catalogue."""
    text = (ROOT / "docs" / "controls.md").read_text("utf-8")
    assert load().control("A.8.15").description not in text


def test_decisions_are_one_page_each() -> None:
    pages = sorted((ROOT / "docs" / "decisions").glob("*.md"))
    assert [path.name[:4] for path in pages] == [f"{number:04}" for number in range(1, len(pages) + 1)]
    for path in pages:
        text = path.read_text("utf-8")
        assert text.startswith(f"# {path.name[:4]} ")
        assert re.findall(r"^## (.+)$", text, re.MULTILINE) == ["Context", "Options", "Outcome"]
        assert len(text.splitlines()) <= 60


def test_the_shipped_pack_is_the_one_that_is_described(pack: RulePack) -> None:
    shipped = [path.name for path in Path(str(files("annexa.mappings"))).joinpath("rules").glob("*.yaml")]
    assert len(re.findall(r"^## ", _docs_rules.page(pack), re.MULTILINE)) == len(pack.rules) >= len(shipped) > 0
