"""Predicates about Google Workspace: whether the AI register names what people let into their accounts."""

from annexa.evidence.record import Record
from annexa.mappings.context import Context
from annexa.mappings.outcome import Outcome
from annexa.mappings.predicate import predicate
from annexa.mappings.predicates_services import ai_service_registered
from annexa.mappings.rule import Rule


@predicate(
    "google_app_registered", reads=("access_grant",), joins=("application", "register_entry"), narrows=("application",)
)
def google_app_registered(record: Record, rule: Rule, context: Context) -> Outcome:
    """An entry of the AI register names the service whose app was let into somebody's Google account.

    It names it by an id under which any source shows it, by its name, by an identifier of the list of known AI
    services, or by its supplier where the list knows no other service of that supplier. Not found in a register that
    was supplied and read whole is a violation, otherwise unknown. Which app a token belongs to, the apps of the same
    customer tell; those of other vendors need not be read for it.
    """
    return ai_service_registered(record, rule, context)
