"""`annexa explain`: why a control has its status, or a rule its result."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import click

from annexa.commands._place import Here, here
from annexa.commands._reading import all_option, assessment_option, installed_pack

if TYPE_CHECKING:
    from annexa.mappings.catalogue import Control
    from annexa.mappings.rule import Rule
    from annexa.reports.opened import Opened


@click.command("explain")
@click.argument("what")
@assessment_option
@all_option
@click.pass_context
def command(ctx: click.Context, what: str, assessment: str, everything: bool) -> None:
    """Why a control (A.8.15) has its status, or a rule (LOG-AWS-01) its result.

    Goes down from the status to needs, rules, items, records and kept pages.
    """
    from annexa.reports import explain
    from annexa.reports._text import screen_width

    entry, width = _entry(what), screen_width()
    opened = _opened(here(ctx), assessment, entry)
    if opened is None:
        click.echo(explain.catalogue_only(entry, width), nl=False)  # type: ignore[arg-type]
        return
    rules = _rules(opened)
    if entry is not None:
        click.echo(explain.control(opened, entry, rules, width, everything=everything), nl=False)
        return
    name = _rule_name(what, opened, rules)
    click.echo(explain.rule(opened, name, rules, width, everything=everything), nl=False)


def _entry(what: str) -> "Control | None":
    """The control that is meant; None for what has the form of a rule's id."""
    from annexa.mappings.catalogue import load

    return None if what.count("-") == 2 else load().control(what)


def _opened(place: Here, reference: str, entry: "Control | None") -> "Opened | None":
    """The assessment; None where there is none yet and the catalogue alone can answer."""
    from annexa.evidence.errors import VaultError
    from annexa.reports.opened import open_assessment

    place.vault_if_there()
    try:
        return open_assessment(place.vault(), reference)
    except VaultError as error:
        if entry is None or reference != "latest" or _has_assessment(place):
            raise
        click.echo(f"note: nothing is judged here yet ({error.message}); this is what the catalogue says", err=True)
        return None


def _has_assessment(place: Here) -> bool:
    from annexa.evidence.errors import VaultError
    from annexa.schemas.words import RunState

    try:
        return any(item.state is RunState.COMPLETE for item in place.vault().assessments())
    except VaultError:
        return False


def _rules(opened: "Opened") -> "Mapping[str, Rule]":
    pack = installed_pack()
    if pack is not None and pack.sha256 != opened.assessment.mapping_sha256:
        click.echo("note: the installed rules are not the ones that judged; sentences of rules may differ", err=True)
    return pack.rules if pack else {}


def _rule_name(what: str, opened: "Opened", rules: "Mapping[str, Rule]") -> str:
    from difflib import get_close_matches

    from annexa.evidence.errors import UsageError

    judged = {item.rule.lower(): item.rule for item in opened.assessment.rules}
    name = what.lower()
    if name in judged:
        return judged[name]
    if any(rule.lower() == name for rule in rules):
        raise UsageError(f"the rule {what} was not judged in this assessment", hint="judge again: annexa assess")
    near = [judged[close] for close in get_close_matches(name, sorted(judged), n=3, cutoff=0.5)]
    hint = f"did you mean {', '.join(near)}?" if near else "list them: annexa controls"
    raise UsageError(f"there is no rule {what!r} in this assessment", hint=hint)
