"""`annexa controls`: the catalogue, and the thresholds that rules use."""

from typing import TYPE_CHECKING, Any

import click

from annexa.commands._place import Here, here
from annexa.commands._reading import format_option, installed_pack, show

if TYPE_CHECKING:
    from annexa.mappings.catalogue import Control
    from annexa.mappings.pack import RulePack


@click.command("controls")
@click.option("--parameters", is_flag=True, help="List the thresholds and lists, with value, unit, and whose they are.")
@format_option
@click.pass_context
def command(ctx: click.Context, parameters: bool, form: str) -> None:
    """The catalogue: every control with its needs and its rules. One in full: annexa explain A.8.15."""
    if parameters:
        _parameters(here(ctx), form)
    else:
        _controls(form)


def _controls(form: str) -> None:
    from annexa.mappings.catalogue import load
    from annexa.reports._text import Column

    catalogue, pack = load(), installed_pack()
    values = [_value(control, pack) for control in (*catalogue.controls, *catalogue.clauses)]
    columns = [
        Column(title="Control"),
        Column(title="Title", least=30, wrap=2),
        Column(title="Relevance"),
        Column(title="Systems"),
        Column(title="Needs", right=True),
        Column(title="Rules", least=20),
    ]
    rows = [
        [value["ref"], value["title"], value["relevance"], value["systems_can_show"], str(len(value["needs"])) if value["needs"]
         else "–", _few(value["rules"])]
        for value in values
    ]  # fmt: skip
    show(form, columns, rows, values)


def _few(rules: list[str]) -> str:
    return ", ".join(rules[:1]) + (f" +{len(rules) - 1}" if len(rules) > 1 else "") or "–"


def _value(control: "Control", pack: "RulePack | None") -> dict[str, Any]:
    recipe = pack.needs.get(control.id) if pack else None
    primary = [rule.id for rule in pack.rules.values() if rule.control == control.id] if pack else []
    return {
        "ref": control.id, "title": control.title, "theme": control.theme, "relevance": control.relevance,
        "systems_can_show": control.systems_can_show, "freshness": control.freshness, "operating": control.operating,
        "needs": list(recipe.needs) if recipe else [], "rules": primary,
    }  # fmt: skip


def _parameters(place: Here, form: str) -> None:
    from annexa.mappings.parameters import load_parameters
    from annexa.reports._text import Column

    defaults, own = load_parameters(), place.config.parameters if place.config else {}
    values: list[dict[str, Any]] = [
        {"name": name, "value": own.get(name, entry.value), "unit": entry.unit, "default": entry.value,
         "whose": "organisation" if name in own else "annexa", "says": entry.says}
        for name, entry in defaults.entries.items()
    ]  # fmt: skip
    columns = [
        Column(title="Parameter"),
        Column(title="Value", least=12),
        Column(title="Unit"),
        Column(title="Whose"),
        Column(title="What it is", least=25, wrap=4),
    ]
    rows = [[value["name"], _shown(value["value"]), value["unit"], _whose(value), value["says"]] for value in values]
    show(form, columns, rows, values)
    for name in sorted(own.keys() - defaults.entries.keys()):
        click.echo(f"note: the configuration sets {name}, which no rule knows", err=True)


def _shown(value: Any) -> str:
    return "not set" if value is None else "\n".join(map(str, value)) if isinstance(value, list | tuple) else str(value)


def _whose(value: dict[str, Any]) -> str:
    return "yours" if value["whose"] == "organisation" else "annexa" if value["default"] is not None else "decide"
