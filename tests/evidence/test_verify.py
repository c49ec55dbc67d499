"""Verification of what is sound, and the difference between a failure and a note."""

import shutil

import pytest

from annexa.evidence import keys
from annexa.evidence.errors import KeyFileError, SealError, VaultError
from annexa.evidence.statement import ASSESSMENT_TYPE
from annexa.evidence.verify import verify, verify_vault
from annexa.schemas.words import RunState


def codes(problems):
    return [(problem.code, problem.failed) for problem in problems]


def test_a_sound_vault_verifies(keeper):
    runs = [keeper.run(day) for day in (28, 29, 30)]
    assessment = keeper.assess(*runs)
    for seal in (*runs, assessment):
        assert verify(seal.path, keeper.public) == []
    digests = [seal.statement_sha256 for seal in (*runs, assessment)]
    assert verify_vault(keeper.vault.path, keeper.public, known=digests) == []


def test_a_copied_or_moved_run_verifies_alone_and_notes_what_is_not_beside_it(keeper, tmp_path):
    runs = [keeper.run(day) for day in (29, 30)]
    assessment = keeper.assess(*runs)
    alone = shutil.copytree(runs[1].path, tmp_path / "elsewhere" / runs[1].path.name)
    (problem,) = verify(alone, keeper.public)
    assert (problem.code, problem.failed) == ("link_absent", False)
    assert runs[0].path.name in problem.message
    handed = shutil.copytree(assessment.path, tmp_path / "handed" / "over" / assessment.path.name)
    assert codes(verify(handed, keeper.public)) == [("link_absent", False)] * 2


def test_a_renamed_folder_is_a_note_alone_and_a_failure_in_the_vault(keeper):
    seal = keeper.run()
    renamed = seal.path.rename(seal.path.with_name("2026-12-24T060000Z-000000"))
    (problem,) = verify(renamed, keeper.public)
    assert (problem.code, problem.failed) == ("wrong_name", False)
    assert seal.path.name in problem.message
    assert codes(verify_vault(keeper.vault.path, keeper.public)) == [("wrong_name", True)]


def test_a_partial_run_is_a_note_in_the_vault_and_a_failure_by_itself(keeper):
    keeper.run()
    run = keeper.vault.start_run("2026-08-31T060000Z-000000")
    keeper.fill(run)
    run.abandon("the disk is full")
    (problem,) = verify_vault(keeper.vault.path, keeper.public)
    assert (problem.code, problem.failed) == ("partial", False)
    assert "2026-08-31T060000Z-000000.partial" in problem.message
    assert "the disk is full" in problem.message
    assert ("unsealed", True) in codes(verify(run.partial, keeper.public))


def test_an_empty_vault_proves_nothing(keeper):
    assert codes(verify_vault(keeper.vault.path, keeper.public)) == [("empty", True)]
    keeper.vault.start_run("run").abandon("")
    assert codes(verify_vault(keeper.vault.path, keeper.public)) == [("partial", False), ("empty", True)]


def test_a_vault_under_another_key_says_so_and_nothing_else(keeper, tmp_path):
    """No run is missing from it: each is there, and somebody else sealed it."""
    runs = [keeper.run(day) for day in (29, 30)]
    keeper.assess(*runs)
    keys.generate(tmp_path / "stranger.pem")
    known = [seal.statement_sha256 for seal in runs]
    problems = verify_vault(keeper.vault.path, tmp_path / "stranger.pub.pem", known=known)
    assert codes(problems) == [("wrong_key", True)] * 3
    assert codes(verify_vault(keeper.vault.path, keeper.public, known=["0" * 64])) == [("known_absent", True)]


def test_two_runs_after_the_same_run_are_a_note(keeper):
    keeper.run(28)
    link = keeper.vault.previous("northwind")
    keeper.run(29, previous=link)
    keeper.run(30, previous=link)
    (problem,) = verify_vault(keeper.vault.path, keeper.public)
    assert (problem.code, problem.failed) == ("fork", False)
    assert all(day in problem.message for day in ("2026-08-28", "2026-08-29", "2026-08-30"))


def test_organisations_have_lines_of_their_own(keeper):
    keeper.run(28)
    keeper.run(29, organisation="other", previous=None)
    keeper.run(30)
    assert verify_vault(keeper.vault.path, keeper.public) == []


def test_a_run_that_starts_before_its_previous_run_fails(keeper):
    keeper.run(29)
    keeper.run(30, started="2026-08-01T06:00:00Z")
    assert codes(verify_vault(keeper.vault.path, keeper.public)) == [("order", True)]


@pytest.mark.parametrize("link", ["2026-08-29", {"run_id": "x"}, {"run_id": 1, "statement_sha256": "0"}, [1]])
def test_a_link_that_does_not_say_which_run_fails(keeper, link):
    with keeper.vault.start_assessment("a") as assessment:
        # A checkpoint repeats a run's link, so that only an assessment can be sealed with such a one.
        stated = {"inputs": {"runs": [link]}}
        seal = assessment.finish(predicate_type=ASSESSMENT_TYPE, predicate=stated, key=keeper.key)
    (problem,) = verify(seal.path, keeper.public)
    assert problem.failed
    assert problem.code == ("link" if isinstance(link, dict) else "inputs")


@pytest.mark.parametrize("link", ["2026-08-29", {"run_id": "x"}, {"statement_sha256": 1}, [1], 0])
def test_a_run_is_not_sealed_with_a_link_that_names_nothing(keeper, link):
    with pytest.raises(SealError, match="previous"):
        keeper.run(30, previous=link)
    assert [run.state for run in keeper.vault.runs()] == [RunState.PARTIAL]


def test_links_and_name_are_checked_whatever_the_type_says(keeper):
    first, second = keeper.run(28), keeper.run(29)
    link = {"run_id": first.path.name, "statement_sha256": second.statement_sha256}
    with keeper.vault.start_run("other") as run:
        run.finish(predicate_type="urn:example:other:v1", predicate={"previous": link}, key=keeper.key)
    renamed = run.final.rename(run.final.with_name("renamed"))
    assert codes(verify(renamed, keeper.public)) == [("wrong_name", False), ("link", True)]
    assert ("wrong_type", True) in codes(verify_vault(keeper.vault.path, keeper.public))


def test_an_assessment_of_no_run_fails(keeper):
    keeper.run()
    assert codes(verify(keeper.assess().path, keeper.public)) == [("inputs", True)]


def test_what_lies_beside_the_sealed_folders_is_noted(keeper):
    keeper.run()
    (keeper.vault.path / "letter.txt").write_text("mine")
    (problem,) = verify_vault(keeper.vault.path, keeper.public)
    assert (problem.code, problem.failed) == ("not_sealed", False)
    assert "letter.txt" in problem.message


def test_what_cannot_be_verified_at_all_is_an_error(keeper, tmp_path):
    seal = keeper.run()
    with pytest.raises(VaultError, match="is no folder"):
        verify(tmp_path / "absent", keeper.public)
    with pytest.raises(VaultError, match="is no vault"):
        verify_vault(seal.path, keeper.public)
    with pytest.raises(KeyFileError, match="cannot be read"):
        verify(seal.path, tmp_path / "absent.pem")
    with pytest.raises(KeyFileError, match="no public key"):
        verify(seal.path, keeper.private)


def test_the_key_may_be_a_copy_under_any_name(keeper, tmp_path):
    seal = keeper.run()
    copy = shutil.copy(keeper.public, tmp_path / "from the auditor.txt")
    assert verify(seal.path, copy) == []
    other = keys.generate(tmp_path / "other.pem")
    (problem,) = verify(seal.path, tmp_path / "other.pub.pem")
    assert problem.code == "wrong_key"
    assert keeper.key.public.fingerprint in problem.message
    assert other.public.fingerprint in problem.message
