"""Verification: of one sealed folder, or of a vault with the links between its folders.

The key is the caller's, obtained from its owner; the one inside the evidence is only compared with it. A problem that
is not `failed` is a note: something that cannot be judged with what was handed over.

What no check in here can see: evidence that was never collected, a newest run that was removed, and a history that the
key's holder wrote anew. Against the last two, keep the statement digests of runs elsewhere and give them as `known`.
"""

import os
import stat
from collections.abc import Iterable, Iterator
from pathlib import Path

import msgspec

from annexa.evidence import layout
from annexa.evidence.checks import Folder
from annexa.evidence.checks import Problem as Problem
from annexa.evidence.errors import VaultError, VerifyError, storing
from annexa.evidence.keys import VAULT_MARK, load_public
from annexa.evidence.listing import input_runs, organisation_id, why_partial
from annexa.evidence.reader import SealedReader
from annexa.evidence.statement import ASSESSMENT_TYPE, RUN_TYPE, Link
from annexa.evidence.vault import ASSESSMENTS, RUNS, Vault

_GROUPS = {RUNS: RUN_TYPE, ASSESSMENTS: ASSESSMENT_TYPE}
_INDEX = "index.sqlite"


def verify(folder: Path, public_key: Path) -> list[Problem]:
    """Check one run or assessment; what it links to is compared where it lies beside it, and noted where it does not."""
    if not folder.is_dir():
        raise VaultError(f"{folder} is no folder", hint="give the folder of a sealed run or assessment")
    checked = Folder(folder.resolve(), load_public(public_key))
    return [*checked.problems(), *_identity(checked, failed=False), *_links(checked, failed=False)]


def verify_vault(vault: Path, public_key: Path, *, known: Iterable[str] = ()) -> list[Problem]:
    """Check all runs and assessments of a vault and the links between them.

    `known` are statement digests that the caller kept elsewhere: each must still be there.
    """
    root = Vault.open(vault).path.resolve()
    key = load_public(public_key)
    problems = list(_strangers(root))
    checked = []
    for group in _GROUPS:
        for path in _folders(root / group, problems):
            folder = Folder(path, key)
            problems += [*folder.problems(), *_identity(folder, failed=True), *_links(folder, failed=True)]
            checked.append(folder)
    return [*problems, *_history(root, checked), *_known(root, checked, known)]


def failed(problems: Iterable[Problem]) -> bool:
    """Whether anything does not verify; notes do not count."""
    return any(problem.failed for problem in problems)


def _identity(checked: Folder, *, failed: bool) -> Iterator[Problem]:
    """A sealed folder under another's name is a replay; alone, it may only have been renamed on its way."""
    if checked.statement is None:
        return
    kind, predicate, name = checked.statement.predicate_type, checked.statement.predicate, checked.path.name
    if failed and kind != _GROUPS[checked.path.parent.name]:
        yield checked.problem("wrong_type", f"it lies in {checked.path.parent.name}, but its statement is a {kind}")
    stated = predicate.get("run_id", predicate.get("assessment_id"))
    if stated != name and (stated is not None or kind in _GROUPS.values()):
        yield checked.problem(
            "wrong_name", f"the statement is about {stated}, the folder is named {name}", failed=failed
        )


def _links(checked: Folder, *, failed: bool) -> Iterator[Problem]:
    """Compare the statement digests of other folders that this one names; `failed`: they must be there.

    Whatever its type says: a link that is stated is a link to be checked.
    """
    if checked.statement is None:
        return
    kind, predicate, parent = checked.statement.predicate_type, checked.statement.predicate, checked.path.parent
    if predicate.get("previous") is not None:
        yield from _link(checked, parent, predicate["previous"], "the previous run", failed=failed)
    runs = input_runs(predicate)
    if kind == ASSESSMENT_TYPE and not runs:
        yield checked.problem("inputs", "the assessment names no run that it judged")
    for run in runs:
        yield from _link(checked, parent.parent / RUNS, run, "its input, the run", failed=failed)


def _link(checked: Folder, folder: Path, named: object, what: str, *, failed: bool) -> Iterator[Problem]:
    try:
        link = msgspec.convert(named, Link)
    except msgspec.ValidationError as error:
        yield checked.problem("link", f"it does not say which is {what}: {error}")
        return
    path = folder / link.run_id
    if not layout.is_name(link.run_id) or not path.is_dir():
        yield checked.problem("link_absent", f"{what} {link.run_id!r} is not here", failed=failed)
        return
    try:
        reader = SealedReader(path)
        digest, tree = reader.statement_digest, reader.statement.tree
    except (VaultError, VerifyError) as error:
        yield checked.problem("link", f"{what} {link.run_id} cannot be compared: {error.message}")
        return
    if (
        digest != link.statement_sha256
        or (link.tree_root or tree.root) != tree.root
        or (tree.size if link.tree_size is None else link.tree_size) != tree.size
    ):
        said = f"{what} {link.run_id} is not the one it names: its statement is {digest}, not {link.statement_sha256}"
        yield checked.problem("link", said)


def _strangers(root: Path) -> Iterator[Problem]:
    """What lies in the vault beside its sealed folders is nobody's evidence."""
    with storing(root):
        names = sorted(entry.name for entry in os.scandir(root))
    for name in names:
        if name not in (VAULT_MARK, RUNS, ASSESSMENTS) and not name.startswith(_INDEX):
            yield _note(root / name, "not_sealed", f"{name} lies in the vault and is not sealed")


def _folders(group: Path, problems: list[Problem]) -> Iterator[Path]:
    """The sealed folders of a group; everything else there becomes a problem."""
    with storing(group):
        entries = sorted(os.scandir(group), key=lambda entry: entry.name) if group.exists() else []
    for entry in entries:
        path = group / entry.name
        if not stat.S_ISDIR(entry.stat(follow_symlinks=False).st_mode):
            said = f"{group.name}/{entry.name} was added: it is no sealed folder"
            problems.append(Problem(code="unlisted", message=said, folder=path))
        elif entry.name.endswith(layout.PARTIAL):
            said = f"{entry.name} was not finished, so nothing vouches for it: {why_partial(path)}"
            problems.append(_note(path, "partial", said))
        else:
            yield path


def _history(root: Path, checked: list[Folder]) -> Iterator[Problem]:
    """Whether the runs of each organisation form one line in time."""
    stated = {folder.path.name: folder for folder in checked if folder.statement is not None}
    runs = {name: folder for name, folder in stated.items() if folder.path.parent.name == RUNS}
    if not any(folder.path.parent.name == RUNS for folder in checked):
        yield Problem(code="empty", message=f"{root} holds no complete run: there is nothing to verify", folder=root)
    seen: dict[tuple[str | None, str | None], str] = {}
    for name, folder in sorted(runs.items()):
        predicate = folder.statement.predicate if folder.statement else {}
        link = predicate.get("previous")
        before = str(link.get("run_id")) if isinstance(link, dict) else None
        first = seen.setdefault((organisation_id(predicate), before), name)
        if first != name:
            said = f"{first} and {name} both name {before or 'no run'} as the run before: their order is not proved"
            yield _note(folder.path, "fork", said)
        if before in runs and _started(runs[before]) > _started(folder):
            yield folder.problem("order", f"it started before {before}, which it names as the run before it")


def _known(root: Path, checked: list[Folder], known: Iterable[str]) -> Iterator[Problem]:
    # One that is here and that another key signed is told as that.
    found = {folder.claimed for folder in checked}
    for digest in known:
        if digest not in found:
            said = f"no run or assessment states {digest}, which you kept: it was removed or written anew"
            yield Problem(code="known_absent", message=said, folder=root)


def _started(folder: Folder) -> str:
    started = folder.statement.predicate.get("started") if folder.statement else None
    return started if isinstance(started, str) else ""


def _note(path: Path, code: str, message: str) -> Problem:
    return Problem(code=code, message=message, folder=path, failed=False)
