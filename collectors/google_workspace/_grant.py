"""What `annexa permissions google_workspace` says: scopes by API, which of them can only read, and how to hand them out."""

from collections import defaultdict
from collections.abc import Iterable, Mapping

from annexa.collectors._grant import Grant, GrantOrder, doubts
from annexa.collectors.google_workspace._api import ALERTS, LICENSING, SECURITY
from annexa.collectors.google_workspace._source import CUSTOMER
from annexa.evidence.call import Call

ROLES: Mapping[str, str] = {
    SECURITY: "a role with User Management > Security; the same scope could take tokens and app passwords away",
    LICENSING: "a role with License Management > License Read; the same scope could hand out licences",
    ALERTS: "a role with Alert Center > View access; the same scope could close alerts",
}
"""Scopes of which Google has no form that only reads, each with the administrator's role that keeps it from more."""
STEPS = (
    "Make a service account in a Google Cloud project of your own, with a JSON key that only annexa reads, or with workload "
    "identity instead of a key.",
    "In that project enable admin.googleapis.com, alertcenter.googleapis.com, chromepolicy.googleapis.com, "
    "cloudidentity.googleapis.com, licensing.googleapis.com and vault.googleapis.com.",
    "Admin console > Security > Access and data control > API controls > Domain-wide delegation > Add new: the client id of "
    "the service account, and exactly the scopes below in one line. The calls of a scope that is missing there are refused.",
    "Name an administrator in whose name annexa asks. The Policy API answers super administrators only; with any other "
    "administrator settings and rules against leakage stay unread, and the report says so. Holds are counted in the "
    "matters that this administrator sees: all of them with the Vault privileges View All Matters and Manage Holds.",
    "Write into the source's table: key_file and subject (the administrator's e-mail address).",
)


def grant(order: GrantOrder) -> Grant:
    """The scopes of the declared calls, split into those that only read and those that could do more."""
    calls = [CUSTOMER, *(call for one in order.collectors for call in one.calls if order.costs or not call.costs)]
    reading = [call for call in calls if call.needs not in ROLES]
    other = [call for call in calls if call.needs in ROLES]
    lines = [
        "Google Workspace: the scopes that annexa reads with", "",
        "Who hands them out: a super administrator", "Plan:              any; rules against leakage need Enterprise", "",
        *(f"{number}. {step}" for number, step in enumerate(STEPS, 1)), "",
        "Scopes that can only read, by API:", *_by_api(reading), "",
        "No read-only scope exists for these; pair each with a role that can only read:", *_by_api(other), "",
        "All in one line:", ",".join(sorted({call.needs for call in calls})), "",
        "Beyond reading: through those three scopes a key in wrong hands could revoke tokens, hand out licences and close "
        "alerts, as far as the administrator's roles go; of a super administrator they keep nothing back. annexa sends GET "
        "requests, and one POST that resolves Chrome's policies and changes nothing. A source without these three scopes "
        "runs too: apps, licences and alerts then stay unread.",
    ]  # fmt: skip
    notes = (
        f"{len({call.op for call in calls})} methods, every one a read; {len({call.needs for call in calls})} scopes.",
        *doubts(order.collectors),
    )
    return Grant(documents={"annexa-google_workspace.txt": "\n".join(lines)}, notes=notes)


def _by_api(calls: Iterable[Call]) -> Iterable[str]:
    found: defaultdict[str, defaultdict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for call in calls:
        api, _, method = call.op.partition(":")
        found[api][call.needs].add(method)
    for api, scopes in sorted(found.items()):
        yield f"  {api}"
        for scope, methods in sorted(scopes.items()):
            yield f"    {scope}"
            yield from (f"        {method}" for method in sorted(methods))
            if scope in ROLES:
                yield f"        with {ROLES[scope]}"
