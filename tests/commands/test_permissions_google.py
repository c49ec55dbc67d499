"""`annexa permissions google`: both of Google's vendors at once, each in its own form."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from annexa.collectors.google_workspace._api import ALERTS, LICENSING, SECURITY
from annexa.commands.permissions import _of_family, command


@pytest.fixture(autouse=True)
def no_configuration(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_google_stands_for_both_of_its_vendors(tmp_path: Path) -> None:
    said = CliRunner().invoke(command, ["google", "--output", str(tmp_path)], obj={"config": None, "vault": None})
    assert said.exit_code == 0, said.output
    assert {file.name for file in tmp_path.iterdir()} == {
        "annexa-google_workspace.txt", "annexa-google_cloud-role.yaml", "annexa-google_cloud.sh",
    }  # fmt: skip
    reading, _, other = (tmp_path / "annexa-google_workspace.txt").read_text().partition("No read-only scope exists")
    for scope in (SECURITY, LICENSING, ALERTS):
        assert scope not in reading
        assert f"{scope}\n" in other and "with a role with" in other
    for api in ("admin/directory_v1", "admin/reports_v1", "chromepolicy/v1", "cloudidentity/v1", "vault/v1"):
        assert f"\n  {api}\n" in reading
    assert "includedPermissions:\n" in (tmp_path / "annexa-google_cloud-role.yaml").read_text()


def test_everything_is_printed_one_after_the_other() -> None:
    said = CliRunner().invoke(command, ["google"], obj={"config": None, "vault": None})
    assert (said.exit_code, "includedPermissions:" in said.stdout, "No read-only scope exists" in said.stdout) == (
        0,
        True,
        True,
    )


def test_a_vendor_or_a_source_stands_for_itself() -> None:
    for name in ("google_workspace", "aws", "google:main", "goo"):
        assert _of_family(None, name) == [name]
