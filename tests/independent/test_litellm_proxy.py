"""A double that we did not write: LiteLLM's real proxy on loopback, with two models and no database, collected once.

Off by default. `ANNEXA_LITELLM` names the python of an environment of its own in which `litellm[proxy]` is installed:

    python -m venv /tmp/litellm && /tmp/litellm/bin/pip install 'litellm[proxy]'
    ANNEXA_LITELLM=/tmp/litellm/bin/python pytest tests/independent/test_litellm_proxy.py

Every declared call must answer in the declared form, or be unread by name since the proxy has no database. The proxy also
describes its routes: what our stand-in answers for those that need a database is held against that description.
"""

import json
import os
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from whole_source import Whole, ask

from annexa import collectors
from annexa.collectors import litellm
from annexa.collectors._rest import Read
from annexa.collectors._rest.address import split
from annexa.collectors._source import CannotStartError, Circumstances
from annexa.collectors.litellm._source import OWN_KEY, READY, WHOAMI
from annexa.evidence.clock import VirtualClock
from annexa.sandbox._http import loopback
from annexa.sandbox.vendors import litellm as played
from annexa.schemas.words import Completeness, Environment, Reason

PYTHON = os.environ.get("ANNEXA_LITELLM", "")
pytestmark = pytest.mark.skipif(
    not PYTHON,
    reason="ANNEXA_LITELLM does not name a python with litellm[proxy]; the proxy is collected on request only",
)
MASTER, PATIENCE = "sk-annexa-independent-test", 120.0
SECRETS = (b"plain-upstream-key-of-nobody", b"plain-mcp-token-of-nobody", b"mcp.wiki.example", MASTER.encode())
CONFIG = f"""
model_list:
  - model_name: freight-chat
    litellm_params: {{model: openai/gpt-4.1, api_key: plain-upstream-key-of-nobody, api_base: "http://127.0.0.1:9/v1"}}
  - model_name: freight-embed
    litellm_params: {{model: openai/text-embedding-3-large, api_key: plain-upstream-key-of-nobody, api_base: "http://127.0.0.1:9/v1"}}
guardrails:
  - guardrail_name: personal-data
    litellm_params:
      guardrail: presidio
      mode: pre_call
      default_on: true
      presidio_analyzer_api_base: http://127.0.0.1:9
      presidio_anonymizer_api_base: http://127.0.0.1:9
      pii_entities_config: {{EMAIL_ADDRESS: MASK}}
mcp_servers:
  wiki: {{url: "https://mcp.wiki.example/mcp", transport: http, auth_type: bearer_token, allowed_tools: [read_page],
         authentication_token: plain-mcp-token-of-nobody}}
general_settings: {{master_key: {MASTER}}}
"""
STORED = {"GET /key/list", "GET /v2/team/list", "GET /user/list", "GET /get/sso_settings", "GET /audit"}
"""Calls for which the proxy needs a database."""
READS = {call.op: call for one in collectors.of(litellm) for call in one.calls if isinstance(call, Read)}
DECLARED = {**READS, READY.op: READY, WHOAMI.op: WHOAMI, OWN_KEY.op: OWN_KEY}
UNDESCRIBED = {READY.op, OWN_KEY.op, "GET /v1/model/info"}
"""Routes whose answers the proxy does not describe."""


@dataclass(frozen=True, kw_only=True)
class Proxy:
    """The running proxy."""

    url: str
    routes: dict[str, Any]
    """How it describes itself."""

    def lent(self, key: str = MASTER) -> Circumstances:
        """What a run would lend."""
        return Circumstances(
            organisation="acme", clock=VirtualClock(datetime.now(UTC)), run_id="r1", pacing=False,
            environment={"LITELLM_PROXY_API_KEY": key, "LITELLM_PROXY_URL": self.url},
        )  # fmt: skip


@pytest.fixture(scope="module")
def proxy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Proxy]:
    folder = tmp_path_factory.mktemp("litellm")
    (folder / "config.yaml").write_text(CONFIG, "utf-8")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    command = [
        PYTHON,
        "-m",
        "litellm.proxy.proxy_cli",
        "--host",
        "127.0.0.1",
        "--port",
        str(port),
        "--config",
        "config.yaml",
    ]
    quiet = {"HOME": str(folder), "PATH": os.environ.get("PATH", ""), "LITELLM_LOCAL_MODEL_COST_MAP": "True"}
    with (folder / "log").open("wb") as log:
        server = subprocess.Popen(command, cwd=folder, env=quiet, stdout=log, stderr=subprocess.STDOUT)
        try:
            url = f"http://127.0.0.1:{port}"
            _answers(server, f"{url}/health/readiness", folder / "log")
            yield Proxy(url=url, routes=_get(f"{url}/openapi.json"))
        finally:
            server.terminate()
            server.wait()


def _answers(server: subprocess.Popen[bytes], url: str, log: Path) -> None:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until and server.poll() is None:
        try:
            _get(url)
        except (OSError, urllib.error.URLError):
            time.sleep(0.2)
        else:
            return
    raise RuntimeError(f"the proxy does not answer: {log.read_text()[-2000:]}")


def _get(url: str, key: str = "") -> Any:
    asked = urllib.request.Request(url, headers={"Authorization": f"Bearer {key}"} if key else {})
    with urllib.request.urlopen(asked, timeout=60) as reply:
        return json.load(reply)


@pytest.fixture(scope="module")
def whole(proxy: Proxy) -> Whole:
    """The proxy, collected once."""
    found = Whole(source=litellm.connect(litellm.Settings(attempts=1), proxy.lent()))
    for one in collectors.of(litellm):
        found.found[one.name] = ask(found.source, one, datetime.now(UTC), found.pages)
    return found


def test_every_declared_call_answers_in_its_form_or_is_unread_by_name(whole: Whole) -> None:
    unread = {(entry.call, entry.reason) for one in whole.found.values() for entry in one.unreads}
    assert {call for call, reason in unread if reason is Reason.UNSUPPORTED} == STORED
    # Without a database the proxy cannot say whose key it is, so that its lists are read and stay unproved.
    assert unread - {(call, Reason.UNSUPPORTED) for call in STORED} == {
        (call, Reason.VISIBILITY_UNPROVED) for call in set(READS) - STORED
    }
    assert {one.unit.completeness for one in whole.found.values()} == {Completeness.PARTIAL, Completeness.UNREAD}


def test_what_was_set_up_arrives(whole: Whole, proxy: Proxy) -> None:
    host = proxy.url.removeprefix("http://")
    systems = [(one.category, one.name, one.model) for one in whole.facts("litellm.models.models")]
    assert [(category, name) for category, name, _ in systems] == [
        ("gateway", "LiteLLM proxy"), ("model", "freight-chat"), ("model", "freight-embed"),
    ]  # fmt: skip
    assert systems[1][2] == "openai/gpt-4.1" and whole.source.tenant == host
    (guard,) = whole.facts("litellm.safeguards.guardrails")
    assert (guard.name, guard.mode, guard.enforced_on, guard.masks_input) == ("personal-data", "enforce", (host,), True)
    server, connection, *settings = whole.facts("litellm.mcp.servers")
    assert (server.name, server.components, connection.store) == ("wiki", ("tool:read_page",), "mcp:wiki")
    assert {one.name: one.value for one in settings}["litellm.mcp.auth_type"] == "bearer_token"


def test_no_secret_of_the_configuration_is_kept(whole: Whole) -> None:
    kept = b"".join(whole.pages)
    assert [word for word in SECRETS if word in kept] == [] and b"freight-chat" in kept


def test_its_evidence_is_marked_as_not_from_a_vendor(whole: Whole, proxy: Proxy) -> None:
    assert (whole.source.environment, whole.source.hosts()) == (Environment.NON_VENDOR, (proxy.url,))


def test_a_key_that_it_does_not_know_cannot_start(proxy: Proxy) -> None:
    with pytest.raises(CannotStartError):
        litellm.connect(litellm.Settings(attempts=1), proxy.lent("sk-of-nobody"))


@pytest.mark.parametrize("op", sorted(DECLARED))
def test_the_proxy_has_the_route_and_its_parameters(proxy: Proxy, op: str) -> None:
    method, path, _ = split(op)
    route = proxy.routes["paths"][path][method.lower()]
    known = {one["name"] for one in route.get("parameters", [])}
    assert {*DECLARED[op].params, *DECLARED[op].query} <= known


@pytest.mark.parametrize("op", sorted(set(DECLARED) - UNDESCRIBED))
def test_the_stand_in_answers_as_the_proxy_describes(proxy: Proxy, op: str) -> None:
    method, path, _ = split(op)
    answer = proxy.routes["paths"][path][method.lower()]["responses"]["200"]["content"]["application/json"]["schema"]
    schema = jsonschema_rs.validator_for({**answer, "components": proxy.routes["components"]})
    with loopback(played.play("clean", "second").standin().handle) as url:
        query = "&".join(f"{name}={str(value).lower()}" for name, value in DECLARED[op].params.items())
        found = _get(f"{url}{path}?{query}", played.KEY)
    assert [f"{error.instance_path}: {error.message}" for error in schema.iter_errors(found)] == []
