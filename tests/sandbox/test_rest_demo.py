"""The company's servers side by side, and without the AWS SDK: its other vendors still play."""

import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import httpx2
import pytest

from annexa.sandbox import demo, vendors
from annexa.sandbox._rest import RestPlay
from annexa.sandbox.play import MOMENTS

WITHOUT = """
import sys
from importlib.machinery import PathFinder

class Gone:
    @staticmethod
    def find_spec(name, path=None, target=None):
        if name.partition(".")[0] in ("boto3", "botocore", "httpx2", "httpx"):
            raise ModuleNotFoundError(name, name=name)

sys.meta_path.insert(0, Gone)
import importlib.util
real = importlib.util.find_spec
importlib.util.find_spec = lambda name, package=None: None if name == "botocore" else real(name, package)

from pathlib import Path
from annexa.sandbox import demo

demo.write_registers(Path(sys.argv[1]), "planted")
with demo.playing("planted", "first") as company:
    print(*sorted(f"{table['name']}={'endpoint' in table}" for table in company.sources))
print(*sorted(path.name for path in Path(sys.argv[1]).iterdir()))
"""


def test_every_vendor_is_served_at_an_address_of_its_own() -> None:
    with demo.playing("clean", "second") as company, httpx2.Client(trust_env=False) as client:
        assert company.now == MOMENTS["second"]
        assert {table["vendor"] for table in company.sources} == set(vendors.names())
        rest = [name for name in vendors.names() if isinstance(vendors.play(name, "clean", "second"), RestPlay)]
        for table in (one for one in company.sources if one["vendor"] in rest):
            assert client.get(f"{table['endpoint']}/nowhere").status_code == 501
        assert len({table["endpoint"].split("/")[2] for table in company.sources}) == len(company.sources)


def test_one_vendor_alone_can_be_served() -> None:
    with demo.playing("planted", "first", only=["aws"]) as company:
        assert [table["vendor"] for table in company.sources if "endpoint" in table] == ["aws"]


def test_without_the_sdk_of_aws_the_others_play_and_the_registers_are_written(tmp_path: Path) -> None:
    done = subprocess.run([sys.executable, "-c", WITHOUT, str(tmp_path)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    sources, files = done.stdout.splitlines()
    assert dict(one.split("=") for one in sources.split()) == {
        f"{name}:main": str(name != "aws" and find_spec(demo.SDKS.get(name, "sys")) is not None)
        for name in vendors.names()
    }
    assert {"ai_systems.yaml", "soa.yaml"} <= set(files.split())


def test_account_ids_in_the_registers_are_those_that_are_played(tmp_path: Path) -> None:
    pytest.importorskip("botocore")
    demo.write_registers(tmp_path, "planted")
    prod = vendors.play("aws", "planted", "first").world.account_id("prod")  # type: ignore[attr-defined]
    assert prod in (tmp_path / "ai_systems.yaml").read_text("utf-8")
