"""Files that a source's table names lie beside the configuration, wherever the command is given."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from annexa.commands._connect import Lent, connect
from annexa.commands._place import Here, read
from annexa.evidence.clock import VirtualClock
from annexa.evidence.errors import ConfigError

HEAD = '[organisation]\nid = "northwind"\nname = "Northwind"\n[[sources]]\n'
TABLES = {
    "microsoft": 'tenant_id = "t"\nclient_id = "c"\ncertificate = "keys/one.pem"\n',
    "google_workspace": 'key_file = "keys/one.pem"\nsubject = "kim@northwind.example"\n',
}


def why_not(folder: Path, table: str) -> str:
    (folder / "annexa.toml").write_text(HEAD + table)
    config, base = read(folder / "annexa.toml")
    here = Here(config=config, base=base, vault_path=base / "v")
    lent = Lent(clock=VirtualClock(datetime(2026, 8, 30, 6, tzinfo=UTC)), run_id="r", environment={})
    return " ".join(one.why_not or "" for one in connect(here, lent).cannot if one.vendor != "registers")


@pytest.mark.parametrize("vendor", TABLES)
def test_a_relative_path_is_relative_to_the_configuration(vendor: str, tmp_path: Path, monkeypatch: Any) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)
    table = f'name = "{vendor}:main"\nvendor = "{vendor}"\n{TABLES[vendor]}'
    assert str(tmp_path / "keys" / "one.pem") in why_not(tmp_path, table)
    assert "/srv/one.pem" in why_not(tmp_path, table.replace("keys/one.pem", "/srv/one.pem"))


def test_a_path_that_is_no_text_is_told_as_before(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="certificate"):
        why_not(tmp_path, 'name = "microsoft:main"\nvendor = "microsoft"\ncertificate = 7\n')
