"""The vendor file in CONTRIBUTING is taken out of the page and run, from its recorded pages over HTTP to a sealed run."""

import json
import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import Any

import msgspec
import pytest

from annexa import collectors, runner
from annexa.collectors._grant import GrantOrder
from annexa.collectors._rest import Read
from annexa.collectors._source import CannotStartError, Circumstances
from annexa.evidence import keys, replay
from annexa.evidence.call import collects
from annexa.evidence.clock import VirtualClock
from annexa.evidence.fact import ABSENT, Missing
from annexa.evidence.handle import Handle
from annexa.evidence.keeper import CallEntry
from annexa.evidence.kinds import AiSystem
from annexa.evidence.manifest import Manifest, Organisation
from annexa.evidence.reader import SealedReader
from annexa.evidence.record import Record, Unit, Unread
from annexa.evidence.vault import Vault

ROOT = Path(__file__).resolve().parents[2]
NOW = datetime(2026, 8, 30, 6, tzinfo=UTC)
Reply = tuple[int, Any]
Replies = dict[str, Reply]


class Acme:
    """The make-believe vendor: what it answers by path and query, and what it was asked; at first the recorded pages."""

    def __init__(self, pages: Replies) -> None:
        self.replies = dict(pages)
        self.asked: list[str] = []
        self.keys = set[str | None]()
        self.url = ""


def block(language: str) -> str:
    """The one block of this language in the page."""
    page = (ROOT / ".github" / "CONTRIBUTING.md").read_text("utf-8")
    blocks = re.findall(rf"^```{language}\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
    assert len(blocks) == 1
    return str(blocks[0])


@pytest.fixture(scope="module")
def code() -> str:
    return block("python")


@pytest.fixture(scope="module")
def pages() -> Replies:
    """What the page records: status and body by path and query."""
    found = json.loads(block("json"))
    return {path: tuple(page) if isinstance(page, list) else (200, page) for path, page in found.items()}


@pytest.fixture
def acme(pages: Replies) -> Iterator[Acme]:
    vendor = Acme(pages)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            vendor.asked.append(self.path)
            vendor.keys.add(self.headers.get("Authorization"))
            status, content = vendor.replies.get(self.path, (404, {"error": {"code": "not_found"}}))
            body = content if isinstance(content, bytes) else json.dumps(content).encode()
            self.send_response(status)
            if 300 <= status < 400:
                self.send_header("Location", "/elsewhere")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    vendor.url = f"http://127.0.0.1:{server.server_address[1]}"
    yield vendor
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def module(code: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The file as it would stand in `collectors/`."""
    path = tmp_path / "acme.py"
    path.write_text(code, "utf-8")
    spec = spec_from_file_location("annexa.collectors.acme", path)
    assert spec is not None and spec.loader is not None
    loaded = module_from_spec(spec)
    monkeypatch.setitem(sys.modules, "annexa.collectors.acme", loaded)
    spec.loader.exec_module(loaded)
    return loaded


Collect = Callable[..., SealedReader]


@pytest.fixture
def collect(module: ModuleType, acme: Acme, tmp_path: Path) -> Collect:
    """Collect all that the vendor answers into a sealed run."""

    def run() -> SealedReader:
        settings = module.Settings(endpoint=acme.url)
        lent = Circumstances(
            organisation="northwind", clock=VirtualClock(NOW), run_id="r1", environment={"ACME_API_KEY": "k"}
        )
        source = module.connect(settings, lent)
        vault = Vault.open(tmp_path / "vault", create=True)
        order = runner.Order(
            organisation=Organisation(id="northwind", name="Northwind"),
            vault=vault,
            key=keys.generate(tmp_path / "key.pem"),
            redaction=b"k" * 32,
            sources=((source, collectors.of(module)),),
            clock=VirtualClock(NOW),
            threads=1,
        )
        runner.collect(order)
        return vault.run("latest")

    return run


def all_of(run: SealedReader, segment: str, into: type[Any]) -> list[Any]:
    return [msgspec.json.decode(line, type=into) for line in run.lines(segment)]


def unit_of(run: SealedReader, collector: str) -> tuple[str, int, int]:
    """How complete a collector's unit is, its records, and what it could not read."""
    (unit,) = (unit for unit in all_of(run, "units", Unit) if unit.collector == collector)
    return str(unit.completeness), unit.records, unit.unread


def test_the_recorded_pages_become_records(collect: Collect, acme: Acme) -> None:
    """Two pages of assistants, a guard and none, a user, a setting."""
    run = collect()
    first, second = (record.data for record in all_of(run, "records/ai_system", Record))
    assert (first.subject, first.owner, first.safeguards) == ("a-1", "Mia Holm", ("g-1:3",))
    assert (second.subject, second.owner, second.safeguards) == ("a-2", ABSENT, ABSENT)
    (user,) = (record.data for record in all_of(run, "records/identity", Record))
    assert (user.subject, user.name, user.state, user.mfa) == ("u-1", "mia.holm@northwind.example", "active", True)
    (setting,) = (record.data for record in all_of(run, "records/setting", Record))
    assert (setting.name, setting.value) == ("acme.retention_days", 30)
    assert all_of(run, "unread", Unread) == []
    manifest = msgspec.json.decode(run.file("run.json"), type=Manifest)
    assert (str(manifest.environment), manifest.hosts) == ("non-vendor", (acme.url,))
    assert (manifest.sources[0].tenant, manifest.sources[0].identities) == ("org-1", ("audit",))


def test_every_recorded_page_is_asked_once_and_nothing_else(collect: Collect, acme: Acme, pages: Replies) -> None:
    collect()
    assert sorted(acme.asked) == sorted(pages)
    assert acme.keys == {"Bearer k"}


def test_an_empty_tenant(collect: Collect, acme: Acme) -> None:
    acme.replies["/v1/assistants"] = (200, {"data": [], "next": None})
    assert unit_of(collect(), "acme.assistants") == ("complete", 0, 0)


@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        ((403, {"error": {"code": "forbidden"}}), "denied"),
        ((403, b"<html>go away</html>"), "denied"),
        ((401, {"error": "no"}), "denied"),
        ((429, {"error": {"code": "slow_down"}}), "throttled"),
        ((500, {}), "unreachable"),
        ((302, {}), "invalid_answer"),
        ((200, b"<html>sign in</html>"), "invalid_answer"),
        ((200, b'{"data": ['), "invalid_answer"),
        ((200, {"items": [], "next": None}), "invalid_answer"),
        ((200, {"data": []}), "invalid_answer"),
        ((200, {"data": [], "next": "again"}), "invalid_answer"),
    ],
)
def test_a_list_that_is_not_one_is_unread(collect: Collect, acme: Acme, reply: Reply, reason: str) -> None:
    acme.replies |= {"/v1/assistants": reply, "/v1/assistants?after=again": reply}
    run = collect()
    assert [str(entry.reason) for entry in all_of(run, "unread", Unread)] == [reason]
    assert unit_of(run, "acme.assistants") == ("unread", 0, 1)
    assert unit_of(run, "acme.users") == ("complete", 1, 0), "another call is not touched by it"
    assert "/elsewhere" not in acme.asked


def test_what_came_before_a_lost_page_is_kept_and_not_called_whole(collect: Collect, acme: Acme) -> None:
    acme.replies["/v1/assistants?after=p2"] = (403, {"error": {"code": "forbidden"}})
    run = collect()
    assert [record.data.subject for record in all_of(run, "records/ai_system", Record)] == ["a-1"]
    assert unit_of(run, "acme.assistants") == ("partial", 1, 1)


def test_a_refusal_costs_one_detail_and_names_its_permission(collect: Collect, acme: Acme, pages: Replies) -> None:
    acme.replies["/v1/assistants/a-1/guard"] = (403, {"error": {"code": "forbidden"}})
    acme.replies["/v1/assistants/a-2/guard"] = pages["/v1/assistants/a-1/guard"]
    run = collect()
    first, second = (record.data for record in all_of(run, "records/ai_system", Record))
    assert isinstance(first.safeguards, Missing) and str(first.safeguards.state) == "unread"
    assert second.safeguards == ("g-1:3",)
    (lost,) = all_of(run, "unread", Unread)
    assert (lost.subject, lost.permission) == ("a-1", "assistants.read")
    assert lost.cure == "Give the key assistants.read; `annexa permissions acme` says how."


def test_what_is_kept_holds_no_instructions_and_gives_the_records_again(collect: Collect, module: ModuleType) -> None:
    run = collect()
    records = [
        record for kind in ("ai_system", "identity", "setting") for record in all_of(run, f"records/{kind}", Record)
    ]
    page = json.loads(run.page(records[0].provenance.origins[0].page))
    assert page["data"][0]["instructions"].startswith("redacted:")
    manifest = msgspec.json.decode(run.file("run.json"), type=Manifest)
    known = {item.name: item for item in collectors.of(module)}
    compared = replay.compare(records, replay.rebuild(manifest, all_of(run, "calls", CallEntry), known, run.page))
    assert (compared.same, compared.changed, compared.new) == (4, [], [])


def test_a_parameter_cannot_leave_its_place_in_the_path(collect: Collect, acme: Acme) -> None:
    acme.replies["/v1/assistants"] = (200, {"data": [{"id": "../users", "name": "Sly"}], "next": None})
    run = collect()
    (record,) = (record.data for record in all_of(run, "records/ai_system", Record))
    assert isinstance(record.safeguards, Missing) and str(record.safeguards.state) == "unread"
    assert [path for path in acme.asked if "guard" in path] == []


def test_a_call_that_was_not_declared_is_not_sent(module: ModuleType, acme: Acme, collect: Collect) -> None:
    secrets = Read(op="GET /secrets", needs="secrets.read", path="data")

    @collects(AiSystem, module.ASSISTANTS, per="source")
    def curious(handle: Handle) -> Iterator[AiSystem]:
        """Asks for more than it declared."""
        yield from handle.each(secrets)  # type: ignore[misc]

    module.assistants = curious  # type: ignore[attr-defined]
    (lost,) = all_of(collect(), "unread", Unread)
    assert "UndeclaredCallError" in lost.detail
    assert "/v1/secrets" not in acme.asked


def test_the_grant_names_every_permission_and_the_calls_that_need_it(module: ModuleType) -> None:
    (text,) = module.grant(GrantOrder(collectors=collectors.of(module))).documents.values()
    reads = [value for value in vars(module).values() if isinstance(value, Read)]
    assert len(reads) == 5
    assert [read.op for read in reads if f"      {read.op}\n" not in text or f"  {read.needs}\n" not in text] == []


def test_without_a_key_nothing_starts(module: ModuleType, acme: Acme) -> None:
    lent = Circumstances(organisation="northwind", clock=VirtualClock(NOW), run_id="r1", environment={})
    with pytest.raises(CannotStartError) as caught:
        module.connect(module.Settings(endpoint=acme.url), lent)
    assert "ACME_API_KEY" in caught.value.cure
    assert acme.asked == []


def test_it_is_as_clean_as_any_other_file(code: str, tmp_path: Path) -> None:
    ruff = shutil.which("ruff", path=str(Path(sys.executable).parent)) or shutil.which("ruff")
    assert ruff, "ruff is part of the test extra"
    path = tmp_path / "acme.py"
    path.write_text(code, "utf-8")
    for order in (["check", "--no-cache"], ["format", "--check", "--no-cache"]):
        done = subprocess.run(
            [ruff, *order, "--config", str(ROOT / "pyproject.toml"), str(path)], capture_output=True, text=True
        )
        assert done.returncode == 0, done.stdout


def test_the_page_names_what_is_there() -> None:
    """Files and programs that the page tells people to use exist."""
    page = (ROOT / ".github" / "CONTRIBUTING.md").read_text("utf-8")
    named = set(re.findall(r"`(?:python )?((?:[a-z_]+/)+[A-Za-z_]+\.[a-z]+)`", page))
    assert {"benchmarks/vault.py", "mappings/operators.py"} <= named
    assert [name for name in sorted(named) if not (ROOT / name).is_file()] == []
