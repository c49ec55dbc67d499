"""What holds for every declared call of Google Workspace, checked offline against Google's discovery documents."""

import pytest

from annexa import collectors
from annexa.collectors._google import documents
from annexa.collectors.google_workspace._source import CUSTOMER
from annexa.evidence.call import Call

VENDORS = ("google_workspace",)
"""Vendors whose calls name an OAuth scope as what they need."""
CALLS = [
    (one.name, call)
    for name in VENDORS
    for one in collectors.of(collectors.vendor(name))
    for call in one.calls
]  # fmt: skip
CALLS.append(("connecting", CUSTOMER))
per_call = pytest.mark.parametrize(("who", "call"), CALLS, ids=[f"{who}: {call.op}" for who, call in CALLS])


@per_call
def test_the_scope_is_one_of_those_that_the_document_lists_for_the_method(who: str, call: Call) -> None:
    assert call.needs in documents.method(call.op).scopes


@per_call
def test_where_a_scope_that_only_reads_exists_it_is_the_one(who: str, call: Call) -> None:
    reading = {scope for scope in documents.method(call.op).scopes if scope.endswith(("readonly", "read-only"))}
    assert not reading or call.needs in reading


@per_call
def test_only_reads_are_declared(who: str, call: Call) -> None:
    """A POST is one where the document says that it resolves, and says itself what is always in its body."""
    method = documents.method(call.op)
    if method.verb == "POST":
        assert method.name.endswith(".resolve") and call.params["body"]
        assert set(call.params["body"]) <= method.body
    else:
        assert method.verb == "GET"


@per_call
def test_every_parameter_is_one_of_the_method(who: str, call: Call) -> None:
    assert set(call.params) - {"body"} <= documents.method(call.op).parameters


@per_call
def test_the_list_stands_in_the_schema_of_the_answer(who: str, call: Call) -> None:
    method = documents.method(call.op)
    members = documents.document(method.api)["schemas"][method.response]["properties"]
    assert call.path is None or members[call.path]["type"] == "array"


@per_call
def test_partial_answers_keep_the_token_of_the_next_page(who: str, call: Call) -> None:
    fields, method = call.params.get("fields"), documents.method(call.op)
    assert fields is None or "pageToken" not in method.parameters or "nextPageToken" in fields
