"""The index: finds records, is made anew at will, and nothing depends on it."""

import sqlite3

import pytest

from annexa.evidence import index
from annexa.evidence.canonical import decode_strict
from annexa.evidence.errors import VaultError
from annexa.evidence.verify import verify_vault


def test_records_are_found_by_everything_they_are_indexed_by(keeper):
    run = keeper.run().path.name
    assert index.add_run(keeper.vault, run) == 4
    everything = list(index.find(keeper.vault))
    assert [(entry.kind, entry.collected_at[-3:]) for entry in everything] == [
        ("ai_system", "00Z"),
        ("ai_system", "02Z"),
        ("setting", "01Z"),
        ("setting", "03Z"),
    ]
    for given, count in (
        ({"run": run}, 4),
        ({"run": "2026"}, 0),
        ({"kind": "setting"}, 2),
        ({"source": "aws:main"}, 4),
        ({"source": "aws:other"}, 0),
        ({"scope": "111122223333/eu-west-1"}, 2),
        ({"subject_uid": f"{1:032x}"}, 2),
        ({"kind": "setting", "subject_uid": f"{0:032x}"}, 0),
    ):
        assert len(list(index.find(keeper.vault, **given))) == count, given


def test_an_entry_leads_to_its_line(keeper):
    run = keeper.vault.run(keeper.run().path.name)
    index.add_run(keeper.vault, "latest")
    for entry in index.find(keeper.vault):
        record = decode_strict(run.line_at(entry.segment, entry.offset, entry.length))
        assert (record["kind"], record["scope"]) == (entry.kind, entry.scope)
        assert (record["subject_uid"], record["collected_at"]) == (entry.subject_uid, entry.collected_at)


def test_populations_are_counted(keeper):
    run = keeper.run(records=5).path.name
    index.add_run(keeper.vault, run)
    counts = [(item.kind, item.scope[-9:], item.count) for item in index.populations(keeper.vault, run)]
    assert counts == [("ai_system", "eu-west-1", 3), ("setting", "eu-west-2", 2)]


def test_adding_a_run_again_changes_nothing(keeper):
    keeper.run()
    index.add_run(keeper.vault, "latest")
    before = list(index.find(keeper.vault))
    index.add_run(keeper.vault, "latest")
    assert list(index.find(keeper.vault)) == before


def test_rebuilding_gives_what_adding_gave_and_leaves_partial_runs_out(keeper):
    for day in (28, 29, 30):
        keeper.run(day)
        index.add_run(keeper.vault, "latest")
    before = list(index.find(keeper.vault))
    partial = keeper.vault.start_run("2026-08-31T060000Z-000000")
    keeper.fill(partial)
    partial.abandon("")
    assert index.rebuild(keeper.vault) == len(before) == 12
    assert list(index.find(keeper.vault)) == before
    assert not (keeper.vault.path / "index.sqlite.partial").exists()


@pytest.mark.parametrize("content", [b"nonsense " * 1000, b"SQLite format 3\0" + b"\1" * 4000])
def test_a_damaged_index_says_how_to_make_it_anew(keeper, content):
    keeper.run()
    index.rebuild(keeper.vault)
    (keeper.vault.path / "index.sqlite").write_bytes(content)
    with pytest.raises(VaultError) as caught:
        list(index.find(keeper.vault))
    assert "annexa index" in caught.value.hint
    assert index.rebuild(keeper.vault) == 4


def test_an_index_of_another_version_is_not_read(keeper):
    keeper.run()
    index.rebuild(keeper.vault)
    database = sqlite3.connect(keeper.vault.path / "index.sqlite")
    database.execute("PRAGMA user_version = 99")
    database.close()
    with pytest.raises(VaultError, match="another version"):
        index.populations(keeper.vault, "run")


def test_a_missing_index_says_how_to_make_it(keeper):
    with pytest.raises(VaultError, match="has no index") as caught:
        list(index.find(keeper.vault))
    assert "annexa index" in caught.value.hint


def test_a_line_that_is_no_record_stops_the_rebuild_and_keeps_the_old_index(keeper):
    keeper.run(29)
    index.rebuild(keeper.vault)
    before = list(index.find(keeper.vault))
    seal = keeper.run(30)
    (seal.path / "records/setting.jsonl").write_bytes(b'{"kind":"setting"}\n')
    with pytest.raises(VaultError, match="no record"):
        index.rebuild(keeper.vault)
    assert list(index.find(keeper.vault)) == before
    with pytest.raises(VaultError, match="no record"):
        index.add_run(keeper.vault, "latest")
    assert list(index.find(keeper.vault)) == before


def test_verification_does_not_look_at_it(keeper):
    keeper.run()
    (keeper.vault.path / "index.sqlite").write_bytes(b"nonsense")
    assert verify_vault(keeper.vault.path, keeper.public) == []
