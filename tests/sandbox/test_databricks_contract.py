"""The stand-in of Databricks answers as the vendor does: its own SDK signs in over loopback, its own classes take every row."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from annexa.sandbox._http import loopback
from annexa.sandbox.vendors import databricks as played

sdk = pytest.importorskip("databricks.sdk", reason="the vendor's SDK is not installed")
DATA = played.play("clean", "second").world.data


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with loopback(played.play("clean", "second").standin().handle) as found:
        yield found


@pytest.fixture(scope="module")
def token(url: str) -> str:
    """What the vendor's own exchange brings for the service principal's secret."""
    from databricks.sdk.oauth import ClientCredentials

    source = ClientCredentials(
        client_id=played.CLIENT_ID, client_secret=played.CLIENT_SECRET, token_url=f"{url}{played.TOKEN_PATH}",
        scopes=["all-apis"], use_header=True,
    )  # fmt: skip
    return str(source.token().access_token)


@pytest.fixture(scope="module")
def client(url: str, token: str) -> Any:
    return sdk.WorkspaceClient(host=url, token=token, auth_type="pat")


def without_ours(value: Any) -> Any:
    """What the stand-in sends, with every member that its file has; placeholders of dates are the file's own business."""
    if isinstance(value, dict):
        return {name: without_ours(one) for name, one in value.items() if one is not None}
    return [without_ours(one) for one in value] if isinstance(value, list) else value


READS: dict[str, Any] = {
    "endpoints": lambda client: client.serving_endpoints.list(),
    "ip_access_lists": lambda client: client.ip_access_lists.list(),
    "tokens": lambda client: client.token_management.list(),
}


@pytest.mark.parametrize("name", READS)
def test_the_vendors_own_classes_take_every_member(client: Any, name: str) -> None:
    """Nothing is lost on the way through the SDK: a member that it does not know would be missing."""
    found = [row.as_dict() for row in READS[name](client)]
    assert found == without_ours(DATA[name]) and found


@pytest.mark.parametrize("number", [0, 1, 2])
def test_permissions_are_read_by_the_id_of_the_endpoint(client: Any, number: int) -> None:
    found = client.serving_endpoints.get_permissions(DATA["endpoints"][number]["id"]).as_dict()
    assert found == without_ours(DATA["permissions"][number])


def test_the_setting_of_the_workspace(client: Any) -> None:
    found = client.settings.llm_proxy_partner_powered_workspace.get()
    assert found.boolean_val.value is DATA["partner_powered"]["boolean_val"]["value"]
    assert client.workspace_conf.get_status("enableIpAccessLists") == {"enableIpAccessLists": "true"}


def test_the_vendors_own_client_knows_who_it_is(client: Any) -> None:
    me = client.current_user.me()
    assert (me.user_name, [group.display for group in me.groups]) == (played.CLIENT_ID, ["admins"])


@pytest.mark.parametrize(
    ("kind", "error"),
    [("denied", "PermissionDenied"), ("not_found", "NotFound"), ("unauthorised", "Unauthenticated")],
)
def test_refusals_are_the_clients_own_errors(kind: str, error: str) -> None:
    """The body of every refusal is one that the vendor's parser of errors understands."""
    from databricks.sdk import errors
    from databricks.sdk.errors.parser import _Parser
    from requests import Request, Response, Session

    status, code, message = played.REFUSALS[kind]
    answer = Response()
    answer.status_code, answer._content = status, json.dumps(played._error(status, code, message)).encode()
    answer.request = Session().prepare_request(Request("GET", "https://workspace.example/api/2.0/serving-endpoints"))
    answer.headers["Content-Type"] = "application/json"
    found = _Parser().get_api_error(answer)
    assert isinstance(found, getattr(errors, error)) and message in str(found)


def test_a_stranger_gets_no_token() -> None:
    standin = played.play("clean", "second").standin()
    status, _, body = standin.handle("POST", f"https://x.cloud.databricks.com{played.TOKEN_PATH}", {}, b"")
    assert status == 401 and b"invalid_client" in body
