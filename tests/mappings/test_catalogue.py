"""The catalogue is complete, says something of its own about every control, and refuses a broken file clearly."""

import re
from collections import Counter
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path
from typing import get_args

import msgspec
import pytest
import yaml

from annexa.evidence.errors import ConfigError, UsageError
from annexa.evidence.kinds import KINDS
from annexa.mappings.catalogue import Catalogue, Control, Population, Theme, load, parse, sort_key

PAGE = Path(__file__).parents[3] / "shared" / "knowledge" / "annex-a.md"
TEXT = files("annexa.mappings").joinpath("iso27001_2022.yaml").read_text("utf-8")
LAST = {"A.5": 37, "A.6": 8, "A.7": 14, "A.8": 34}
PROSE = ("description", "api_part", "document_part", "typical_nonconformity")

SMALL = """
framework: iso27001
version: "2022"
themes:
  - {id: technological, prefix: A.8., title: Technological controls}
  - {id: clauses, prefix: c, title: Clauses}
populations:
  - {id: ai_agents, kind: ai_system, where: {category: {one_of: [agent]}}, says: AI agents run}
controls:
  - id: A.8.10
    title: Information deletion
    theme: technological
    relevance: high
    systems_can_show: partly
    freshness: 90
    description: Chats and logs are deleted when the schedule says so, at the supplier as well as at home.
    auditor_samples: [Retention settings beside the schedule]
    api_part: Retention modes of the services.
    document_part: The deletion schedule.
    typical_nonconformity: Prompts are kept for ever.
    contradicted_by: [ai_agents]
clauses: []
"""
CONTROL = SMALL[SMALL.index("  - id: A.8.10") : SMALL.index("clauses: []")]
BARE = CONTROL.replace("A.8.10", "9.1")


@pytest.fixture(scope="module")
def entries() -> tuple[Control, ...]:
    return (*load().controls, *load().clauses)


def test_every_control_of_annex_a_is_there_once_and_in_order() -> None:
    expected = [f"{theme}.{number}" for theme, last in LAST.items() for number in range(1, last + 1)]

    assert expected == [control.id for control in load().controls]
    assert len(expected) == 93


def test_controls_per_theme() -> None:
    expected = {"organisational": 37, "people": 8, "physical": 14, "technological": 34}

    assert expected == Counter(control.theme for control in load().controls)


def test_clauses_that_rules_speak_about() -> None:
    expected = ["c4.3", "c6.1.2", "c6.1.3", "c7.2", "c7.5", "c8.1", "c8.2", "c8.3", "c9.1", "c9.2", "c9.3", "c10.2"]

    assert expected == [clause.id for clause in load().clauses]
    assert {"clauses"} == {clause.theme for clause in load().clauses}


def test_how_much_ai_changes_and_how_much_systems_can_show() -> None:
    controls = load().controls

    assert Counter(c.relevance for c in controls) == {"high": 32, "medium": 30, "low": 21, "none": 10}
    assert Counter(c.systems_can_show for c in controls) == {"mostly": 16, "partly": 43, "no": 34}


def test_controls_about_doing_something_regularly(entries: tuple[Control, ...]) -> None:
    expected = ["A.5.18", "A.5.22", "A.5.25", "A.5.36", "A.8.15", "A.8.16", "c9.1", "c9.2", "c9.3", "c10.2"]

    assert expected == [control.id for control in entries if control.operating]


@pytest.mark.parametrize("field", PROSE)
def test_no_two_controls_share_a_text(entries: tuple[Control, ...], field: str) -> None:
    texts = Counter(getattr(control, field) for control in entries)

    assert [text for text, times in texts.items() if times > 1] == []


def test_every_text_reads_as_a_sentence(entries: tuple[Control, ...]) -> None:
    texts = [(control.id, getattr(control, field)) for control in entries for field in PROSE]

    assert [(ref, text) for ref, text in texts if not (text[0].isupper() and text.endswith("."))] == []
    assert [(ref, text) for ref, text in texts if re.search(r"\s{2}|\b(\w+) \1\b", text)] == []
    assert [control.id for control in entries if len(control.description) < 60] == []


def test_every_control_says_what_an_auditor_looks_at(entries: tuple[Control, ...]) -> None:
    assert [control.id for control in entries if len(control.auditor_samples) < 2] == []
    samples = Counter(sample for control in entries for sample in control.auditor_samples)
    assert [sample for sample, times in samples.items() if times > 1] == []


def test_populations_that_controls_name_exist_and_none_is_unused() -> None:
    named = {name for control in load().controls for name in control.contradicted_by}

    assert {population.id for population in load().populations} == named


def test_populations_ask_for_kinds_fields_and_values_that_exist() -> None:
    for population in load().populations:
        fields = {field.name: field for field in msgspec.structs.fields(KINDS[population.kind])}
        for name, tests in population.where.items():
            assert name in fields, population.id
            allowed = {value for part in (fields[name].type, *get_args(fields[name].type)) for value in _words(part)}
            asked = {value for test in tests.values() for value in (test if isinstance(test, list) else [test])}
            assert not allowed or asked <= allowed, population.id


def _words(annotation: object) -> tuple[object, ...]:
    """The values of a `Literal`, and nothing for any other type."""
    return tuple(value for value in get_args(annotation) if isinstance(value, str))


def test_agents_and_own_models_contradict_the_exclusion_of_secure_development() -> None:
    assert {"ai_agents", "custom_models"} <= set(load().control("A.8.25").contradicted_by)
    assert load().population("ai_agents").where == {"category": {"one_of": ["agent", "agent_runtime"]}}


def test_clauses_cannot_be_excluded() -> None:
    assert [clause.id for clause in load().clauses if clause.contradicted_by] == []


@pytest.mark.skipif(not PAGE.exists(), reason="the knowledge page is not beside this checkout")
def test_facts_agree_with_the_knowledge_page() -> None:
    row = re.compile(r"^\| ([5-8]\.\d+) ([^|]+) \| ([HML–])/([APM])/([CMQYE]) \|", re.MULTILINE)
    relevance = {"H": "high", "M": "medium", "L": "low", "–": "none"}
    show = {"A": "mostly", "P": "partly", "M": "no"}
    fresh = {"C": 1, "M": 30, "Q": 90, "Y": 365, "E": "event"}
    page = [
        (f"A.{ref}", title, relevance[rel], show[auto], fresh[age])
        for ref, title, rel, auto, age in row.findall(PAGE.read_text("utf-8"))
    ]

    assert page == [(c.id, c.title, c.relevance, c.systems_can_show, c.freshness) for c in load().controls]


@pytest.mark.parametrize(
    ("ref", "expected"),
    [
        ("A.8.15", "A.8.15"),
        ("8.15", "A.8.15"),
        ("a.8.15", "A.8.15"),
        (" A.8.10 ", "A.8.10"),
        ("8.1", "A.8.1"),
        ("8.2", "A.8.2"),
        ("c8.2", "c8.2"),
        ("C6.1.2", "c6.1.2"),
        ("6.1.2", "c6.1.2"),
        ("10.2", "c10.2"),
    ],
)
def test_a_control_is_found_by_the_ways_people_write_it(ref: str, expected: str) -> None:
    assert expected == load().control(ref).id


@pytest.mark.parametrize(
    ("ref", "suggestion"),
    [("A.8.35", "A.8.3"), ("A.9.1", "A.8.1"), ("A8.15", "A.8.15"), ("logging", "A.8.15 Logging"), ("?", "A.8.15")],
)
def test_an_unknown_control_is_refused_with_the_nearest(ref: str, suggestion: str) -> None:
    with pytest.raises(UsageError) as caught:
        load().control(ref)

    assert repr(ref) in caught.value.message
    assert suggestion in caught.value.hint
    assert "annexa controls" in caught.value.hint


def test_an_unknown_population_is_refused() -> None:
    with pytest.raises(UsageError, match="no population 'agents'") as caught:
        load().population("agents")

    assert "ai_agents" in caught.value.hint


def test_ids_sort_as_people_count() -> None:
    assert sorted(["c10.2", "A.8.1", "A.5.10", "c6.1.2", "A.5.2"], key=sort_key) == [
        "A.5.2",
        "A.5.10",
        "A.8.1",
        "c6.1.2",
        "c10.2",
    ]


def test_a_catalogue_out_of_order_is_put_in_order() -> None:
    text = SMALL.replace("clauses: []", CONTROL.replace("A.8.10", "A.8.9") + "clauses: []")

    assert [control.id for control in parse(text, origin="x.yaml").controls] == ["A.8.9", "A.8.10"]


def test_the_catalogue_is_read_once() -> None:
    assert load() is load()


def _changed(old: str, new: str) -> str:
    assert old in SMALL
    return SMALL.replace(old, new)


BROKEN: list[tuple[str, Callable[[], str], str, str]] = [
    ("bare id", lambda: _changed("id: A.8.10", "id: 8.10"), "x.yaml:10: 8.10: id: ", "write A.8.10:"),
    ("bare clause", lambda: _changed("clauses: []", "clauses:\n" + BARE), "x.yaml:23: 9.1: id: ", "write c9.1:"),
    ("id without letter", lambda: _changed("id: A.8.10", 'id: "8.10"'), "8.10: id: '8.10' does not match", "correct"),
    ("unquoted no", lambda: _changed("partly", "no"), "x.yaml:14: A.8.10: systems_can_show: ", "in quotes, 'no'"),
    ("unquoted year", lambda: _changed('"2022"', "2022"), "x.yaml:3: version: 2022 is not", "in quotes, '2022'"),
    ("unknown word", lambda: _changed("high", "hgih"), "A.8.10: relevance: 'hgih' is not one of", "correct"),
    ("odd age", lambda: _changed("freshness: 90", "freshness: 91"), "A.8.10: freshness: 91 is not", "correct"),
    ("unknown key", lambda: _changed("    api_part", "    owner: me\n    api_part"), "A.8.10: Additional", "correct"),
    ("misspelt key", lambda: _changed("api_part", "apipart"), "x.yaml:10: A.8.10: ", "correct"),
    ("no title", lambda: _changed("    title: Information deletion\n", ""), "A.8.10: 'title' is a required", "correct"),
    ("short text", lambda: _changed(", at the supplier as well as at home", ""), "A.8.10: description: ", "correct"),
    ("unknown operator", lambda: _changed("one_of", "any_of"), "ai_agents: where.category: ", "correct"),
    ("unknown population", lambda: _changed("[ai_agents]", "[agents]"), "'agents' is no population", "ai_agents"),
    ("unknown theme", lambda: _changed("theme: technological", "theme: physical"), "A.8.10: theme: ", "technological"),
    ("wrong theme", lambda: _changed("theme: technological", "theme: clauses"), "A.8.10: theme: ", "A.8."),
    (
        "repeated key",
        lambda: _changed("    freshness: 90", "    relevance: low\n    freshness: 90"),
        "relevance: is",
        "two",
    ),
    ("repeated list", lambda: SMALL + "controls: []\n", "controls: ", "correct"),
    ("repeated section", lambda: SMALL + "clauses: []\n", "clauses: is there twice", "delete"),
    ("broken YAML", lambda: _changed("themes:", "themes: ["), "x.yaml:", "correct the YAML"),
    ("forbidden character", lambda: SMALL + "\0", "x.yaml", "correct the YAML"),
    ("empty file", str, "None is not of type 'object'", "correct"),
    ("a list", lambda: "- 1\n", "is not of type 'object'", "correct"),
]


@pytest.mark.parametrize(("text", "message", "hint"), [case[1:] for case in BROKEN], ids=[case[0] for case in BROKEN])
def test_a_broken_catalogue_is_refused_by_control_and_field(text: Callable[[], str], message: str, hint: str) -> None:
    with pytest.raises(ConfigError) as caught:
        parse(text(), origin="x.yaml")

    assert message in caught.value.message
    assert hint in caught.value.hint
    assert caught.value.exit_code == 2


def test_a_control_that_is_there_twice_is_refused() -> None:
    twice = SMALL.replace("clauses: []", CONTROL + "clauses: []")

    with pytest.raises(ConfigError, match=r"x\.yaml:22: A\.8\.10: id: is there twice"):
        parse(twice, origin="x.yaml")


def test_a_population_that_is_there_twice_is_refused() -> None:
    twice = _changed("controls:", "  - {id: ai_agents, kind: ai_system, says: AI agents run}\ncontrols:")

    with pytest.raises(ConfigError, match="ai_agents: id: is there twice"):
        parse(twice, origin="x.yaml")


def test_the_slow_loader_reads_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    fast = parse(SMALL, origin="x.yaml")
    monkeypatch.delattr(yaml, "CSafeLoader", raising=False)

    assert fast == parse(SMALL, origin="x.yaml")


def test_the_classes_know_what_the_schema_knows() -> None:
    schema = msgspec.json.decode(files("annexa.schemas").joinpath("catalogue.schema.json").read_bytes())
    parts: dict[str, type[msgspec.Struct]] = {"theme": Theme, "population": Population, "control": Control}
    for name, part in parts.items():
        fields = msgspec.structs.fields(part)
        assert set(schema["$defs"][name]["properties"]) == {field.name for field in fields}
        assert set(schema["$defs"][name]["required"]) == {field.name for field in fields if field.required}
    assert set(schema["properties"]) == {field.name for field in msgspec.structs.fields(Catalogue)}


def test_no_line_of_the_file_is_too_long() -> None:
    assert [number for number, line in enumerate(TEXT.splitlines(), 1) if len(line) > 120] == []
