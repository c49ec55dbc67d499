"""What is asked of GitHub, and what its stand-in answers, fits GitHub's own description of its API.

One description lies beside the project where it is developed. The whole one is the npm package `@octokit/openapi`: unpack it
and name its folder in ANNEXA_OCTOKIT_OPENAPI, or install it under `node_modules`. What neither holds is skipped.
"""

import json
import os
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

from annexa import collectors
from annexa.collectors import github as vendor
from annexa.collectors._rest import Read
from annexa.collectors._rest.address import filled, split
from annexa.collectors.github._api import API
from annexa.collectors.github._details import RULE_TYPES
from annexa.collectors.github.access import TOKENS
from annexa.collectors.github.alerts import ENDS
from annexa.collectors.github.applications import INSTALLATIONS, REACH
from annexa.collectors.github.copilot import AGENT, BILLING, POLICIES
from annexa.collectors.github.organisation import FLAGS, ORGANISATION
from annexa.mappings.settings import load_settings
from annexa.sandbox.vendors import github as played

ROOT = Path(__file__).parents[2]
BESIDE = ROOT.parent / "shared" / "specs" / "github-ghec-admin-get.json"
PACKAGE = Path(os.environ.get("ANNEXA_OCTOKIT_OPENAPI", ROOT / "node_modules" / "@octokit" / "openapi")) / "generated"
READS = sorted({str(call): call for one in collectors.of(vendor) for call in one.calls}.values(), key=str)
PARAMS = {"org": "harbourline", "owner": "harbourline", "repo": "freight-assistant", "branch": "main"}
CLASSIC = {**PARAMS, "repo": "rate-contracts"}
"""Of a repository whose branch is guarded in the older way."""
PLANTED = played.play("planted", "first")
per_read = pytest.mark.parametrize("read", READS, ids=[f"{read.op} {read.path} {dict(read.params)}" for read in READS])


@cache
def description(file: Path) -> Any:
    """A file of GitHub's, as JSON Schema: OpenAPI 3.0 has a word of its own for null."""
    return nullable(json.loads(file.read_text("utf-8")))


def nullable(node: Any) -> Any:
    if isinstance(node, list):
        return [nullable(one) for one in node]
    if not isinstance(node, dict):
        return node
    made = {name: nullable(child) for name, child in node.items() if name != "nullable"}
    if node.get("nullable") is not True:
        return made
    return {"anyOf": [made, {"type": "null"}]}


def described(path: str) -> tuple[Any, Any]:
    """The whole description and the operation of a path; skips where no description that is here has it."""
    for file in (BESIDE, PACKAGE / "ghec.json", PACKAGE / "api.github.com.json"):
        if file.is_file() and path in description(file)["paths"]:
            whole = description(file)
            return whole, whole["paths"][path]["get"]
    if path in BEYOND or not BESIDE.is_file():
        pytest.skip("no description of GitHub's that is here has this path")
    raise AssertionError(f"GitHub describes no GET {path}")


BEYOND = {
    "/orgs/{org}/repos", "/repos/{owner}/{repo}/rules/branches/{branch}", "/repos/{owner}/{repo}/dependabot/alerts",
    "/orgs/{org}/dependabot/alerts", "/organizations/{org}/settings/billing/budgets",
}  # fmt: skip
"""Paths that only the whole description has."""


def resolved(whole: Any, node: Any) -> Any:
    while isinstance(node, dict) and "$ref" in node:
        found = whole
        for step in node["$ref"].removeprefix("#/").split("/"):
            found = found[step]
        node = found
    return node


def schema(whole: Any, operation: Any) -> Any:
    return resolved(whole, operation["responses"]["200"])["content"]["application/json"]["schema"]


def answered(read: Read) -> Any:
    """What the stand-in sends, as the collector asks."""
    query = "&".join(f"{name}={value}" for name, value in read.params.items())
    params = CLASSIC if read.op.endswith("/protection") else PARAMS
    url = f"http://127.0.0.1:1{filled(split(read.op)[1], params)}" + (f"?{query}" if query else "")
    headers = {"authorization": f"Bearer {played.TOKEN}", **API.headers}
    status, _, body = PLANTED.standin().handle("GET", url, headers, b"")
    assert status == 200, body
    return json.loads(body)


def all_of(whole: Any, node: Any) -> Iterator[Any]:
    """A schema and everything that it is made of."""
    node = resolved(whole, node)
    yield node
    for word in ("allOf", "anyOf", "oneOf"):
        for part in node.get(word, ()):
            yield from all_of(whole, part)


def member(whole: Any, node: Any, name: str) -> Any:
    for part in all_of(whole, node):
        if name in part.get("properties", {}):
            return part["properties"][name]
    raise AssertionError(f"there is no {name}")


def words(whole: Any, node: Any) -> set[str]:
    return {word for part in all_of(whole, node) for word in part.get("enum", ())}


@per_read
def test_what_is_asked_is_described(read: Read) -> None:
    whole, operation = described(split(read.op)[1])
    known = {resolved(whole, one)["name"] for one in operation.get("parameters", ())}
    assert {*read.params, *read.query, *split(read.op)[2]} <= known


@per_read
def test_the_list_stands_where_it_is_read(read: Read) -> None:
    whole, operation = described(split(read.op)[1])
    node = schema(whole, operation)
    if read.path:
        node = member(whole, node, read.path)
    kinds = {part.get("type") for part in all_of(whole, node)}
    assert ("array" in kinds) == (read.path is not None)


@per_read
def test_the_stand_in_answers_as_described(read: Read) -> None:
    whole, operation = described(split(read.op)[1])
    validator = jsonschema_rs.validator_for({"components": whole["components"], "allOf": [schema(whole, operation)]})
    found = answered(read)
    assert [f"{list(error.instance_path)} {error.message}" for error in validator.iter_errors(found)][:5] == []
    assert found or "filter" in read.params, "an empty answer fits every description"


def test_words_of_policies_are_those_that_github_describes() -> None:
    whole, operation = described(split(BILLING.op)[1])
    settings = load_settings().settings
    for field, name in POLICIES.items():
        ours = set(settings[f"github.copilot.{name}"].values) - ({"unknown"} if field == "plan_type" else set())
        assert ours == words(whole, member(whole, schema(whole, operation), field)), field


def test_words_of_selections_are_those_that_github_describes() -> None:
    whole, operation = described(split(INSTALLATIONS.op)[1])
    items = member(whole, schema(whole, operation), "installations")["items"]
    assert set(REACH) == words(whole, member(whole, items, "repository_selection"))
    whole, operation = described(split(AGENT.op)[1])
    assert {"all", "selected", "none"} == words(whole, member(whole, schema(whole, operation), "enabled_repositories"))
    whole, operation = described(split(TOKENS.op)[1])
    assert {"all", "subset", "none"} == words(
        whole, member(whole, schema(whole, operation)["items"], "repository_selection")
    )


def test_settings_of_the_organisation_are_fields_that_github_describes() -> None:
    whole, operation = described(split(ORGANISATION.op)[1])
    for field in (*FLAGS, "default_repository_permission", "plan", "public_repos", "total_private_repos"):
        member(whole, schema(whole, operation), field)


def test_types_of_rules_are_those_that_github_describes() -> None:
    whole, operation = described("/repos/{owner}/{repo}/rules/branches/{branch}")
    kinds = {word for part in all_of(whole, schema(whole, operation)["items"])
             if "type" in part.get("properties", {}) for word in words(whole, part["properties"]["type"])}  # fmt: skip
    assert kinds == RULE_TYPES


def test_states_of_alerts_are_those_that_github_describes() -> None:
    whole, operation = described("/orgs/{org}/dependabot/alerts")
    assert {"open", *ENDS} == words(whole, member(whole, schema(whole, operation)["items"], "state"))


def test_every_read_is_looked_at() -> None:
    assert len(READS) > 18
    assert {split(read.op)[1] for read in READS} > BEYOND
