"""The coverage of the controls: what each needs, and which rule or document shows it."""

from collections.abc import Iterator, Sequence

from annexa.mappings.catalogue import Catalogue, Control, Theme
from annexa.mappings.pack import RulePack
from annexa.mappings.rule import Need
from annexa.reports._docs_text import code, document, table

NO_RULE = "no rule yet"


def page(catalogue: Catalogue, pack: RulePack) -> str:
    """`docs/controls.md`."""
    everything = (*catalogue.controls, *catalogue.clauses)
    return document(
        "Coverage of the controls",
        [
            "What each control of ISO/IEC 27001:2022 Annex A, and each clause beside it, needs to be shown where generative",
            "AI is used, and what shows it. Titles are short titles; every other word is our own.",
            "",
            f"A rule that is named here supports a control; it never proves it. *{NO_RULE}*: nothing in annexa looks at it,",
            "and the control says so in every report.",
        ],
        ["## In numbers", "", *_numbers(catalogue, pack)],
        *(_theme(theme, [item for item in everything if item.theme == theme.id], pack) for theme in catalogue.themes),
    )


def needs_of(control: Control, pack: RulePack) -> tuple[Need, ...]:
    """What a control needs; a control without a recipe has one need that nothing meets."""
    recipe = pack.needs.get(control.id)
    return recipe.needs if recipe else (Need(id=f"{control.id}/whole", says="Not worked out yet."),)


def shown_by(need: Need) -> str:
    """The rules or the document that meet a need."""
    if need.rules:
        return ", ".join(f"[{rule}](rules.md#{rule.lower()})" for rule in need.rules)
    return f"document: {need.document}" if need.document else NO_RULE


def _numbers(catalogue: Catalogue, pack: RulePack) -> Iterator[str]:
    yield from table(
        ("Theme", "Controls", "With a rule", "With documents only", "No rule yet"),
        (
            (theme.title, *map(str, _counts([item for item in _all(catalogue) if item.theme == theme.id], pack)))
            for theme in catalogue.themes
        ),
    )


def _all(catalogue: Catalogue) -> tuple[Control, ...]:
    return (*catalogue.controls, *catalogue.clauses)


def _counts(controls: Sequence[Control], pack: RulePack) -> tuple[int, int, int, int]:
    ruled = [item for item in controls if any(need.rules for need in needs_of(item, pack))]
    filed = [item for item in controls if item not in ruled and any(need.document for need in needs_of(item, pack))]
    return len(controls), len(ruled), len(filed), len(controls) - len(ruled) - len(filed)


def _theme(theme: Theme, controls: Sequence[Control], pack: RulePack) -> Iterator[str]:
    yield from (f"## {theme.title}", "")
    yield from table(
        ("Control", "Title", "AI relevance", "Systems can show", "What is needed", "Shown by"),
        (row for control in controls for row in _rows(control, pack)),
    )


def _rows(control: Control, pack: RulePack) -> Iterator[tuple[str, ...]]:
    """One row per need; what is said of the control itself stands in its first row."""
    head = (code(control.id), control.title, control.relevance, control.systems_can_show)
    for number, need in enumerate(needs_of(control, pack)):
        yield (*(head if number == 0 else ("",) * len(head)), need.says, shown_by(need))
