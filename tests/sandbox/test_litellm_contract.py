"""The stand-in of the LiteLLM proxy answers with the package's fields, and its collectors keep none of the secrets in it.

The fields are those of the answers of `litellm` 1.109, written down in words of ours; tests/independent/test_litellm_proxy.py
asks the package itself.
"""

import json
import urllib.error
import urllib.request
from collections.abc import Iterator
from typing import Any

import pytest
from whole_source import Whole, played

from annexa.sandbox._http import loopback
from annexa.sandbox.vendors import litellm
from annexa.schemas.words import Completeness, Environment, Reason, State

PLAY = litellm.play("clean", "second")
TEXT = (str, type(None))
ANSWERS: dict[str, tuple[str | None, dict[str, Any]]] = {
    "/key/list?return_full_object=true&size=2": (
        "keys",
        {"token": str, "user_id": TEXT, "team_id": TEXT, "models": list, "expires": TEXT, "blocked": (bool, type(None)),
         "last_active": TEXT, "created_at": str, "max_budget": (int, float), "budget_duration": TEXT},
    ),
    "/user/list?page_size=50": (
        "users", {"user_id": str, "user_email": str, "user_role": str, "sso_user_id": TEXT, "created_at": str},
    ),
    "/v2/team/list?page_size=50": (
        "teams", {"team_id": str, "team_alias": str, "members_with_roles": list, "models": list, "blocked": bool},
    ),
    "/v2/guardrails/list": ("guardrails", {"guardrail_id": str, "guardrail_name": str, "litellm_params": dict}),
    "/v1/mcp/server": (
        None,
        {"server_id": str, "server_name": str, "transport": str, "auth_type": str, "allowed_tools": list,
         "available_on_public_internet": bool, "approval_status": str},
    ),
    "/v1/model/info": ("data", {"model_name": str, "litellm_params": dict, "model_info": dict}),
    "/audit?page=1&page_size=1": ("audit_logs", {"id": str, "updated_at": str, "action": str, "table_name": str}),
}  # fmt: skip
"""By path: where the list stands, and what its items have."""


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with loopback(PLAY.standin().handle) as found:
        yield found


def asked(url: str, path: str, key: str = litellm.KEY) -> tuple[int, Any]:
    try:
        with urllib.request.urlopen(
            urllib.request.Request(url + path, None, {"Authorization": f"Bearer {key}"})
        ) as reply:
            return reply.status, json.load(reply)
    except urllib.error.HTTPError as refused:
        return refused.code, json.load(refused)


@pytest.mark.parametrize("path", ANSWERS)
def test_an_answer_has_the_fields_of_the_package(url: str, path: str) -> None:
    items, fields = ANSWERS[path]
    status, found = asked(url, path)
    rows = found if items is None else found[items]
    assert status == 200 and rows
    for row in rows:
        assert {name: row.get(name) for name, sort in fields.items() if not isinstance(row.get(name), sort)} == {}


def test_keys_go_on_by_number(url: str) -> None:
    pages = [asked(url, f"/key/list?return_full_object=true&size=3&page={number}")[1] for number in (1, 2)]
    assert [(page["current_page"], page["total_pages"], page["total_count"]) for page in pages] == [
        (1, 2, 4),
        (2, 2, 4),
    ]
    assert [len(page["keys"]) for page in pages] == [3, 1]


def test_readiness_answers_to_strangers_and_nothing_else_does(url: str) -> None:
    assert asked(url, "/health/readiness", key="sk-nobody") == (200, {"status": "healthy", "db": "connected"})
    assert asked(url, "/v2/user/info", key="sk-nobody")[0] == 401


@pytest.fixture(scope="module")
def whole() -> Iterator[Whole]:
    with played(PLAY) as found:
        yield found


def test_the_whole_proxy_is_read(whole: Whole) -> None:
    assert {name: one.unreads for name, one in whole.found.items() if one.unreads} == {}
    assert {one.unit.completeness for one in whole.found.values()} == {Completeness.COMPLETE}
    assert (whole.source.tenant, whole.source.environment) == (litellm.HOST, Environment.SANDBOX)
    assert whole.source.identities() == ("user/annexa-reader",)


def test_what_is_said_of_the_company(whole: Whole) -> None:
    keys = [fact for fact in whole.facts("litellm.keys.keys") if hasattr(fact, "long_term")]
    assert sorted(str(key.state) for key in keys) == ["active", "active", "active", "blocked"]
    assert {key.long_term for key in keys} == {False}
    (guard,) = whole.facts("litellm.safeguards.guardrails")
    assert (guard.mode, guard.masks_input, guard.enforced_on) == ("enforce", True, (litellm.HOST,))
    settings = {fact.name: fact.value for fact in whole.facts("litellm.controls.sign_on")}
    assert settings == {"litellm.sso": ("generic",), "litellm.ui_access_mode": "admin_only"}
    (log,) = whole.facts("litellm.controls.audit_log")
    assert log.enabled is True and log.last_event == "2026-09-29T03:00:00Z"


def test_no_secret_is_kept_and_what_is_none_stays(whole: Whole) -> None:
    kept = b"".join(whole.pages)
    for word in (b"OfNobody", b"of-nobody", litellm.KEY.encode(), b"mcp.harbourline.example", b"openai.azure.com"):
        assert word not in kept
    for word in (
        b"max_output_tokens",
        b"32768",
        b"find_tickets",
        b"customer-portal",
        b"eu-central-1",
        b"budget_duration",
    ):
        assert word in kept


def test_a_key_that_is_no_administrators_proves_no_list() -> None:
    play = litellm.play("clean", "second")
    play.world.data["whoami"]["user_role"] = "internal_user"
    with played(play) as found:
        lists = {name for name, one in found.found.items() if one.unit.completeness is not Completeness.COMPLETE}
        reasons = {str(entry.reason) for one in found.found.values() for entry in one.unreads}
    assert lists == set(found.found) - {"litellm.controls.sign_on"}
    assert reasons == {"visibility_unproved"}


def test_without_a_database_what_is_stored_there_is_unread_by_name() -> None:
    play = litellm.play("clean", "second")
    play.world.data["readiness"]["db"] = "Not connected"
    with played(play) as found:
        unread = {
            entry.call for one in found.found.values() for entry in one.unreads if entry.reason is Reason.UNSUPPORTED
        }
        (guard,) = found.facts("litellm.safeguards.guardrails")
    assert unread == {"GET /key/list", "GET /v2/team/list", "GET /user/list", "GET /get/sso_settings", "GET /audit"}
    assert guard.prompt_attack.state is State.NOT_EXPOSED
