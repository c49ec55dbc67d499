"""Predicates about the place to which something belongs: the workspace of a key."""

from annexa.evidence.fact import Missing
from annexa.evidence.kinds import Credential
from annexa.evidence.record import Record
from annexa.mappings.context import Context
from annexa.mappings.operators import STATES
from annexa.mappings.outcome import Outcome, failed, passed, unknown
from annexa.mappings.predicate import predicate
from annexa.mappings.register import Register
from annexa.mappings.rule import Rule

EVERYWHERE = ("organization", "organisation")
"""The privilege of a key that belongs to no single workspace."""


@predicate("key_place_registered", reads=("credential",), joins=("register_entry",))
def key_place_registered(record: Record, rule: Rule, context: Context) -> Outcome:
    """The key belongs to a workspace, and an entry of the AI register names that workspace by its id or name.

    A key of the whole organisation belongs to none. What is not found in a register that was supplied and read whole is
    a violation, otherwise unknown.
    """
    key, register, expected = record.data, Register.of(context), "a workspace that the AI register names"
    assert isinstance(key, Credential)  # noqa: S101
    place = key.privilege
    if isinstance(place, Missing):
        return unknown(record, STATES.get(place.state), "where the key belongs is not told", expected=expected)
    if place in EVERYWHERE:
        return failed(record, "it belongs to no workspace: it works in the whole organisation", expected=expected)
    scope = context.scopes.get((record.source, place))
    name = scope.name if scope is not None and isinstance(scope.name, str) else place
    entries = register.about((place, name))
    if entries:
        return passed(record, f"{name} is registered as {entries[0][1].name}", expected=expected)
    if not register.complete:
        return unknown(record, register.missing(), "no entry was found, and the register was not read whole")
    return failed(record, f"no entry of the AI register names {name}", expected=expected)
