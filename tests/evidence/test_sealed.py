"""A folder that is written once: complete or partial, whatever happens, and checked by tools that are not ours."""

import base64
import errno
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import textwrap
import threading
from pathlib import Path

import pytest

from annexa.evidence import canonical, layout
from annexa.evidence.errors import CanonicalError, SealError, VaultError
from annexa.evidence.sealed import SealedFolder
from annexa.evidence.segment import Segment
from annexa.evidence.statement import RUN_TYPE
from annexa.evidence.verify import failed, verify

FILES = {
    "SHA256SUMS",
    "VERIFY.md",
    "calls.jsonl",
    "checkpoint",
    "pages/<>.json",
    "records/ai_system.jsonl",
    "records/setting.jsonl",
    "run.json",
    "statement.dsse.json",
    "unread.jsonl",
    "verify/public-key.pem",
    "verify/statement.pae",
    "verify/statement.sig",
}


def files(folder):
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def shell(command, folder):
    return subprocess.run(["sh", "-c", command], cwd=folder, capture_output=True, text=True, check=False)


def test_a_sealed_run_holds_these_files(keeper):
    seal = keeper.run()
    names = files(seal.path)
    assert {re.sub(r"[0-9a-f]{64}", "<>", name) for name in names} == FILES
    assert seal.files == len(names) - len(layout.SEAL_FILES)
    assert not seal.path.with_name(seal.path.name + ".partial").exists()


def test_the_statement_is_an_in_toto_statement_about_the_list_of_digests(keeper):
    seal = keeper.run()
    envelope = json.loads((seal.path / "statement.dsse.json").read_bytes())
    statement = json.loads(base64.b64decode(envelope["payload"]))
    assert envelope["payloadType"] == "application/vnd.in-toto+json"
    assert envelope["signatures"][0]["keyid"] == seal.fingerprint == keeper.key.public.fingerprint
    assert statement["_type"] == "https://in-toto.io/Statement/v1"
    digest = hashlib.sha256((seal.path / "SHA256SUMS").read_bytes()).hexdigest()
    assert statement["subject"] == [{"name": "SHA256SUMS", "digest": {"sha256": digest}}]
    assert statement["predicateType"] == RUN_TYPE
    assert statement["predicate"]["run_id"] == seal.path.name
    assert statement["predicate"]["files"] == seal.files
    assert statement["predicate"]["tree"] == {
        "root": seal.tree_root,
        "size": 9,
        "segments": [
            {"name": "calls", "lines": 4},
            {"name": "records/ai_system", "lines": 2},
            {"name": "records/setting", "lines": 2},
            {"name": "unread", "lines": 1},
        ],
    }
    assert seal.statement_sha256 == hashlib.sha256((seal.path / "verify/statement.pae").read_bytes()).hexdigest()


def test_the_checkpoint_names_tree_and_previous_run(keeper):
    first, second = keeper.run(29), keeper.run(30)
    root = base64.b64encode(bytes.fromhex(second.tree_root)).decode()
    text = (second.path / "checkpoint").read_text().partition("\n\n")[0]
    assert text == f"annexa/{second.path.name}\n9\n{root}\nprevious {first.statement_sha256}"


def test_sha256sum_and_openssl_accept_the_folder(keeper):
    folder = keeper.run().path
    sums = shell("sha256sum -c --strict SHA256SUMS", folder)
    assert (sums.returncode, sums.stdout.count(": OK")) == (0, len(files(folder)) - 4)
    line = f"openssl dgst -sha256 -verify {keeper.public} -signature verify/statement.sig verify/statement.pae"
    assert shell(line, folder).stdout == "Verified OK\n"
    other = folder / "run.json"
    other.write_bytes(other.read_bytes() + b" ")
    assert "run.json: FAILED" in shell("sha256sum -c --strict SHA256SUMS", folder).stdout
    pae = folder / "verify/statement.pae"
    pae.write_bytes(pae.read_bytes().replace(b"sandbox", b"vendor!"))
    assert shell(line, folder).returncode != 0


def test_every_line_of_the_guide_runs_as_printed_and_prints_what_it_says(keeper):
    folder = keeper.run().path
    guide = (folder / "VERIFY.md").read_text()
    fingerprint, signature, listed, sums, count = re.findall(r"^       (\S.*)$", guide, re.MULTILINE)
    assert shell(fingerprint.replace("YOUR-COPY.pub.pem", str(keeper.public)), folder).stdout[:64] in guide
    assert shell(signature.replace("YOUR-COPY.pub.pem", str(keeper.public)), folder).stdout == "Verified OK\n"
    assert shell(listed, folder).stdout == "1\n"
    assert shell(sums, folder).returncode == 0
    assert f"Prints `{shell(count, folder).stdout.strip()}`" in guide


def test_equal_input_gives_equal_bytes(keeper, tmp_path):
    folder = keeper.run().path
    before = {name: (folder / name).read_bytes() for name in files(folder)}
    shutil.rmtree(folder)
    keeper.run()
    assert before == {name: (folder / name).read_bytes() for name in files(folder)}


def test_line_gives_the_index_in_its_segment_and_order_is_kept(keeper):
    with keeper.vault.start_run("run") as run:
        places = [run.line(f"records/{number % 2}", b"%d" % number) for number in range(5)]
        run.finish(predicate_type=RUN_TYPE, predicate={}, key=keeper.key)
    assert places == [0, 0, 1, 1, 2]
    assert (run.final / "records/0.jsonl").read_bytes() == b"0\n2\n4\n"


def test_a_run_of_no_lines_can_be_sealed(keeper):
    with keeper.vault.start_run("run") as run:
        seal = run.finish(predicate_type=RUN_TYPE, predicate={"organisation": "o"}, key=keeper.key)
    assert (seal.tree_size, seal.tree_root) == (0, hashlib.sha256(b"").hexdigest())
    assert verify(seal.path, keeper.public) == []


def test_a_page_is_stored_once_under_its_digest(keeper):
    with keeper.vault.start_run("run") as run:
        names = {run.page(b'{"a":1}') for _ in range(3)}
        digest = hashlib.sha256(b'{"a":1}').hexdigest()
        assert files(run.partial) == [f"pages/{digest}.json"]
        assert names == {digest}
        run.abandon("enough")


def test_many_threads_may_write(keeper):
    with keeper.vault.start_run("run") as run:

        def work(name):
            for number in range(400):
                run.line(name, canonical.encode({"n": number, "fill": "x" * 1000}))
                run.page(b'{"n":%d}' % (number % 7))

        threads = [threading.Thread(target=work, args=(f"records/{n % 2}",)) for n in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        seal = run.finish(predicate_type=RUN_TYPE, predicate={}, key=keeper.key)
    assert seal.tree_size == 1600
    assert verify(seal.path, keeper.public) == []


@pytest.mark.parametrize("data", [b"", b"a\nb", b"a\n"])
def test_a_line_is_one_line(keeper, data):
    with keeper.vault.start_run("run") as run:
        with pytest.raises(SealError, match="line"):
            run.line("records/setting", data)
        run.abandon("enough")


@pytest.mark.parametrize(
    "name",
    [
        *(
            "",
            "/etc/passwd",
            "../out",
            "a/../../out",
            "a//b",
            ".hidden",
            "a\\b",
            "a b",
            "-rf",
            "é",
            "a\n",
            "SHA256SUMS",
        ),
        *("VERIFY.md", "checkpoint", "verify/x", "verify", "pages", "pages/x.json", "statement.dsse.json"),
    ],
)
def test_no_name_leads_out_of_the_folder_or_takes_the_place_of_the_seal(keeper, name):
    with keeper.vault.start_run("run") as run:
        with pytest.raises(SealError, match="cannot be the name"):
            run.file(name, b"x")
        if name != "SHA256SUMS":
            with pytest.raises(SealError, match="cannot be the name"):
                run.line(name, b"1")
        run.abandon("enough")
    assert files(keeper.vault.path) == ["runs/run.partial/abandoned.txt", "vault.json"]


def test_each_file_is_written_once_and_a_segment_only_by_lines(keeper):
    with keeper.vault.start_run("run") as run:
        run.file("run.json", b"1")
        with pytest.raises(SealError, match="already written"):
            run.file("run.json", b"2")
        with pytest.raises(SealError, match="name of a segment"):
            run.file("records/setting.jsonl", b"1\n")
        run.abandon("enough")


def test_after_sealing_nothing_can_be_written(keeper):
    with keeper.vault.start_run("run") as run:
        run.finish(predicate_type=RUN_TYPE, predicate={}, key=keeper.key)
        for write in (lambda: run.line("a", b"1"), lambda: run.file("a", b"1"), lambda: run.page(b"1")):
            with pytest.raises(SealError, match="run is sealed"):
                write()
        run.abandon("too late")
    assert verify(run.final, keeper.public) == []


@pytest.mark.parametrize(
    ("predicate", "error"),
    [
        ({"tree": {}}, SealError),
        ({"files": 1}, SealError),
        ({"run_id": "another"}, SealError),
        ({"share": 0.5}, CanonicalError),
    ],
)
def test_a_predicate_that_cannot_be_stated_leaves_the_folder_partial(keeper, predicate, error):
    with pytest.raises(error), keeper.vault.start_run("run") as run:
        run.finish(predicate_type=RUN_TYPE, predicate=predicate, key=keeper.key)
    assert not run.final.exists()
    assert (run.partial / "abandoned.txt").exists()


def test_no_folder_is_begun_twice(keeper):
    with keeper.vault.start_run("run") as run:
        with pytest.raises(VaultError, match=r"run\.partial exists already"):
            keeper.vault.start_run("run")
        run.finish(predicate_type=RUN_TYPE, predicate={}, key=keeper.key)
    with pytest.raises(VaultError, match="run exists already"):
        keeper.vault.start_run("run")


def test_leaving_without_a_seal_is_noted_with_its_reason(keeper):
    def leave(name, error):
        with keeper.vault.start_run(name) as run:
            run.line("records/setting", b"1")
            if error:
                raise error
        return

    leave("a", None)
    for name, error in (("b", KeyboardInterrupt()), ("c", ValueError("secret")), ("d", VaultError("full", hint=""))):
        with pytest.raises(type(error)):
            leave(name, error)
    notes = {run.run_id: run.note for run in keeper.vault.runs()}
    assert notes == {"a": "was not sealed", "b": "KeyboardInterrupt", "c": "ValueError", "d": "full"}
    assert (keeper.vault.path / "runs/b.partial/records/setting.jsonl").read_bytes() == b"1\n"


# Every step at which the disk is touched, each of them made to fail once.

STEPS = [(Path, "mkdir"), (Path, "open"), (Path, "write_bytes"), (Path, "rename"), (os, "fsync"), (Segment, "_write")]


class Stopper:
    """Counts the steps and raises before the one that is chosen; a chosen block is written by half first."""

    def __init__(self, monkeypatch, error, at=10**9):
        self.count, self.at, self.error = 0, at, error
        self._lock = threading.Lock()
        for owner, name in STEPS:
            monkeypatch.setattr(owner, name, self._wrap(getattr(owner, name), name))

    def _wrap(self, real, name):
        def step(*args, **kwargs):
            with self._lock:
                self.count += 1
                stop = self.count == self.at
            if stop:
                if name in ("_write", "write_bytes"):
                    real(args[0], args[1][: len(args[1]) // 2])
                raise self.error
            return real(*args, **kwargs)

        return step


def attempt(keeper):
    with keeper.vault.start_run("run") as run:
        keeper.fill(run)
        run.finish(predicate_type=RUN_TYPE, predicate={"organisation": "o"}, key=keeper.key)


def count_steps(keeper, monkeypatch):
    with monkeypatch.context() as patch:
        stopper = Stopper(patch, None)
        attempt(keeper)
    shutil.rmtree(keeper.vault.path / "runs")
    return stopper.count


def complete_or_partial(keeper):
    """The one invariant; tells which of the two it is."""
    final, partial = keeper.vault.path / "runs/run", keeper.vault.path / "runs/run.partial"
    listed = {run.path: str(run.state) for run in keeper.vault.runs()}
    if final.exists():
        assert listed == {final: "complete"}
        assert verify(final, keeper.public) == []
        return "complete"
    assert listed == ({partial: "partial"} if partial.exists() else {})
    assert keeper.vault.previous("o") is None
    if partial.exists():
        assert failed(verify(partial, keeper.public))
    return "partial"


@pytest.mark.parametrize(
    ("error", "raised", "says"),
    [
        (OSError(errno.ENOSPC, "x"), VaultError, "the disk is full"),
        (OSError(errno.EROFS, "x"), VaultError, "read-only"),
        (PermissionError(errno.EACCES, "x"), VaultError, "permission denied"),
        (OSError(errno.EIO, "x"), VaultError, "disk reports an error"),
        (KeyboardInterrupt(), KeyboardInterrupt, None),
        (MemoryError(), MemoryError, None),
    ],
)
def test_an_error_at_any_step_leaves_a_complete_or_a_partial_run(keeper, monkeypatch, error, raised, says):
    steps = count_steps(keeper, monkeypatch)
    assert steps > 30
    ends = []
    for at in range(1, steps + 1):
        with monkeypatch.context() as patch:
            Stopper(patch, error, at)
            with pytest.raises(raised, match=says):
                attempt(keeper)
        ends.append(complete_or_partial(keeper))
        shutil.rmtree(keeper.vault.path / "runs", ignore_errors=True)
    assert ends == ["partial"] * (steps - 1) + ["complete"]


KILL = """
    import os, sys
    from pathlib import Path
    from annexa.evidence import canonical, keys
    from annexa.evidence.segment import Segment
    from annexa.evidence.vault import Vault

    key, vault = keys.load_private(Path(sys.argv[1])), Vault.open(Path(sys.argv[2]))
    count, at = 0, 1

    def wrap(owner, name):
        real = getattr(owner, name)
        def step(*args, **kwargs):
            global count
            count += 1
            if count == at:
                if name in ("_write", "write_bytes"):
                    real(args[0], args[1][: len(args[1]) // 2])
                os.kill(os.getpid(), 9)
            return real(*args, **kwargs)
        setattr(owner, name, step)

    def work():
        for owner, name in ((Path, "mkdir"), (Path, "open"), (Path, "write_bytes"), (Path, "rename"), (os, "fsync"),
                            (Segment, "_write")):
            wrap(owner, name)
        with vault.start_run("run-%d" % at) as run:
            run.page(b'{"a":1}')
            run.file("run.json", b"{}")
            for number in range(3):
                run.line("records/setting", canonical.encode({"n": number}))
            run.finish(predicate_type="urn:annexa:run:v1", predicate={"organisation": "o"}, key=key)

    while True:
        child = os.fork()
        if not child:
            work()
            os._exit(0)
        if os.waitpid(child, 0)[1] == 0:
            break
        at += 1
    print(at - 1)
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
def test_a_kill_at_any_step_leaves_a_complete_or_a_partial_run(keeper):
    """Real SIGKILL: no handler, no clean-up code runs."""
    command = [sys.executable, "-c", textwrap.dedent(KILL), str(keeper.private), str(keeper.vault.path)]
    killed = int(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    assert killed > 20
    states = {int(run.run_id.removeprefix("run-")): run for run in keeper.vault.runs()}
    assert {str(run.state) for at, run in states.items() if at < killed} == {"partial"}
    for at, run in states.items():
        if str(run.state) == "complete":
            assert at >= killed
            assert verify(run.path, keeper.public) == []
        else:
            assert run.note == "interrupted"


def test_everything_is_on_the_disk_before_the_folder_gets_its_name(keeper, monkeypatch):
    """A power cut after the rename must not find files without bytes or folders without names."""
    events, fsync, rename = [], os.fsync, Path.rename

    def note_fsync(handle):
        events.append(os.fstat(handle).st_ino)
        fsync(handle)

    def note_rename(self, target):
        events.append("rename")
        return rename(self, target)

    monkeypatch.setattr(os, "fsync", note_fsync)
    monkeypatch.setattr(Path, "rename", note_rename)
    folder = keeper.run().path
    at = events.index("rename")
    inside = {path.stat().st_ino for path in (folder, *folder.rglob("*"))}
    assert inside <= set(events[:at])
    assert events[at + 1 :] == [folder.parent.stat().st_ino]


def test_a_writer_whose_disk_failed_once_never_seals(keeper, monkeypatch):
    with keeper.vault.start_run("run") as run:
        run.line("records/setting", b"1")
        with monkeypatch.context() as patch:
            Stopper(patch, OSError(errno.ENOSPC, "x"), 1)
            with pytest.raises(VaultError, match="disk is full"):
                run.page(b"{}")
        with pytest.raises(SealError, match="run is broken"):
            run.finish(predicate_type=RUN_TYPE, predicate={}, key=keeper.key)
    assert complete_or_partial(keeper) == "partial"


def test_a_short_write_is_continued(tmp_path):
    """A file without buffer may take a part only."""
    segment = Segment(tmp_path / "a.jsonl")
    real = segment._file

    class Slow:
        def write(self, data):
            return real.write(bytes(data[:3]))

        def close(self):
            real.close()

    segment._file = Slow()
    segment.append(b"0123456789")
    segment.close(flush=True)
    assert (tmp_path / "a.jsonl").read_bytes() == b"0123456789\n"
    assert segment.digest == hashlib.sha256(b"0123456789\n").hexdigest()


def test_the_writer_is_also_usable_outside_a_vault(tmp_path, keeper):
    with SealedFolder.create(tmp_path / "bundle") as folder:
        folder.file("report.html", b"<p>")
        seal = folder.finish(predicate_type="urn:annexa:bundle:v1", predicate={}, key=keeper.key)
    assert verify(seal.path, keeper.public) == []
