"""The stand-in of Okta answers as the vendor does: its own SDK reads it over loopback, and its own description fits.

The description lies beside the project where it is developed; elsewhere those tests are skipped. The SDK signs in as an app,
by a statement that its private key signs, and so plays the exchange of tokens too.
"""

import asyncio
import json
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import jsonschema_rs
import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from annexa import collectors
from annexa.collectors import okta as vendor
from annexa.collectors._rest import Read
from annexa.collectors._rest.address import split
from annexa.collectors.okta._login import EXCHANGE
from annexa.collectors.okta._source import ORG, WHOAMI
from annexa.sandbox._http import loopback
from annexa.sandbox.vendors import okta as played

SPEC = Path(__file__).parents[3] / "shared" / "specs" / "okta-admin-get.json"
described = pytest.mark.skipif(not SPEC.is_file(), reason="the vendor's description does not lie beside the project")
READS = [ORG, *(call for one in collectors.of(vendor) for call in one.calls if isinstance(call, Read))]
BY_OP = {read.op: read for read in (*READS, WHOAMI)}
per_read = pytest.mark.parametrize("read", BY_OP.values(), ids=list(BY_OP))
PLANTED = played.play("planted", "second")
DATA = PLANTED.world.data
AI_APPS, EVERYBODY = "rstHblAiApps0000001", "00gHblEveryone000001"
SAME_AS = {"/api/v1/users/me": "/api/v1/users/{id}"}
"""The description shows one's own account as that of any user."""


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with loopback(PLANTED.standin().handle) as found:
        yield found


Asking = Callable[..., Any]


@pytest.fixture
def ask(url: str, monkeypatch: pytest.MonkeyPatch) -> Asking:
    """One call of the vendor's client: `ask("list_users", limit=5)`; its models refuse what does not fit them."""
    client = pytest.importorskip("okta.client")
    monkeypatch.setenv("OKTA_TESTING_TESTINGDISABLEHTTPSCHECK", "true")
    said = {
        "orgUrl": url, "authorizationMode": "PrivateKey", "clientId": played.CLIENT_ID, "scopes": ["okta.apps.read"],
        "privateKey": private_key(), "rateLimit": {"maxRetries": 0}, "requestTimeout": 10,
    }  # fmt: skip

    def run(method: str, **how: Any) -> Any:
        async def call() -> Any:
            return await getattr(client.Client(said), method)(**how)

        found, _, error = asyncio.run(call())
        assert error is None, error
        return found

    return run


@cache
def private_key() -> str:
    key = generate_private_key(public_exponent=65537, key_size=2048)
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


LISTS: dict[str, tuple[str, dict[str, Any]]] = {
    "apps": ("list_applications", {"include_non_deleted": True}),
    "api_tokens": ("list_api_tokens", {}),
    "api_services": ("list_api_service_integration_instances", {}),
    "grants": ("list_scope_consent_grants", {"app_id": played.CLIENT_ID}),
    "app_users": ("list_application_users", {"app_id": "0oaHblAws00000000001"}),
}


@pytest.mark.parametrize("name", LISTS)
def test_the_vendors_own_client_reads_its_lists(ask: Asking, name: str) -> None:
    method, how = LISTS[name]
    assert [one.id for one in ask(method, **how)] == [row["id"] for row in DATA[name]]


def test_the_vendors_own_client_reads_applications(ask: Asking) -> None:
    found = {app.id: app for app in ask("list_applications")}
    assert "0oaHblSurvey00000001" not in found, "without asking for it, an app that is switched off is not listed"
    chatgpt = found["0oaHblChatGpt0000001"]
    assert (chatgpt.status, chatgpt.links.access_policy.href.rpartition("/")[2]) == ("ACTIVE", AI_APPS)
    groups = ask("list_application_group_assignments", app_id="0oaHblChatGpt0000001", expand="group")
    assert (groups[0].id, groups[0].embedded["group"]["type"]) == (EVERYBODY, "BUILT_IN")


def test_the_vendors_own_client_reads_policies(ask: Asking) -> None:
    assert [one.name for one in ask("list_policies", type="ACCESS_POLICY")] == [
        "AI apps",
        "Staff apps",
        "Password only",
    ]
    first, last = ask("list_policy_rules", policy_id=AI_APPS)
    assert first.actions.app_sign_on.access == "DENY"
    assert last.actions.app_sign_on.verification_method.factor_mode == "2FA"
    (rule,) = ask("list_policy_rules", policy_id="00pHblDefault0000001")
    assert rule.actions.signon.require_factor is True


def test_the_vendors_own_client_reads_people_roles_and_events(ask: Asking) -> None:
    assert [user.status for user in ask("list_users", limit=3)] == ["ACTIVE"] * 3
    gone = ask("list_users", filter='lastUpdated gt "1970-01-01T00:00:00.000Z"', limit=200)
    assert len(gone) == 200
    assert [one.id for one in ask("list_users_with_role_assignments", limit=100).value] == [
        row["id"] for row in DATA["assignees"]
    ]
    (role,) = ask("list_assigned_roles_for_user", user_id="00uHblAnnexaReader01")
    assert role.actual_instance.type == "READ_ONLY_ADMIN"
    (event,) = ask("list_log_events", limit=1, sort_order="DESCENDING", filter='eventType eq "user.authentication.sso"')
    assert event.event_type == "user.authentication.sso" and event.target[0].type == "AppInstance"
    assert ask("get_org_settings").id == "00oHblHarbourline01"


def request(op: str, query: dict[str, Any], key: str = f"SSWS {played.API_TOKEN}") -> tuple[int, dict[str, str], Any]:
    """What the stand-in answers to a request without the client."""
    method, _, path = op.partition(" ")
    asked = f"https://{played.DOMAIN}{path}?{urlencode(query)}"
    status, headers, body = PLANTED.standin().handle(method, asked, {"authorization": key}, b"")
    return status, headers, json.loads(body)


def test_a_token_and_an_app_may_ask_and_nobody_else() -> None:
    assert request(ORG.op, {})[0] == request(ORG.op, {}, f"Bearer {played.ACCESS_TOKEN}")[0] == 200
    status, _, body = request(ORG.op, {}, "SSWS 00TokenOfNobody")
    assert (status, body["errorCode"]) == (401, "E0000011")


@pytest.mark.parametrize(
    ("form", "code"),
    [
        ({"grant_type": "password"}, "unsupported_grant_type"), ({"grant_type": "client_credentials"}, "invalid_client"),
        ({"grant_type": "client_credentials", "client_assertion": "a.b.c"}, "invalid_client"),
    ],
)  # fmt: skip
def test_the_exchange_refuses_what_it_cannot_know(form: dict[str, str], code: str) -> None:
    headers = {"content-type": "application/x-www-form-urlencoded"}
    asked = f"https://{played.DOMAIN}{EXCHANGE.partition(' ')[2]}"
    status, _, body = PLANTED.standin().handle("POST", asked, headers, urlencode(form).encode())
    assert status in (400, 401) and json.loads(body)["error"] == code


def test_pages_follow_each_other_in_the_header() -> None:
    _, headers, first = request("GET /api/v1/users", {"limit": 150})
    assert len(first) == 150 and 'rel="self"' in headers["Link"] and 'rel="next"' in headers["Link"]
    _, headers, _ = request("GET /api/v1/org", {})
    assert "Link" not in headers


def test_a_throttled_caller_is_told_the_moment() -> None:
    standin = PLANTED.standin([PLANTED.fault(ORG.op, "throttled")])
    status, headers, _ = standin.handle(
        "GET", f"https://{played.DOMAIN}/api/v1/org", {"authorization": f"SSWS {played.API_TOKEN}"}, b""
    )
    assert status == 429 and int(headers["X-Rate-Limit-Reset"]) > int(PLANTED.now.timestamp())


# --- the vendor's description


@cache
def spec() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(SPEC.read_text("utf-8"))
    return found


def operation(op: str) -> dict[str, Any]:
    path = split(op)[1]
    found: dict[str, Any] = spec()["paths"][SAME_AS.get(path, path)]["get"]
    return found


def parameters(op: str) -> set[str]:
    kept = spec()["components"]["parameters"]
    return {
        (kept[one["$ref"].rpartition("/")[2]] if "$ref" in one else one)["name"]
        for one in operation(op).get("parameters", [])
    }


def words_of(schema: Any) -> Any:
    """The description in the words of JSON Schema: `nullable`, and alternatives that only a discriminator tells apart.

    Patterns are left out: those of spans of time are not what any engine of regular expressions could read.
    """
    if isinstance(schema, list):
        return [words_of(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    left_out = {"discriminator", "nullable", "example"} | (
        {"pattern"} if isinstance(schema.get("pattern"), str) else set()
    )
    found = {
        "anyOf" if name == "oneOf" else name: words_of(one) for name, one in schema.items() if name not in left_out
    }
    return {"anyOf": [found, {"type": "null"}]} if schema.get("nullable") is True else found


@cache
def validator(op: str) -> Any:
    (content,) = operation(op)["responses"]["200"]["content"].values()
    return jsonschema_rs.validator_for({**words_of(content["schema"]), "components": words_of(spec()["components"])})


@described
@pytest.mark.parametrize("read", READS, ids=lambda read: f"{read.op} {read.params}")
def test_every_read_is_described_with_its_query_and_its_scope(read: Read) -> None:
    method, _, in_path = split(read.op)
    assert method == "GET"
    assert {*read.params, *read.query} - set(in_path) <= parameters(read.op)
    scopes = [name for way in operation(read.op)["security"] for name in way.get("oauth2", [])]
    assert scopes == [read.needs]


def places(read: Read) -> Iterator[str]:
    """Where the stand-in is asked for a read: for every app, every policy and some people."""
    _, template, names = split(read.op)
    ids = {
        "appId": [app["id"] for app in DATA["apps"]], "policyId": [row["id"] for row in DATA["policies"]],
        "userId": [row["id"] for row in DATA["assignees"]],
    }  # fmt: skip
    for one in ids[names[0]] if names else [""]:
        yield template.format_map(dict.fromkeys(names, one))


@described
@per_read
def test_every_answer_fits_the_vendors_description(read: Read) -> None:
    for path in places(read):
        status, _, body = request(f"GET {path}", {name: str(one) for name, one in read.params.items()})
        assert status == 200
        assert [
            f"{path}: {error.instance_path} {error.message}" for error in validator(read.op).iter_errors(body)
        ] == []


@described
def test_the_description_would_notice() -> None:
    users = json.loads(json.dumps(request("GET /api/v1/users", {})[2]))
    users[0]["status"] = "ASLEEP"
    assert list(validator("GET /api/v1/users").iter_errors(users))
