"""The six counts at the top: each is a number of controls, and each control counts at most once.

A control counts under the first that applies: it breaks your own rule (`gap`); no rule is set (`below_default`, or a need
unmet because nobody decided); not seen (a need unread or gone stale); not yet supplied (a need missing); supported; on
file. What is accepted by an exception, excluded, or waits for a rule of ours counts under none.
"""

from collections.abc import Iterable

from annexa.mappings.results import ControlResult, Headline
from annexa.schemas.words import NeedState, Status, UnmetReason


def headline(controls: Iterable[ControlResult]) -> Headline:
    """Count the controls."""
    words = [_word(control) for control in controls]
    return Headline(
        breaks_your_own_rule=words.count("breaks_your_own_rule"), no_rule_set=words.count("no_rule_set"),
        not_seen=words.count("not_seen"), not_yet_supplied=words.count("not_yet_supplied"),
        supported=words.count("supported"), on_file=words.count("on_file"),
    )  # fmt: skip


def _word(control: ControlResult) -> str | None:
    states = {need.state for need in control.needs}
    if control.status in (Status.GAP_ACCEPTED, Status.EXCLUDED):
        return None
    if control.status is Status.GAP:
        return "breaks_your_own_rule"
    unset = any(need.reason is UnmetReason.CRITERION_UNSET for need in control.needs)
    if control.status is Status.BELOW_DEFAULT or unset:
        return "no_rule_set"
    if states & {NeedState.UNREAD, NeedState.STALE}:
        return "not_seen"
    if NeedState.MISSING in states:
        return "not_yet_supplied"
    return {Status.SUPPORTED: "supported", Status.ON_FILE: "on_file"}.get(control.status)
