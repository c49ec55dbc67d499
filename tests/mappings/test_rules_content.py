"""The shipped rules and needs: they load, say what the check list says, rest on what collectors yield; examples hold."""

from functools import cache
from importlib.resources import files

import pytest

from annexa import collectors
from annexa.evidence.call import Collector, Yields
from annexa.mappings.catalogue import load as load_catalogue
from annexa.mappings.examples import run_example
from annexa.mappings.pack import RulePack, load_pack
from annexa.mappings.rule import Example, Need, Rule
from annexa.schemas.words import Result, Strength, UnknownReason

TABLE = {
    "INV-ANY-01": ("high", "A.5.9", {"A.5.10", "A.5.12"}),
    "INV-ANY-02": ("high", "A.5.9", {"A.5.23", "A.5.36"}),
    "INV-ANY-03": ("low", "A.5.9", set()),
    "INV-ANY-04": ("high", "A.5.16", {"A.5.9", "A.5.2"}),
    "INV-GWS-01": ("high", "A.5.9", {"A.5.14", "A.8.3"}),
    "INV-GWS-02": ("medium", "A.5.9", {"A.5.36"}),
    "INV-MS-01": ("high", "A.5.9", {"A.5.19"}),
    "INV-MS-02": ("high", "A.5.15", {"A.5.14", "A.8.3"}),
    "INV-MS-03": ("medium", "A.5.9", {"A.8.23"}),
    "INV-OKT-01": ("medium", "A.5.9", set()),
    "INV-SLK-01": ("medium", "A.5.9", {"A.8.19"}),
    "INV-GH-01": ("high", "A.5.9", {"A.8.4"}),
    "INV-AWS-01": ("medium", "A.5.9", set()),
    "INV-GCP-01": ("medium", "A.5.9", set()),
    "INV-AZR-01": ("medium", "A.5.9", set()),
    "INV-OAI-01": ("medium", "A.5.9", {"A.5.2"}),
    "SUP-ANY-01": ("high", "A.5.20", {"A.5.34"}),
    "SUP-ANY-02": ("high", "A.5.20", {"A.5.23"}),
    "SUP-ANY-03": ("high", "A.5.19", {"c6.1.2"}),
    "SUP-ANY-04": ("medium", "A.5.22", {"A.5.21"}),
    "SUP-ANY-05": ("medium", "A.5.21", {"A.5.22"}),
    "SUP-ANY-06": ("medium", "A.5.22", {"A.8.9"}),
    "SUP-ANY-07": ("medium", "A.5.23", {"A.5.30"}),
    "SUP-OAI-01": ("high", "A.5.23", {"A.8.10"}),
    "SUP-OAI-02": ("high", "A.5.23", {"A.8.9"}),
    "SUP-OAI-03": ("high", "A.5.23", {"A.5.34"}),
    "SUP-ANT-01": ("high", "A.5.23", {"A.8.10", "A.8.24"}),
    "SUP-ANT-02": ("medium", "A.5.23", {"A.5.14", "A.5.34"}),
    "SUP-AWS-01": ("high", "A.5.23", {"A.8.10"}),
    "SUP-AWS-02": ("high", "A.5.23", {"A.5.34"}),
    "SUP-GCP-01": ("high", "A.5.23", {"A.5.34"}),
    "SUP-GCP-02": ("low", "A.8.10", {"A.5.23"}),
    "SUP-GCP-03": ("medium", "A.5.23", {"A.5.17"}),
    "SUP-GWS-01": ("high", "A.5.23", {"A.5.34"}),
    "SUP-MS-01": ("medium", "A.5.23", {"A.8.9"}),
    "SUP-AZR-01": ("medium", "A.5.23", {"A.5.14"}),
    "SUP-AZR-02": ("medium", "A.5.23", {"A.8.10"}),
    "SUP-GH-01": ("medium", "A.5.23", set()),
    "SUP-GH-02": ("medium", "A.5.32", set()),
    "ACC-ANY-01": ("high", "A.8.5", {"A.5.16"}),
    "ACC-ANY-02": ("critical", "A.5.18", {"A.6.5", "A.5.16"}),
    "ACC-ANY-08": ("high", "A.6.5", {"A.5.18"}),
    "ACC-ANY-03": ("high", "A.5.18", {"A.8.2"}),
    "ACC-ANY-04": ("high", "A.5.18", set()),
    "ACC-ANY-05": ("high", "A.8.2", {"A.5.3"}),
    "ACC-ANY-06": ("low", "A.5.18", set()),
    "ACC-ANY-07": ("medium", "A.5.3", {"A.8.2"}),
    "ACC-OAI-01": ("high", "A.5.18", {"A.5.17"}),
    "ACC-OAI-02": ("medium", "A.5.17", {"A.5.16"}),
    "ACC-OAI-03": ("high", "A.8.2", {"A.5.17"}),
    "ACC-OAI-04": ("medium", "A.5.16", set()),
    "ACC-ANT-01": ("medium", "A.5.17", {"A.5.18"}),
    "ACC-AWS-01": ("high", "A.8.2", {"A.8.3"}),
    "ACC-AWS-02": ("high", "A.5.17", set()),
    "ACC-AWS-03": ("medium", "A.5.18", set()),
    "ACC-AWS-04": ("high", "A.8.2", {"A.8.3"}),
    "ACC-GCP-01": ("high", "A.8.2", {"A.5.17"}),
    "ACC-GCP-02": ("high", "A.5.17", set()),
    "ACC-AZR-01": ("high", "A.8.5", {"A.5.17"}),
    "ACC-MS-01": ("high", "A.5.15", {"A.8.19"}),
    "ACC-MS-02": ("critical", "A.8.2", {"A.8.3"}),
    "ACC-MS-03": ("high", "A.8.5", {"A.5.17"}),
    "ACC-GWS-01": ("high", "A.5.15", {"A.8.19"}),
    "ACC-OKT-01": ("medium", "A.5.15", set()),
    "ACC-OKT-02": ("medium", "A.8.5", {"A.5.17"}),
    "ACC-GH-01": ("medium", "A.5.15", {"A.8.4"}),
    "CFG-ANY-01": ("high", "A.8.9", {"A.8.32"}),
    "CFG-ANY-02": ("medium", "A.8.23", {"A.5.10"}),
    "CFG-ANY-03": ("high", "A.5.14", {"A.8.3", "A.5.10"}),
    "CFG-AWS-01": ("high", "A.8.26", {"A.8.12"}),
    "CFG-AWS-02": ("high", "A.8.11", {"A.8.12"}),
    "CFG-AWS-03": ("medium", "A.8.26", {"A.8.32"}),
    "CFG-AWS-04": ("high", "A.8.26", set()),
    "CFG-AWS-05": ("medium", "A.8.20", {"A.8.22"}),
    "CFG-AWS-06": ("medium", "A.8.24", set()),
    "CFG-AWS-07": ("medium", "A.8.22", {"A.8.9"}),
    "CFG-GCP-01": ("medium", "A.8.9", {"A.8.19"}),
    "CFG-GCP-02": ("medium", "A.8.22", {"A.8.24"}),
    "CFG-AZR-01": ("high", "A.8.20", {"A.8.22"}),
    "CFG-AZR-02": ("high", "A.8.26", {"A.8.12"}),
    "CFG-AZR-03": ("medium", "A.8.32", {"A.8.9"}),
    "CFG-OAI-01": ("medium", "A.8.9", {"A.8.19"}),
    "CFG-OAI-02": ("medium", "A.8.9", {"A.5.14"}),
    "CFG-OAI-03": ("low", "A.8.6", set()),
    "CFG-ANT-01": ("medium", "A.8.9", {"A.5.14", "A.8.6"}),
    "CFG-GWS-01": ("medium", "A.8.9", {"A.5.10"}),
    "CFG-GH-01": ("medium", "A.8.3", {"A.8.4", "A.8.9"}),
    "CFG-MS-01": ("medium", "A.8.19", {"A.8.9"}),
    "LOG-ANY-01": ("high", "A.5.33", {"A.8.15"}),
    "LOG-ANY-02": ("medium", "A.8.16", set()),
    "LOG-ANY-03": ("medium", "A.5.25", {"A.8.16"}),
    "LOG-ANY-04": ("medium", "A.5.34", {"A.8.15"}),
    "LOG-ANY-05": ("medium", "c9.1", {"A.8.16"}),
    "LOG-AWS-01": ("high", "A.8.15", set()),
    "LOG-AWS-02": ("high", "A.8.15", {"A.5.28"}),
    "LOG-AWS-03": ("medium", "A.5.33", {"A.8.15"}),
    "LOG-GCP-01": ("high", "A.8.15", set()),
    "LOG-AZR-01": ("high", "A.8.15", set()),
    "LOG-OAI-01": ("high", "A.8.15", {"A.5.28"}),
    "LOG-ANT-01": ("high", "A.8.15", set()),
    "LOG-GWS-01": ("medium", "A.8.15", set()),
    "LOG-MS-01": ("high", "A.8.15", set()),
    "LOG-GH-01": ("medium", "A.8.15", set()),
    "LOG-OKT-01": ("medium", "A.8.15", {"A.8.16"}),
    "DLP-ANY-01": ("high", "A.5.12", {"A.5.10"}),
    "DLP-ANY-02": ("high", "A.8.3", {"A.5.12"}),
    "DLP-ANY-03": ("medium", "A.8.12", set()),
    "DLP-ANY-04": ("low", "A.8.11", {"A.8.12"}),
    "DLP-ANY-05": ("medium", "A.8.10", {"A.5.34"}),
    "DLP-MS-01": ("medium", "A.5.13", {"A.5.12"}),
    "DLP-MS-02": ("high", "A.8.12", set()),
    "DLP-GWS-01": ("medium", "A.8.12", set()),
    "DLP-AWS-01": ("medium", "A.8.12", set()),
    "DEV-ANY-01": ("high", "A.8.32", {"A.5.8"}),
    "DEV-ANY-02": ("high", "A.8.32", {"A.8.9"}),
    "DEV-ANY-03": ("high", "A.8.29", {"A.8.26"}),
    "DEV-ANY-04": ("medium", "A.8.31", set()),
    "DEV-ANY-05": ("medium", "A.8.33", {"A.8.11", "A.5.34"}),
    "DEV-ANY-06": ("low", "A.5.21", {"A.8.7"}),
    "DEV-AWS-01": ("medium", "A.8.19", {"A.5.21", "A.8.7"}),
    "DEV-GH-01": ("high", "A.5.17", {"A.8.28"}),
    "DEV-GH-02": ("high", "A.8.28", {"A.8.32", "A.5.3"}),
    "DEV-GH-03": ("medium", "A.8.4", {"A.8.9"}),
    "DEV-GH-04": ("medium", "A.8.8", set()),
    "INC-ANY-01": ("medium", "A.5.24", set()),
    "INC-ANY-02": ("medium", "A.5.24", {"A.5.26"}),
    "INC-ANY-03": ("medium", "A.5.26", {"A.5.25", "A.5.27"}),
    "INC-ANY-04": ("low", "A.6.8", set()),
    "INC-ANY-05": ("high", "A.5.28", {"A.5.33"}),
    "INC-ANY-06": ("medium", "A.5.30", {"A.5.29", "A.8.14"}),
    "GOV-ANY-01": ("high", "A.5.1", {"A.5.10"}),
    "GOV-ANY-02": ("high", "A.5.10", {"A.5.1"}),
    "GOV-ANY-03": ("high", "A.6.3", {"c7.2"}),
    "GOV-ANY-04": ("high", "c6.1.2", {"c8.2"}),
    "GOV-ANY-05": ("high", "c8.2", {"A.5.8"}),
    "GOV-ANY-06": ("medium", "c8.3", {"c6.1.3"}),
    "GOV-ANY-07": ("high", "c6.1.3", {"c7.5"}),
    "GOV-ANY-08": ("high", "c6.1.3", set()),
    "GOV-ANY-09": ("medium", "A.5.31", set()),
    "GOV-ANY-10": ("high", "A.5.34", set()),
    "GOV-ANY-11": ("medium", "c9.2", {"c9.3", "A.5.35"}),
    "GOV-ANY-12": ("medium", "c10.2", {"A.5.36"}),
    "GOV-ANY-13": ("high", "A.5.36", {"c8.3"}),
    "GOV-ANY-14": ("high", "A.8.34", {"A.8.2"}),
    "ACC-ANT-02": ("high", "A.8.5", {"A.5.16"}),
    "LOG-SLK-01": ("medium", "A.8.15", set()),
    "INV-ANT-01": ("medium", "A.5.9", {"A.5.2"}),
    "ACC-GH-01B": ("medium", "A.8.4", {"A.5.15"}),
    "CFG-GCP-02B": ("medium", "A.8.24", {"A.8.22"}),
    "CFG-GH-01B": ("medium", "A.8.9", {"A.8.3", "A.8.4"}),
    "ACC-MS-04": ("high", "A.5.17", {"A.5.18"}),
}
"""The check list: severity, primary control, the controls that may be secondary. A letter after an id is a further part."""
NEVER_EMPTY = {
    "ACC-ANY-05": "every run has an account, or its list of accounts cannot be believed",
    "LOG-AWS-02": "every run has an account, or its list of accounts cannot be believed",
    "LOG-AWS-02B": "every run has an account, or its list of accounts cannot be believed",
    "SUP-AWS-02": "every account has an effective policy, if only by AWS's default",
    "GOV-ANY-07B": "a statement without rows has fewer than 93",
    "DEV-GH-04": "an empty list of alerts proves nothing",
    "INV-OAI-01": "every organization has a project",
    "INV-OAI-01B": "every organization has a project",
    "INV-ANT-01": "every organization has a workspace",
    "INV-ANT-01B": "every organization has a workspace",
    "LOG-ANT-01B": "every organization has a feed of activities, on or off",
    "LOG-ANT-01C": "every organization has a feed of activities, on or off",
}
"""Rules that cannot find an empty population, and why."""
VENDORS_OWN = (
    "https://docs.aws.amazon.com/", "https://developers.openai.com/", "https://help.openai.com/", "https://platform.openai.com/",
    "https://platform.claude.com/", "https://support.claude.com/", "https://docs.github.com/", "https://help.okta.com/",
    "https://developer.okta.com/", "https://docs.slack.dev/", "https://slack.com/help/", "https://learn.microsoft.com/",
    "https://support.google.com/", "https://knowledge.workspace.google.com/", "https://cloud.google.com/",
    "https://docs.cloud.google.com/", "https://developers.google.com/",
)  # fmt: skip
"""Where vendors publish what a remedy rests on."""
PACK = load_pack()
EXAMPLES = [
    pytest.param(rule, example, id=f"{rule.id}: {example.name}")
    for rule in PACK.rules.values()
    for example in rule.examples
]
RULES = pytest.mark.parametrize("rule", PACK.rules.values(), ids=list(PACK.rules))


def base(rule: str) -> str:
    return rule.rstrip("ABCDEFGH") if rule[-1].isalpha() else rule


@cache
def all_collectors() -> tuple[Collector, ...]:
    return tuple(found for name in collectors.names() for found in collectors.of(collectors.vendor(name)))


def can_yield(given: Yields, rule: Rule) -> bool:
    """Whether a collector's narrowing leaves room for what the rule reads."""
    for field, values in given.where.items():
        asked = rule.population.where.get(field, {})
        if "is" in asked and asked["is"] not in values:
            return False
        if "one_of" in asked and not set(asked["one_of"]) & set(values):  # type: ignore[arg-type]
            return False
    return given.kind == rule.reads


def needs_of(pack: RulePack) -> list[Need]:
    return [need for recipe in pack.needs.values() for need in recipe.needs]


def test_every_check_of_the_list_is_shipped() -> None:
    assert {base(name) for name in PACK.rules} <= set(TABLE)


@RULES
def test_file_is_named_after_its_rule(rule: Rule) -> None:
    text = (files("annexa.mappings") / "rules" / f"{rule.id.lower()}.yaml").read_text("utf-8")
    assert text.startswith(f"id: {rule.id}\n")


@RULES
def test_severity_and_controls_are_those_of_the_list(rule: Rule) -> None:
    severity, primary, secondary = TABLE.get(rule.id) or TABLE[base(rule.id)]
    assert (severity, primary) == (rule.severity, rule.control)
    assert {other.control for other in rule.secondary} <= secondary


@RULES
def test_some_collector_yields_what_the_rule_reads(rule: Rule) -> None:
    vendors = {
        found.name.partition(".")[0]
        for found in all_collectors()
        if any(can_yield(given, rule) for given in found.yields)
    }
    assert vendors
    if rule.population.of is not None:
        assert rule.population.of in vendors


@RULES
def test_every_joined_kind_is_yielded_by_some_collector(rule: Rule) -> None:
    yielded = {given.kind for found in all_collectors() for given in found.yields}
    assert set(rule.joins) <= yielded


@RULES
def test_a_service_that_makes_scopes_used_has_signals(rule: Rule) -> None:
    if rule.population.used is not None:
        assert rule.population.used in {found.signals for found in all_collectors()}


@RULES
def test_texts_are_sentences_for_people(rule: Rule) -> None:
    sentences = (rule.statement, rule.does_not_show, rule.remedy.do, rule.remedy.side_effect)
    assert [text for text in sentences if not text.endswith(".")] == []
    assert not rule.title.endswith(".")
    assert all(other.reason.endswith(".") for other in rule.secondary)
    assert rule.remedy.source is None or rule.remedy.source.startswith(VENDORS_OWN)


@RULES
def test_a_rule_of_one_vendor_names_the_vendors_page(rule: Rule) -> None:
    is_the_register = rule.id == "INV-AWS-01"
    assert is_the_register or (rule.population.of is None) or rule.remedy.source


@RULES
def test_examples_show_every_result_that_the_rule_can_have(rule: Rule) -> None:
    shown = {example.then for example in rule.examples}
    assert {Result.PASS, Result.FAIL, Result.UNKNOWN} <= shown
    assert (Result.NO_POPULATION in shown) != (rule.id in NEVER_EMPTY)


@RULES
def test_every_unknown_example_names_its_reason(rule: Rule) -> None:
    for example in rule.examples:
        assert (example.because is not None) == (example.then is Result.UNKNOWN)
        assert example.because is None or example.because in set(UnknownReason)


@RULES
def test_names_of_examples_differ(rule: Rule) -> None:
    names = [example.name for example in rule.examples]
    assert len(set(names)) == len(names)


@pytest.mark.parametrize(("rule", "example"), EXAMPLES)
def test_the_engine_finds_what_the_example_says(rule: Rule, example: Example) -> None:
    found = run_example(rule, example, PACK)
    assert (example.then, example.because) == (found.result, found.reason)


def test_every_rule_meets_a_need_of_its_control() -> None:
    used = {(recipe.control, name) for recipe in PACK.needs.values() for need in recipe.needs for name in need.rules}
    assert [rule.id for rule in PACK.rules.values() if (rule.control, rule.id) not in used] == []


def test_every_control_with_a_rule_has_needs_and_no_other() -> None:
    assert {rule.control for rule in PACK.rules.values()} == set(PACK.needs)


def test_a_need_accepts_the_strength_of_its_rules() -> None:
    wrong = [
        (need.id, name)
        for need in needs_of(PACK)
        for name in need.rules
        if PACK.rules[name].strength not in need.accepts
    ]
    assert wrong == []


def test_documents_are_attested_and_supplied_by_people() -> None:
    for need in needs_of(PACK):
        if need.document is not None:
            assert (need.accepts, need.supplied_by) == ((Strength.ATTESTED,), "people")


def test_what_is_done_regularly_needs_more_than_a_setting() -> None:
    regular = {control.id for control in (*load_catalogue().controls, *load_catalogue().clauses) if control.operating}
    without = [
        recipe.control
        for recipe in PACK.needs.values()
        if recipe.control in regular and not any(need.accepts == (Strength.OPERATING,) for need in recipe.needs)
    ]
    assert without == []


def test_a_need_that_a_rule_without_system_meets_says_that_people_supply_it() -> None:
    registers = {"register_entry", "soa_row", "exception"}
    for need in needs_of(PACK):
        kinds = {PACK.rules[name].reads for name in need.rules}
        if kinds and kinds <= registers and need.id != "c6.1.3/contradictions":
            assert need.supplied_by == "people", need.id
