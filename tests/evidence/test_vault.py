"""The vault: opening, listing, choosing, reading; and one clear message for whatever is wrong with it."""

import errno
import shutil
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from annexa.evidence import canonical
from annexa.evidence.errors import SealError, VaultError
from annexa.evidence.statement import RUN_TYPE
from annexa.evidence.vault import Vault, new_id
from annexa.schemas.words import RunState


def test_a_vault_is_made_once_and_opened_again(tmp_path):
    made = Vault.open(tmp_path / "deep" / "vault", create=True)
    assert (made.path / "vault.json").read_bytes() == b'{"format":1}\n'
    assert Vault.open(made.path).path == Vault.open(made.path, create=True).path == made.path
    assert made.runs() == made.assessments() == []
    assert made.previous("northwind") is None


@pytest.mark.parametrize(
    ("content", "says", "hint"),
    [
        (b'{"format":2}', "vault of format 2", "install a version of annexa that reads vault format 2"),
        (b'{"format":"1"}', "cannot be understood", "restore"),
        (b"{}", "cannot be understood", "restore"),
        (b"", "cannot be understood", "restore"),
        (b"\xff", "cannot be understood", "restore"),
    ],
)
def test_a_vault_of_another_format_is_refused(tmp_path, content, says, hint):
    (tmp_path / "vault.json").write_bytes(content)
    with pytest.raises(VaultError, match=says) as caught:
        Vault.open(tmp_path, create=True)
    assert hint in caught.value.hint
    assert caught.value.exit_code == 2
    assert (tmp_path / "vault.json").read_bytes() == content


def test_what_is_no_vault_is_refused_and_not_touched(tmp_path):
    with pytest.raises(VaultError, match="is no vault"):
        Vault.open(tmp_path)
    (tmp_path / "letter.txt").write_text("mine")
    with pytest.raises(VaultError, match="holds other files"):
        Vault.open(tmp_path, create=True)
    with pytest.raises(VaultError, match="is a file"):
        Vault.open(tmp_path / "letter.txt", create=True)
    with pytest.raises(VaultError, match="is no vault"):
        Vault.open(tmp_path / "absent")
    assert [path.name for path in tmp_path.iterdir()] == ["letter.txt"]


def test_a_vault_whose_making_was_interrupted_is_made_again(tmp_path):
    (tmp_path / "vault.json.partial").write_bytes(b"{")
    Vault.open(tmp_path, create=True)
    assert [path.name for path in tmp_path.iterdir()] == ["vault.json"]


@pytest.mark.parametrize(
    ("number", "says"),
    [
        (errno.EROFS, "read-only"),
        (errno.EACCES, "permission denied"),
        (errno.ENOSPC, "disk is full"),
        (errno.EDQUOT, "quota"),
    ],
)
@pytest.mark.parametrize("step", ["mkdir", "write_bytes", "rename"])
def test_a_vault_that_cannot_be_made_says_why(tmp_path, monkeypatch, number, says, step):
    def refuse(self, *args, **kwargs):
        raise OSError(number, "refused", str(self))

    with monkeypatch.context() as patch:
        patch.setattr(Path, step, refuse)
        with pytest.raises(VaultError, match=says) as caught:
            Vault.open(tmp_path / "vault", create=True)
    assert str(tmp_path / "vault") in caught.value.message
    assert "--vault" in caught.value.hint
    assert not (tmp_path / "vault" / "vault.json").exists()


def test_a_run_in_a_read_only_folder_says_why(keeper, monkeypatch):
    def refuse(self, *args, **kwargs):
        raise OSError(errno.EROFS, "refused", str(self))

    monkeypatch.setattr(Path, "mkdir", refuse)
    with pytest.raises(VaultError, match=r"runs/run\.partial: the file system is read-only"):
        keeper.vault.start_run("run")


def test_runs_are_listed_with_what_they_state(keeper):
    first = keeper.run(29)
    second = keeper.run(30)
    keeper.vault.start_run("2026-08-31T060000Z-000000").abandon("interrupted by the user")
    one, two, three = keeper.vault.runs()
    assert (one.run_id, one.state, one.previous) == (first.path.name, RunState.COMPLETE, None)
    assert (two.run_id, two.state, two.previous) == (second.path.name, RunState.COMPLETE, first.path.name)
    assert (two.started, two.finished) == ("2026-08-30T06:00:00Z", "2026-08-30T07:00:00Z")
    assert (two.organisation, two.environment, two.note) == ("northwind", "sandbox", None)
    assert two.statement_sha256 == second.statement_sha256
    assert two.path == second.path
    assert (three.run_id, three.state) == ("2026-08-31T060000Z-000000", RunState.PARTIAL)
    assert (three.started, three.note) == ("2026-08-31T06:00:00Z", "interrupted by the user")
    assert three.statement_sha256 is None


@pytest.mark.parametrize("spoil", ["remove", "empty", "nonsense"])
def test_a_run_whose_statement_is_gone_is_never_taken_for_complete(keeper, spoil):
    keeper.run(29)
    seal = keeper.run(30)
    statement = seal.path / "statement.dsse.json"
    statement.unlink() if spoil == "remove" else statement.write_bytes(b"" if spoil == "empty" else b"{}")
    _, listed = keeper.vault.runs()
    assert listed.state is RunState.PARTIAL
    assert listed.note
    assert keeper.vault.run("latest").run_id.startswith("2026-08-29")
    previous = keeper.vault.previous("northwind")
    assert previous is not None
    assert previous["run_id"].startswith("2026-08-29")


def test_an_empty_note_does_not_make_a_partial_run_complete(keeper):
    run = keeper.vault.start_run("run")
    run.abandon("")
    assert [listed.state for listed in keeper.vault.runs()] == [RunState.PARTIAL]


def test_previous_is_the_latest_complete_run_of_the_same_organisation(keeper):
    seal = keeper.run(29)
    keeper.run(30, organisation="other")
    keeper.vault.start_run("2026-08-31T060000Z-000000").abandon("")
    assert keeper.vault.previous("northwind") == {
        "run_id": seal.path.name,
        "statement_sha256": seal.statement_sha256,
        "tree_root": seal.tree_root,
        "tree_size": seal.tree_size,
    }
    assert keeper.vault.previous("nobody") is None


def test_the_order_is_that_of_the_stated_times_not_of_the_names(keeper):
    for name, started in (("a", "2026-08-30T06:00:00Z"), ("b", "2026-08-29T06:00:00Z")):
        with keeper.vault.start_run(name) as run:
            run.finish(predicate_type=RUN_TYPE, predicate={"started": started}, key=keeper.key)
    assert keeper.vault.run("latest").run_id == "a"


def test_a_run_is_chosen_by_id_beginning_or_latest(keeper):
    first, second = keeper.run(29), keeper.run(30)
    for reference, seal in (
        (first.path.name, first),
        ("2026-08-29", first),
        ("2026-08-30T06", second),
        ("latest", second),
    ):
        assert keeper.vault.run(reference).path == seal.path


def test_an_id_that_begins_another_id_can_still_be_chosen(keeper):
    for name in ("run", "run-2"):
        with keeper.vault.start_run(name) as run:
            run.finish(predicate_type=RUN_TYPE, predicate={}, key=keeper.key)
    assert keeper.vault.run("run").run_id == "run"


def test_a_run_that_is_not_there_is_explained(keeper):
    with pytest.raises(VaultError, match="holds no complete run"):
        keeper.vault.run("latest")
    keeper.run(29)
    latest = keeper.run(30).path.name
    keeper.vault.start_run("2026-09-01T060000Z-000000").abandon("")
    for reference, says in (
        ("2026-08", "beginning of 2 ids: 2026-08-29"),
        ("2026-09", "was not finished"),
        ("2027", f"no run '2027'; the latest is {latest}"),
        ("../vault", "no run"),
    ):
        with pytest.raises(VaultError, match=says):
            keeper.vault.run(reference)


def test_a_run_is_read_as_it_was_written(keeper):
    seal = keeper.run()
    run = keeper.vault.run("latest")
    assert run.segments() == ["calls", "records/ai_system", "records/setting", "unread"]
    records = [canonical.decode_strict(line) for line in run.lines("records/setting")]
    assert [record["data"]["value"] for record in records] == [1, 3]
    assert list(run.lines("records/absent")) == []
    page = records[0]["provenance"]["origins"][0]["page"]
    assert run.page(page) == b'{"page":0}'
    assert run.manifest() == {"format": "annexa/run/1", "run_id": seal.path.name}
    assert run.statement_digest == seal.statement_sha256
    assert run.predicate["environment"] == "sandbox"
    assert run.line_at("calls", 0, len(next(run.lines("calls")))) == next(run.lines("calls"))


def test_a_changed_page_is_not_handed_out(keeper):
    seal = keeper.run()
    (page, *_) = (seal.path / "pages").iterdir()
    page.write_bytes(b"{}")
    with pytest.raises(VaultError, match="was changed"):
        keeper.vault.run("latest").page(page.stem)


def test_nothing_outside_the_run_is_read(keeper):
    keeper.run()
    run = keeper.vault.run("latest")
    for read in (lambda: run.file("../../vault.json"), lambda: run.page("../x"), lambda: list(run.lines("/etc/hosts"))):
        with pytest.raises(VaultError, match="cannot be the name"):
            read()


@pytest.mark.parametrize("content", [b"[]", b'{"a":1,"a":1}', b"", b"\xff"])
def test_a_manifest_that_cannot_be_read_is_an_error(keeper, content):
    seal = keeper.run()
    (seal.path / "run.json").write_bytes(content)
    with pytest.raises(VaultError, match=r"run\.json"):
        keeper.vault.run("latest").manifest()
    (seal.path / "run.json").unlink()
    with pytest.raises(VaultError, match=r"run\.json: there is no such file"):
        keeper.vault.run("latest").manifest()


def test_assessments_are_listed_with_their_runs(keeper):
    run = keeper.run()
    seal = keeper.assess(run)
    keeper.vault.start_assessment("later").abandon("")
    one, two = keeper.vault.assessments()
    assert (one.assessment_id, one.state, one.run_ids) == (seal.path.name, RunState.COMPLETE, (run.path.name,))
    assert (two.assessment_id, two.state, two.run_ids) == ("later", RunState.PARTIAL, ())
    reader = keeper.vault.assessment("latest")
    assert reader.document("assessment.json") == {"controls": {"A.8.15": "supported"}}
    assert reader.statement_digest == seal.statement_sha256


@pytest.mark.parametrize("name", ["", "..", "a/b", "/tmp/x", "run.partial", ".run", "SHA256SUMS"])
def test_ids_are_plain_names(keeper, name):
    with pytest.raises((VaultError, SealError), match="cannot be"):
        keeper.vault.start_run(name)
    assert [path.name for path in keeper.vault.path.iterdir()] == ["vault.json"]


def test_ids_sort_by_time_and_are_in_utc():
    when = datetime(2026, 8, 30, 8, 0, tzinfo=timezone(timedelta(hours=2)))
    assert new_id(when, lambda size: "3f2a9c"[: 2 * size]) == "2026-08-30T060000Z-3f2a9c"
    assert new_id(when.astimezone(UTC)) != new_id(when)


def test_a_vault_may_be_moved(keeper, tmp_path):
    seal = keeper.run()
    shutil.move(keeper.vault.path, tmp_path / "elsewhere")
    assert Vault.open(tmp_path / "elsewhere").run("latest").statement_digest == seal.statement_sha256
