"""The example that `annexa init` writes shows a table for every vendor, and each one is accepted as it stands."""

import re
import tomllib
from typing import Any

import pytest

from annexa import collectors
from annexa.commands import _config
from annexa.commands._config import parse
from annexa.commands.init import CONFIG
from annexa.evidence.errors import ConfigError
from annexa.evidence.manifest import PEOPLE

TEXT = CONFIG.format(signing="key.pem", redaction="redaction")
NOT_A_SETTING = {"name", "vendor"}


def uncommented(paragraph: str) -> str:
    """The table with every key taken in."""
    return "\n".join(line.removeprefix("# ") for line in paragraph.splitlines())


def tables() -> dict[str, dict[str, Any]]:
    """Every `[[sources]]` of the example by its vendor, with its commented keys."""
    shown = [part for part in TEXT.split("\n\n") if re.match(r"(# )?\[\[sources\]\]\n", part)]
    found = [table for part in shown for table in tomllib.loads(uncommented(part))["sources"]]
    vendors = [str(table["vendor"]) for table in found]
    assert len(vendors) == len(set(vendors)), "a vendor is shown twice"
    return dict(zip(vendors, found, strict=True))


TABLES = tables()


def test_every_vendor_is_shown() -> None:
    """Registers and imports have no table: the key `registers` names the folder of both."""
    assert sorted(TABLES) == [name for name in collectors.names() if name not in PEOPLE]
    assert tomllib.loads(TEXT)["registers"] == "registers"


@pytest.mark.parametrize("vendor", TABLES)
def test_a_table_is_accepted_by_its_vendor(vendor: str) -> None:
    table = TABLES[vendor]
    settings = _config.convert(table, collectors.vendor(vendor).Settings, "annexa.toml", vendor)
    assert {name: getattr(settings, name) for name in table} == table
    assert set(table) > NOT_A_SETTING, "it shows at least one setting"


@pytest.mark.parametrize("vendor", TABLES)
def test_variables_are_those_that_the_vendor_reads_anyway(vendor: str) -> None:
    """What the example names is the default, so that taking it in changes nothing."""
    default = collectors.vendor(vendor).Settings()
    named = {key: value for key, value in TABLES[vendor].items() if key.endswith("_env") and vendor != "aws"}
    assert {key: getattr(default, key) for key in named} == named


def test_a_key_that_the_vendor_does_not_have_is_refused() -> None:
    with pytest.raises(ConfigError):
        _config.convert({**TABLES["openai"], "organisation": "x"}, collectors.vendor("openai").Settings, "a", "openai")


def test_as_written_only_aws_is_asked_and_with_every_table_all_of_them() -> None:
    (only,) = parse(TEXT.encode(), _config.DEFAULT).sources
    assert only["vendor"] == "aws"
    parts = [uncommented(part) if part.startswith("# [[sources]]\n") else part for part in TEXT.split("\n\n")]
    every = parse("\n\n".join(parts).encode(), _config.DEFAULT).sources
    assert [table["vendor"] for table in every] == list(TABLES)
