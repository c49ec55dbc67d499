"""`annexa doctor` at a Microsoft tenant: a consent that is missing, a plan that is missing, and what people alone are shown."""

import re
from pathlib import Path

import pytest

from annexa import runner
from annexa.tests.collectors.graph_stage import TENANT, Answer, jwt, serving

HELD = ["RoleManagement.Read.Directory", "RoleEligibilitySchedule.Read.Directory", "User.Read.All"]
CONFIG = """
[organisation]
id = "northwind"
name = "Northwind"
[keys]
redaction = "redaction-key"
[[sources]]
name = "microsoft:main"
vendor = "microsoft"
endpoint = "{url}/v1.0"
token_env = "TOKEN"
attempts = 1
"""


def answer(method: str, path: str) -> Answer:
    """A tenant without premium plans; the application may read roles and people."""
    place = path.partition("?")[0]
    if place.endswith(("/organization", "/roleDefinitions", "/roleAssignments", "/users")):
        return 200, {}, {"value": [{"id": TENANT}] if place.endswith("/organization") else []}
    return 403, {}, {"error": {"code": "Authorization_RequestDenied", "message": "no"}}


def test_it_tells_consent_from_plan_from_person(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.setenv("TOKEN", jwt(tid=TENANT, appid="app-1", exp=4102444800, roles=HELD))
    monkeypatch.chdir(tmp_path)
    with serving(answer) as (url, _):
        (tmp_path / "annexa.toml").write_text(CONFIG.format(url=url))
        code = runner.main(["doctor", "--source", "microsoft"])
    shown = re.sub(r"\s+", " ", capsys.readouterr().out)
    assert code == 3 and f"tenant {TENANT}" in shown and "as application app-1" in shown

    def outcome(call: str) -> str:
        return shown.partition(f"GET {call} ")[2].partition(" GET ")[0]

    assert outcome("/roleManagement/directory/roleAssignments").startswith("allowed")
    assert outcome("/roleManagement/directory/roleEligibilityScheduleInstances").startswith(
        "not_licensed 1 This needs Microsoft Entra ID P2"
    )
    lacking = outcome("/policies/authorizationPolicy")
    assert lacking.startswith("denied 1 Grant Policy.Read.All and consent to it")
    assert outcome("/copilot/admin/settings/limitedMode").startswith("delegated_only 1 Ask with the token of a person")
