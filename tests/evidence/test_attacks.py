"""The attack suite: who changes evidence without the key is found out; who has the key is found out by what others kept.

The attacker's tools below use nothing of ours but the key files: they are a second implementation of the seal.
"""

import base64
import hashlib
import json
import os
import shutil

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from annexa.evidence import keys
from annexa.evidence.verify import failed, verify, verify_vault

SEAL = ("SHA256SUMS", "statement.dsse.json", "verify/statement.pae", "verify/statement.sig")
TYPE = "application/vnd.in-toto+json"
PAGES = ["pages/" + hashlib.sha256(b'{"page":%d}' % number).hexdigest() + ".json" for number in (0, 1)]
FILES = [
    *SEAL,
    *PAGES,
    *("VERIFY.md", "calls.jsonl", "checkpoint", "run.json", "unread.jsonl", "verify/public-key.pem"),
    *("records/ai_system.jsonl", "records/setting.jsonl"),
]


def files(folder):
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def sha256(data):
    return hashlib.sha256(data).hexdigest()


def compact(value):
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def root(leaves):
    """The root of RFC 6962, by its recursive definition."""
    if len(leaves) < 2:
        return hashlib.sha256(b"\0" + leaves[0] if leaves else b"").digest()
    split = 1 << (len(leaves) - 1).bit_length() - 1
    return hashlib.sha256(b"\1" + root(leaves[:split]) + root(leaves[split:])).digest()


def statement_of(folder):
    return json.loads(base64.b64decode(json.loads((folder / "statement.dsse.json").read_bytes())["payload"]))


def fix_sums(folder):
    """Make `SHA256SUMS` anew over what is there."""
    names = [name for name in files(folder) if name not in SEAL]
    lines = [f"{sha256((folder / name).read_bytes())}  {name}\n" for name in names]
    (folder / "SHA256SUMS").write_text("".join(lines))
    return len(names)


def sign(folder, statement, private):
    """Write envelope and helper files for a statement."""
    payload = compact(statement)
    pae = b"DSSEv1 %d %s %d %s" % (len(TYPE), TYPE.encode(), len(payload), payload)
    key = serialization.load_pem_private_key(private.read_bytes(), None)
    signature = key.sign(pae, ec.ECDSA(hashes.SHA256()))
    spki = key.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    one = {"keyid": f"SHA256:{sha256(spki)}", "sig": base64.b64encode(signature).decode()}
    envelope = {"payload": base64.b64encode(payload).decode(), "payloadType": TYPE, "signatures": [one]}
    (folder / "statement.dsse.json").write_bytes(compact(envelope) + b"\n")
    (folder / "verify/statement.pae").write_bytes(pae)
    (folder / "verify/statement.sig").write_bytes(signature)
    return sha256(pae)


def reseal(folder, private, *, edit=None, checkpoint=True):
    """Seal a folder anew with any key, correct in every detail; `edit` may change the predicate first."""
    statement = statement_of(folder)
    predicate = statement["predicate"]
    segments = sorted(name.removesuffix(".jsonl") for name in files(folder) if name.endswith(".jsonl"))
    lines = {name: (folder / f"{name}.jsonl").read_bytes().split(b"\n")[:-1] for name in segments}
    leaves = [line for name in segments for line in lines[name]]
    predicate["tree"] = {
        "root": root(leaves).hex(),
        "size": len(leaves),
        "segments": [{"name": name, "lines": len(lines[name])} for name in segments],
    }
    if edit:
        edit(predicate)
    key = serialization.load_pem_private_key(private.read_bytes(), None)
    (folder / "verify/public-key.pem").write_bytes(
        key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    )
    if checkpoint:
        write_checkpoint(folder, predicate, key)
    predicate["files"] = fix_sums(folder)
    statement["subject"][0]["digest"]["sha256"] = sha256((folder / "SHA256SUMS").read_bytes())
    return sign(folder, statement, private)


def write_checkpoint(folder, predicate, key):
    origin = (folder / "checkpoint").read_text().partition("\n")[0]
    size, digest = predicate["tree"]["size"], bytes.fromhex(predicate["tree"]["root"])
    text = f"{origin}\n{size}\n{base64.b64encode(digest).decode()}\n"
    if predicate.get("previous"):
        text += f"previous {predicate['previous']['statement_sha256']}\n"
    spki = key.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    stamp = hashlib.sha256(spki).digest()[:4] + key.sign(text.encode(), ec.ECDSA(hashes.SHA256()))
    (folder / "checkpoint").write_text(f"{text}\n\u2014 {origin} {base64.b64encode(stamp).decode()}\n")


def replace(path, old, new):
    data = path.read_bytes()
    assert old in data
    path.write_bytes(data.replace(old, new, 1))


def told(problems, code, *words):
    """Exactly what the reader must be told: a failure with this code, whose sentence holds these words."""
    found = [problem.message for problem in problems if problem.code == code and problem.failed]
    assert any(all(word in message for word in words) for message in found), [p.message for p in problems]


def test_the_attackers_tools_make_a_seal_that_verifies(keeper):
    """Otherwise the attacks below would fail for the wrong reason."""
    keeper.run(29)
    seal = keeper.run(30)
    assert reseal(seal.path, keeper.private, checkpoint=False) == seal.statement_sha256
    assert verify(seal.path, keeper.public) == []
    reseal(seal.path, keeper.private)
    assert verify(seal.path, keeper.public) == []


def test_the_list_of_files_below_is_complete(keeper):
    assert files(keeper.run().path) == sorted(FILES)


# Changes by somebody without the key.


@pytest.mark.parametrize("name", FILES)
def test_one_changed_byte_in_any_file_is_found_and_named(keeper, name):
    folder = keeper.run().path
    whole = (folder / name).read_bytes()
    places = {0, 1, len(whole) // 3, len(whole) // 2, len(whole) - 2, len(whole) - 1, *range(5, len(whole), 97)}
    for at in sorted(places):
        for bit in (1, 32):
            (folder / name).write_bytes(whole[:at] + bytes([whole[at] ^ bit]) + whole[at + 1 :])
            problems = verify(folder, keeper.public)
            assert failed(problems), (name, at, bit)
            assert any(name in problem.message or problem.file == name for problem in problems), (name, at, bit)
    (folder / name).write_bytes(whole)
    assert verify(folder, keeper.public) == []


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("spoil", [lambda data: data[:-1], lambda data: data + b"\n", lambda data: b""])
def test_a_shortened_or_longer_file_is_found_and_named(keeper, name, spoil):
    folder = keeper.run().path
    (folder / name).write_bytes(spoil((folder / name).read_bytes()))
    problems = verify(folder, keeper.public)
    assert failed(problems)
    assert any(name in problem.message or problem.file == name for problem in problems)


@pytest.mark.parametrize("name", FILES)
def test_a_removed_file_is_found_and_named(keeper, name):
    folder = keeper.run().path
    (folder / name).unlink()
    problems = verify(folder, keeper.public)
    assert any(problem.failed and name in problem.message for problem in problems)


@pytest.mark.parametrize(
    "name",
    [
        *("note.txt", "verify/extra.pem", f"pages/{'0' * 64}.json", "records/person.jsonl", "new/folder/file"),
        *(".hidden", "records/.hidden", "SHA256SUMS.bak", "a b", "é"),
    ],
)
def test_an_added_file_is_found_and_named(keeper, name):
    folder = keeper.run().path
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(b"favourable")
    told(verify(folder, keeper.public), "unlisted", name, "was added")


def test_an_added_empty_folder_is_found(keeper):
    folder = keeper.run().path
    (folder / "empty").mkdir()
    told(verify(folder, keeper.public), "unlisted", "empty/")


def test_a_changed_status_in_an_assessment_is_found_and_named(keeper):
    seal = keeper.assess(keeper.run(), status="gap")
    replace(seal.path / "assessment.json", b'"gap"', b'"supported"')
    told(verify(seal.path, keeper.public), "changed", "assessment.json")
    fix_sums(seal.path)
    told(verify(seal.path, keeper.public), "changed", "SHA256SUMS")


def test_an_edited_record_is_found_however_much_is_made_to_fit(keeper, tmp_path):
    """Record; then the list of digests; then the statement; then the signature, with a key of one's own."""
    seal = keeper.run()
    replace(seal.path / "records/setting.jsonl", b'"value":1', b'"value":9')
    told(verify(seal.path, keeper.public), "changed", "records/setting.jsonl")
    fix_sums(seal.path)
    told(verify(seal.path, keeper.public), "changed", "SHA256SUMS", "signed list")
    signature = (seal.path / "verify/statement.sig").read_bytes()
    thief = tmp_path / "thief.pem"
    stranger = keys.generate(thief)
    reseal(seal.path, thief)
    envelope = json.loads((seal.path / "statement.dsse.json").read_bytes())
    good = {"keyid": keeper.key.public.fingerprint, "sig": base64.b64encode(signature).decode()}
    (seal.path / "statement.dsse.json").write_bytes(compact({**envelope, "signatures": [good]}) + b"\n")
    told(verify(seal.path, keeper.public), "signature", "statement.dsse.json")
    reseal(seal.path, thief)
    (problem,) = verify(seal.path, keeper.public)
    told([problem], "wrong_key", stranger.public.fingerprint, keeper.key.public.fingerprint)


def test_a_resealed_run_that_claims_the_right_key_is_named_as_what_it_is(keeper, tmp_path):
    seal = keeper.run()
    thief = tmp_path / "thief.pem"
    stranger = keys.generate(thief)
    reseal(seal.path, thief)
    replace(
        seal.path / "statement.dsse.json",
        stranger.public.fingerprint.encode(),
        keeper.key.public.fingerprint.encode(),
    )
    told(verify(seal.path, keeper.public), "wrong_key", stranger.public.fingerprint, keeper.key.public.fingerprint)


def test_an_outsider_who_drops_a_record_and_seals_anew_is_found(keeper, tmp_path):
    seal = keeper.run()
    path = seal.path / "records/setting.jsonl"
    path.write_bytes(path.read_bytes().split(b"\n", 1)[1])
    keys.generate(tmp_path / "thief.pem")
    reseal(seal.path, tmp_path / "thief.pem")
    told(verify(seal.path, keeper.public), "wrong_key")
    told(verify_vault(keeper.vault.path, keeper.public), "wrong_key", seal.path.name)


def test_an_older_run_under_the_name_of_a_newer_one_is_found(keeper):
    first, second = keeper.run(29), keeper.run(30)
    shutil.rmtree(second.path)
    shutil.copytree(first.path, second.path)
    told(verify_vault(keeper.vault.path, keeper.public), "wrong_name", second.path.name, first.path.name)


def test_an_assessment_in_the_place_of_a_run_is_found(keeper):
    seal = keeper.assess(keeper.run())
    shutil.copytree(seal.path, keeper.vault.path / "runs" / seal.path.name)
    told(verify_vault(keeper.vault.path, keeper.public), "wrong_type", seal.path.name)


def test_a_statement_of_another_run_does_not_fit(keeper):
    first, second = keeper.run(29), keeper.run(30, records=5)
    for name in SEAL:
        shutil.copy(first.path / name, second.path / name)
    told(verify(second.path, keeper.public), "changed", "records/ai_system.jsonl")


def test_a_second_signature_is_refused(keeper):
    seal = keeper.run()
    envelope = json.loads((seal.path / "statement.dsse.json").read_bytes())
    envelope["signatures"] *= 2
    (seal.path / "statement.dsse.json").write_bytes(compact(envelope) + b"\n")
    told(verify(seal.path, keeper.public), "envelope", "statement.dsse.json")


@pytest.mark.parametrize("name", ["verify/statement.pae", "verify/statement.sig", "verify/public-key.pem"])
def test_helper_files_that_would_fool_openssl_users_are_found(keeper, tmp_path, name):
    seal, other = keeper.run(29), keeper.run(30)
    keys.generate(tmp_path / "thief.pem")
    shutil.copy(tmp_path / "thief.pub.pem" if "key" in name else other.path / name, seal.path / name)
    told(verify(seal.path, keeper.public), "helper", name)


@pytest.mark.parametrize("name", ["run.json", "records/setting.jsonl", "SHA256SUMS", "statement.dsse.json"])
def test_a_link_in_place_of_a_file_is_refused_even_to_the_same_bytes(keeper, tmp_path, name):
    seal = keeper.run()
    outside = tmp_path / "outside"
    (seal.path / name).rename(outside)
    (seal.path / name).symlink_to(outside)
    told(verify(seal.path, keeper.public), "not_a_file", name, "link")


def test_a_linked_folder_and_a_pipe_are_refused_unread(keeper, tmp_path):
    seal = keeper.run()
    (seal.path / "records").rename(tmp_path / "records")
    (seal.path / "records").symlink_to(tmp_path / "records")
    os.mkfifo(seal.path / "pipe")
    problems = verify(seal.path, keeper.public)
    told(problems, "not_a_file", "records is a link")
    told(problems, "not_a_file", "pipe is no plain file")
    told(problems, "missing", "records/setting.jsonl")


def test_a_linked_run_in_the_vault_is_refused(keeper, tmp_path):
    seal = keeper.run()
    seal.path.rename(tmp_path / seal.path.name)
    seal.path.symlink_to(tmp_path / seal.path.name)
    told(verify_vault(keeper.vault.path, keeper.public), "unlisted", seal.path.name)


def test_a_stray_file_among_the_runs_is_found(keeper):
    keeper.run()
    (keeper.vault.path / "runs" / "summary.txt").write_text("all is well")
    told(verify_vault(keeper.vault.path, keeper.public), "unlisted", "summary.txt")


def test_a_removed_run_is_found_by_the_run_and_the_assessment_that_name_it(keeper):
    runs = [keeper.run(day) for day in (28, 29, 30)]
    keeper.assess(*runs)
    shutil.rmtree(runs[1].path)
    problems = verify_vault(keeper.vault.path, keeper.public)
    told(problems, "link_absent", f"{runs[2].path.name}: the previous run", runs[1].path.name)
    told(problems, "link_absent", "its input, the run", runs[1].path.name)


def test_a_run_made_partial_by_its_name_does_not_pass_as_previous(keeper):
    first, second = keeper.run(29), keeper.run(30)
    first.path.rename(first.path.with_name(first.path.name + ".partial"))
    told(verify_vault(keeper.vault.path, keeper.public), "link_absent", second.path.name, first.path.name)


def test_the_newest_run_can_be_removed_unless_somebody_kept_its_digest(keeper):
    """A stated limit: nothing that is left names it."""
    keeper.run(29)
    newest = keeper.run(30)
    shutil.rmtree(newest.path)
    assert verify_vault(keeper.vault.path, keeper.public) == []
    problems = verify_vault(keeper.vault.path, keeper.public, known=[newest.statement_sha256])
    told(problems, "known_absent", newest.statement_sha256)


# Changes by somebody who has the key: only what others hold, or what annexa would never write, gives them away.


def test_an_insider_who_rewrites_an_old_run_breaks_the_links_to_it(keeper):
    first, second = keeper.run(29), keeper.run(30)
    keeper.assess(first)
    replace(first.path / "records/setting.jsonl", b'"value":1', b'"value":9')
    reseal(first.path, keeper.private)
    assert verify(first.path, keeper.public) == []
    told(verify(second.path, keeper.public), "link", first.path.name, first.statement_sha256)
    problems = verify_vault(keeper.vault.path, keeper.public)
    assert [problem.code for problem in problems] == ["link", "link"]


def test_an_insider_who_drops_a_run_must_rewrite_all_later_ones(keeper):
    runs = [keeper.run(day) for day in (28, 29, 30)]
    shutil.rmtree(runs[1].path)
    told(verify_vault(keeper.vault.path, keeper.public), "link_absent", runs[1].path.name)
    link = {
        "run_id": runs[0].path.name,
        "statement_sha256": runs[0].statement_sha256,
        "tree_root": runs[0].tree_root,
        "tree_size": runs[0].tree_size,
    }
    reseal(runs[2].path, keeper.private, edit=lambda predicate: predicate.update(previous=link))
    assert verify_vault(keeper.vault.path, keeper.public) == []
    for seal in runs[1:]:
        problems = verify_vault(keeper.vault.path, keeper.public, known=[seal.statement_sha256])
        told(problems, "known_absent", seal.statement_sha256)


@pytest.mark.parametrize("member", ["tree_root", "tree_size", "statement_sha256"])
def test_a_link_must_fit_in_every_member(keeper, member):
    keeper.run(29)
    link = {**keeper.vault.previous("northwind"), member: 8 if member == "tree_size" else "0" * 64}
    seal = keeper.run(30, previous=link)
    told(verify(seal.path, keeper.public), "link", "previous run")


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b'{"kind":"setting","kind":"setting"}', "stands twice"),
        (b'{"kind":"setting","data":1}', "not canonical"),
        (b'{"a": 1}', "not canonical"),
        (b'{"share":0.5}', "fraction"),
        (b'{"n":9007199254740993}', "beyond"),
        ('{"é":1}'.encode(), "ASCII"),
        (b"not json", "not JSON"),
        (b"[]", "no object"),
        (b"", "not JSON"),
        (b'{"a":"\xff"}', "not JSON"),
        (b'{"a":1}\r', "not canonical"),
    ],
)
def test_lines_that_two_parsers_could_read_differently_are_found_in_a_sound_seal(keeper, line, reason):
    seal = keeper.run()
    path = seal.path / "records/setting.jsonl"
    path.write_bytes(path.read_bytes() + line + b"\n")
    reseal(seal.path, keeper.private)
    (problem,) = verify(seal.path, keeper.public)
    assert (problem.code, problem.file, problem.line) == ("line", "records/setting.jsonl", 3)
    assert reason in problem.message
    assert "records/setting.jsonl line 3" in problem.message


def test_a_segment_that_does_not_end_is_found_in_a_sound_seal(keeper):
    seal = keeper.run()
    path = seal.path / "unread.jsonl"
    path.write_bytes(path.read_bytes() + b'{"a":1}')
    reseal(seal.path, keeper.private)
    told(verify(seal.path, keeper.public), "line", "unread.jsonl line 2", "does not end")


def test_many_bad_lines_are_counted_not_listed(keeper):
    seal = keeper.run()
    path = seal.path / "records/setting.jsonl"
    path.write_bytes(path.read_bytes() + b"x\n" * 1000)
    reseal(seal.path, keeper.private)
    problems = verify(seal.path, keeper.public)
    assert len(problems) == 6
    told(problems, "line", "995 further bad lines")


@pytest.mark.parametrize("segment", ["records/setting", "calls"])
def test_a_record_or_call_that_names_an_absent_page_is_found(keeper, segment):
    seal = keeper.run()
    page = json.loads((seal.path / "calls.jsonl").read_bytes().split(b"\n")[0])["kept_sha256"]
    replace(seal.path / f"{segment}.jsonl", page.encode(), b"0" * 64)
    reseal(seal.path, keeper.private)
    told(verify(seal.path, keeper.public), "page_absent", f"{segment}.jsonl line 1", "0" * 64)


def test_a_removed_page_is_found_in_a_sound_seal(keeper):
    seal = keeper.run()
    (seal.path / PAGES[0]).unlink()
    reseal(seal.path, keeper.private)
    told(verify(seal.path, keeper.public), "page_absent", PAGES[0][6:70])


def test_a_page_under_another_digest_is_found_in_a_sound_seal(keeper):
    seal = keeper.run()
    (seal.path / PAGES[0]).write_bytes(b'{"page":7}')
    reseal(seal.path, keeper.private)
    told(verify(seal.path, keeper.public), "page_name", PAGES[0])


@pytest.mark.parametrize(
    ("member", "value"),
    [("root", "0" * 64), ("size", 8), ("segments", [])],
)
def test_a_tree_that_is_not_that_of_the_lines_is_found_in_a_sound_seal(keeper, member, value):
    seal = keeper.run()
    reseal(seal.path, keeper.private, edit=lambda predicate: predicate["tree"].update({member: value}))
    told(verify(seal.path, keeper.public), "tree", "tree over all lines")


def test_a_checkpoint_that_tells_something_else_is_found_in_a_sound_seal(keeper):
    keeper.run(29)
    seal = keeper.run(30)
    reseal(seal.path, keeper.private, edit=lambda predicate: predicate.update(previous=None), checkpoint=False)
    told(verify(seal.path, keeper.public), "checkpoint", "another tree or previous run")


@pytest.mark.parametrize("missing", ["checkpoint", "verify/public-key.pem"])
def test_a_seal_without_its_companions_is_found(keeper, missing):
    seal = keeper.run()
    (seal.path / missing).unlink()
    statement = statement_of(seal.path)
    statement["predicate"]["files"] = fix_sums(seal.path)
    statement["subject"][0]["digest"]["sha256"] = sha256((seal.path / "SHA256SUMS").read_bytes())
    sign(seal.path, statement, keeper.private)
    assert any(problem.failed and missing in problem.message for problem in verify(seal.path, keeper.public))


@pytest.mark.parametrize(
    "line",
    [
        f"{'0' * 64}  ../../../../etc/hosts",
        f"{'0' * 64}  /etc/hosts",
        f"{'0' * 64}  a/../b",
        f"{'0' * 64} *run.json",
        f"\\{'0' * 64}  run.json",
        f"{'0' * 64}  SHA256SUMS",
        f"{'0' * 63}  run.json",
        "",
        "é",
    ],
)
def test_names_that_lead_out_of_the_folder_are_refused_even_when_signed(keeper, line):
    seal = keeper.run()
    sums = seal.path / "SHA256SUMS"
    sums.write_text(f"{line}\n{sums.read_text()}")
    statement = statement_of(seal.path)
    statement["subject"][0]["digest"]["sha256"] = sha256(sums.read_bytes())
    sign(seal.path, statement, keeper.private)
    told(verify(seal.path, keeper.public), "sums", "SHA256SUMS line 1")


@pytest.mark.parametrize("order", [lambda lines: lines[::-1], lambda lines: [*lines, lines[-1]]])
def test_a_list_in_another_order_or_with_a_file_twice_is_refused_even_when_signed(keeper, order):
    seal = keeper.run()
    sums = seal.path / "SHA256SUMS"
    sums.write_text("".join(order(sums.read_text().splitlines(keepends=True))))
    statement = statement_of(seal.path)
    statement["subject"][0]["digest"]["sha256"] = sha256(sums.read_bytes())
    sign(seal.path, statement, keeper.private)
    told(verify(seal.path, keeper.public), "sums", "SHA256SUMS")


@pytest.mark.parametrize(
    "edit",
    [
        lambda statement: statement.update(_type="https://in-toto.io/Statement/v0.1"),
        lambda statement: statement["subject"][0].update(name="OTHER"),
        lambda statement: statement["subject"].append(statement["subject"][0]),
        lambda statement: statement["predicate"].pop("tree"),
        lambda statement: statement.update(more=1),
        lambda statement: statement["predicate"].update(previous="2026-08-29"),
        lambda statement: statement["predicate"].update(previous={"run_id": "../x", "statement_sha256": "0"}),
        lambda statement: statement["predicate"]["tree"].update(root="no root"),
    ],
)
def test_a_signed_statement_about_something_else_is_refused(keeper, edit):
    seal = keeper.run()
    statement = statement_of(seal.path)
    edit(statement)
    sign(seal.path, statement, keeper.private)
    told(verify(seal.path, keeper.public), "statement", "statement.dsse.json")


def test_a_wrong_count_of_files_is_found(keeper):
    seal = keeper.run()
    statement = statement_of(seal.path)
    statement["predicate"]["files"] += 1
    sign(seal.path, statement, keeper.private)
    told(verify(seal.path, keeper.public), "count", "files")
