"""What holds for every vendor and every collector that is found; a new file adds its tests by being there."""

import ast
import inspect
import json
import pkgutil
import re
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from types import ModuleType
from typing import Any

import botocore.session
import pytest

from annexa import collectors
from annexa.evidence.call import Call, Collector
from annexa.evidence.kinds import KINDS
from annexa.reports import _docs_vendors

VENDORS = [name for name in collectors.names() if collectors.vendor(name).__name__.startswith("annexa.collectors.")]
ALL = [(name, item) for name in VENDORS for item in collectors.of(collectors.vendor(name))]
CALLS = {
    (vendor, call.op, call.path, call.absent): call for vendor, item in ALL for call in item.calls
}  # the same call, declared alike in two files, is looked at once
AWS = [call for (vendor, *_), call in CALLS.items() if vendor == "aws"]

per_vendor = pytest.mark.parametrize("vendor", VENDORS)
per_collector = pytest.mark.parametrize(("vendor", "item"), ALL, ids=[item.name for _, item in ALL])
per_aws_call = pytest.mark.parametrize("call", AWS, ids=[f"{call.op}/{call.path or 'whole'}" for call in AWS])

READS = ("Get", "List", "Describe", "Search")
STARTS_A_REPORT = {"GenerateCredentialReport", "GenerateServiceLastAccessedDetails"}
"""Operations that make IAM write a report about what is there, and change nothing else."""
FORBIDDEN = {"GetSecretValue", "GetSensitiveDataOccurrences", "GetResourceApiKey", "GetParameter", "GetParameters"}
"""Reads whose answers are secrets, or can be."""

UNMODELLED = {
    # S3 does not model these errors; the codes are those of its API reference, "List of Error Codes".
    "s3:GetBucketEncryption": {"ServerSideEncryptionConfigurationNotFoundError"},
    "s3:GetBucketLifecycleConfiguration": {"NoSuchLifecycleConfiguration"},
    "s3:GetBucketPolicyStatus": {"NoSuchBucketPolicy"},
    "s3:GetBucketTagging": {"NoSuchTagSet"},
    "s3:GetObjectLockConfiguration": {"ObjectLockConfigurationNotFoundError"},
    "s3:GetPublicAccessBlock": {"NoSuchPublicAccessBlockConfiguration"},
}
"""Codes by which a service says that there is none, and that botocore's model does not name."""


@cache
def session() -> Any:
    return botocore.session.Session()


@cache
def operation(op: str) -> Any:
    service, name = op.split(":", 1)
    return session().get_service_model(service).operation_model(name)


@cache
def published() -> frozenset[str]:
    """Actions that AWS publishes: its Service Authorization Reference, and what its own managed policies spell out."""
    from moto.iam.aws_managed_policies import aws_managed_policies_data
    from policy_sentry.querying.actions import get_actions_for_service

    prefixes = {call.needs.split(":", 1)[0] for call in AWS}
    found = {action.lower() for prefix in prefixes for action in get_actions_for_service(prefix)}
    return frozenset(found | set(_spelt_out(json.loads(aws_managed_policies_data))))


def _spelt_out(policies: dict[str, Any]) -> Iterator[str]:
    for policy in policies.values():
        statements = policy["Document"]["Statement"]
        for statement in statements if isinstance(statements, list) else [statements]:
            actions = statement.get("Action", [])
            yield from (str(one).lower() for one in (actions if isinstance(actions, list) else [actions]))


def test_something_is_found() -> None:
    assert {"aws", "registers"} <= set(VENDORS)
    assert len(ALL) > 30
    assert len(AWS) > 60


@per_vendor
def test_a_vendor_offers_what_a_source_needs(vendor: str) -> None:
    module = collectors.vendor(vendor)
    title, login = _docs_vendors.told(module)
    assert title and login, "its docstring says in one line what it is, and in a paragraph `Log in:` how to be let in"
    assert list(inspect.signature(module.connect).parameters) == ["settings", "lent"]
    assert {"name", "vendor"} <= set(module.Settings.__struct_fields__)
    assert module.Settings.__struct_config__.forbid_unknown_fields
    assert module.CANNOT_SEE and all(text.endswith(".") for text in module.CANNOT_SEE)
    assert collectors.of(module)


@per_collector
def test_a_collector_says_what_it_brings(vendor: str, item: Collector) -> None:
    assert item.name.startswith(f"{vendor}.")
    assert item.doc.endswith("."), "the first line of its docstring is a sentence"
    assert item.yields and {each.kind for each in item.yields} <= set(KINDS)
    for each in item.yields:
        assert set(each.where) <= set(KINDS[each.kind].__struct_fields__)
        assert all(values for values in each.where.values())


@per_collector
def test_a_collector_declares_its_calls(vendor: str, item: Collector) -> None:
    assert item.calls
    assert all(call.needs.strip() for call in item.calls)
    assert len({id(call) for call in item.calls}) == len(item.calls), "a call is declared twice"
    asked = [(call.op, call.path, repr(sorted(call.params.items()))) for call in item.calls]
    assert len(set(asked)) == len(asked), "two declared calls are the same"


@per_collector
def test_no_control_is_named_in_a_collector(vendor: str, item: Collector) -> None:
    """Evidence first, judgement second."""
    source = inspect.getsource(inspect.getmodule(item.gather))  # type: ignore[arg-type]
    assert re.findall(r"\bA\.[5-8]\.\d{1,2}\b", source) == []


def test_a_name_is_used_once() -> None:
    names = [item.name for _, item in ALL]
    assert sorted(names) == sorted(set(names))


def test_scopes_are_listed_before_they_are_used() -> None:
    """Whatever runs per account or region needs somebody who lists them."""
    for vendor in VENDORS:
        mine = [item for name, item in ALL if name == vendor]
        if any(item.per != "source" for item in mine):
            assert any(item.lists_scopes and item.per == "source" for item in mine)
        assert all({each.kind for each in item.yields} == {"scope"} for item in mine if item.lists_scopes)


@per_aws_call
def test_the_operation_exists_and_only_reads(call: Call) -> None:
    name = operation(call.op).name
    assert name.startswith(READS) or name in STARTS_A_REPORT
    assert name not in FORBIDDEN


@per_aws_call
def test_what_is_sent_is_in_the_model(call: Call) -> None:
    shape = operation(call.op).input_shape
    assert set(call.params) <= set(shape.members if shape is not None else ())


@per_aws_call
def test_the_path_leads_to_what_it_is_read_as(call: Call) -> None:
    """A path ends at a list, an object or a map; a misspelt one would look like a clean tenant."""
    shape = operation(call.op).output_shape
    assert shape is not None
    for name in (call.path or "").split(".") if call.path else ():
        assert shape.type_name == "structure" and name in shape.members, f"{shape.name} has no {name}"
        shape = shape.members[name]
    assert shape.type_name in ("list", "structure", "map")


@per_aws_call
def test_fields_that_are_dropped_or_kept_exist(call: Call) -> None:
    """A misspelt name would keep what must go, or hide what is needed."""
    names = set(_members(operation(call.op).output_shape, frozenset()))
    assert {*call.drop, *call.keep} <= names


@per_aws_call
def test_an_absence_is_one_that_the_service_documents(call: Call) -> None:
    model = operation(call.op)
    named = {shape.metadata.get("error", {}).get("code", shape.name) for shape in model.error_shapes}
    known = named | {shape.name for shape in model.error_shapes} | UNMODELLED.get(call.op, set())
    for absence in call.absent:
        code, _, words = absence.partition(": ")
        assert code in known
        assert not code.startswith(("AccessDenied", "Unauthorized")) or words, "a refusal alone never means that"


@per_aws_call
def test_the_permission_is_published(call: Call) -> None:
    assert re.fullmatch(r"[a-z0-9-]+:[A-Za-z0-9]+", call.needs), "one action, no pattern"
    assert call.needs.lower() in published() or call.unconfirmed


def test_no_code_is_listed_in_vain() -> None:
    """The table of unmodelled codes shrinks when a call goes."""
    used = {(call.op, absence) for call in AWS for absence in call.absent}
    assert {(op, code) for op, codes in UNMODELLED.items() for code in codes} <= used


def test_a_call_is_read_as_what_it_answers() -> None:
    """`each` needs a list at its path; whatever else reads one answer must not find a list there."""
    read = [(way, call) for module in _aws_modules() for way, call in _reads(module)]
    assert len(read) > 80
    told = [
        f"{way}({call.op})" for way, call in read
        if (_at_path(call).type_name == "list" and call.path is not None) != (way == "each")
    ]  # fmt: skip
    assert told == []


def test_no_page_is_lost() -> None:
    """An operation with pages, read as a single answer, would lose all but the first without a word."""
    read = {call.op for module in _aws_modules() for way, call in _reads(module) if way != "each" and _pages(call.op)}
    # The job's state is asked first; its rows are read as the list that they are.
    assert read <= {"iam:GetServiceLastAccessedDetails"}


def _aws_modules() -> list[ModuleType]:
    aws = collectors.vendor("aws")
    return [import_module(f"{aws.__name__}.{found.name}") for found in pkgutil.iter_modules(aws.__path__)]


def _reads(module: ModuleType) -> Iterator[tuple[str, Call]]:
    """Each place in a file where a handle reads a call that is a constant there."""
    for node in ast.walk(ast.parse(inspect.getsource(module))):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.args):
            continue
        given = node.args[0]
        if node.func.attr in ("each", "one", "find", "attempt") and isinstance(given, ast.Name):
            call = getattr(module, given.id, None)
            if isinstance(call, Call):
                yield node.func.attr, call


def _at_path(call: Call) -> Any:
    shape = operation(call.op).output_shape
    for name in call.path.split(".") if call.path else ():
        shape = shape.members[name]
    return shape


def _pages(op: str) -> bool:
    from annexa.collectors.aws._pages import page_tokens

    service = op.split(":", 1)[0]
    loader = session().get_component("data_loader")
    described: dict[str, Any] = {}
    if service in loader.list_available_services("paginators-1"):
        described = loader.load_service_model(service, "paginators-1")["pagination"]
    return page_tokens(described, operation(op)) is not None


def _members(shape: Any, above: frozenset[str]) -> Iterator[str]:
    if shape is None or shape.name in above:
        return
    above = above | {shape.name}
    if shape.type_name == "structure":
        for name, member in shape.members.items():
            yield name
            yield from _members(member, above)
    elif shape.type_name == "list":
        yield from _members(shape.member, above)
    elif shape.type_name == "map":
        yield from _members(shape.value, above)
