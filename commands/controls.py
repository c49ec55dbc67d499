"""`annexa controls`: the catalogue, the thresholds that rules use, and the AI services that they know."""

from typing import TYPE_CHECKING, Any

import click

from annexa.commands._place import Here, here
from annexa.commands._reading import format_option, installed_pack, show
from annexa.evidence.errors import UsageError

if TYPE_CHECKING:
    from annexa.mappings.catalogue import Control
    from annexa.mappings.pack import RulePack


@click.command("controls")
@click.option("--parameters", is_flag=True, help="List the thresholds and lists, with value, unit, and whose they are.")
@click.option("--services", is_flag=True, help="List the known AI services, with what they are recognised by.")
@format_option
@click.pass_context
def command(ctx: click.Context, parameters: bool, services: bool, form: str) -> None:
    """The catalogue: every control with its needs and its rules. One in full: annexa explain A.8.15."""
    if parameters and services:
        raise UsageError("--parameters and --services are two lists", hint="ask for one at a time")
    if parameters:
        _parameters(here(ctx), form)
    elif services:
        _services(form)
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


def _services(form: str) -> None:
    from annexa.mappings.service_list import shipped
    from annexa.reports._text import Column
    from annexa.reports.words import say

    known = sorted(shipped(), key=lambda service: service.service.casefold())
    values: list[dict[str, Any]] = [
        {"id": one.id, "service": one.service, "supplier": one.supplier, "category": one.category, "source": one.source,
         "embedded": one.embedded, "names": list(one.names), "identifiers": [
             {"sort": shown.sort, "value": shown.value, "source": shown.source, "quoted": shown.quoted}
             for shown in one.identifiers
         ]}
        for one in known
    ]  # fmt: skip
    columns = [
        Column(title="Id"),
        Column(title="Service", least=16, wrap=2),
        Column(title="Supplier", least=12, wrap=2),
        Column(title="Category"),
        Column(title="Known by", least=20, wrap=4),
    ]
    rows = [
        [one.id, one.service, one.supplier, say(one.category),
         ", ".join(dict.fromkeys(str(shown.sort) for shown in one.identifiers)) or "name"]
        for one in known
    ]  # fmt: skip
    show(form, columns, rows, values)


def _shown(value: Any) -> str:
    return "not set" if value is None else "\n".join(map(str, value)) if isinstance(value, list | tuple) else str(value)


def _whose(value: dict[str, Any]) -> str:
    return "yours" if value["whose"] == "organisation" else "annexa" if value["default"] is not None else "decide"
