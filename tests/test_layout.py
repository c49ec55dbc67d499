"""The repository and the package stay the same thing, and the tree says nothing about the machine it was written on."""

import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

ROOT = Path(__file__).resolve().parents[1]
NOT_SHIPPED = {"benchmarks", "build", "dist", "docs", "tests"}
SHIPPED_ENDINGS = {".py", ".json", ".yaml", ".j2", ".toml"}


@pytest.fixture(scope="module")
def project() -> dict[str, Any]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))


@pytest.fixture(scope="module")
def folders() -> set[str]:
    """Every folder with something to ship, as a package's name."""
    found = {
        path.parent.relative_to(ROOT).parts
        for path in ROOT.glob("[!.]*/**/*")
        if path.suffix in SHIPPED_ENDINGS and path.relative_to(ROOT).parts[0] not in NOT_SHIPPED
    }
    return {".".join(("annexa", *parts)) for parts in found if not _is_made(parts)}


def _is_made(parts: tuple[str, ...]) -> bool:
    """Whether a folder is what a tool left: an egg-info, a vault, an environment."""
    return any(part.endswith((".egg-info", "__pycache__")) for part in parts) or parts[0].startswith("annexa-")


def test_every_source_folder_is_packaged(project: dict[str, Any], folders: set[str]) -> None:
    """A folder missing from `packages` would work here and not when installed."""
    assert folders | {"annexa"} == set(project["tool"]["setuptools"]["packages"])


def test_every_package_is_type_checked(project: dict[str, Any], folders: set[str]) -> None:
    named = tuple(project["tool"]["mypy"]["packages"])
    assert [name for name in sorted(folders) if not f"{name}.".startswith(tuple(f"{one}." for one in named))] == []
    assert project["tool"]["mypy"]["modules"] == ["annexa.runner"]


def test_runner_is_the_only_root_module() -> None:
    """Any other root module would be shipped as `annexa.<name>`; an `__init__.py` would end the namespace."""
    assert [path.name for path in ROOT.glob("*.py")] == ["runner.py"]


def test_types_are_announced(project: dict[str, Any], folders: set[str]) -> None:
    """A namespace package announces its types in each part (PEP 561), and setuptools ships the mark."""
    parts = sorted({name.split(".")[1] for name in folders})
    assert [name for name in parts if not (ROOT / name / "py.typed").is_file()] == []
    assert "py.typed" in project["tool"]["setuptools"]["package-data"]["*"]


def test_the_link_for_type_checkers() -> None:
    assert (ROOT / ".types" / "annexa").resolve() == ROOT


def test_no_module_is_loaded_under_a_bare_name(folders: set[str]) -> None:
    """From the checkout, bare `evidence` can be imported too; every class would then exist twice."""
    program = (
        "import importlib, pkgutil, sys\n"
        "for name in sys.argv[2:]:\n"
        "    for found in pkgutil.iter_modules(importlib.import_module(name).__path__, name + '.'):\n"
        "        importlib.import_module(found.name)\n"
        "for name, module in sorted(sys.modules.items()):\n"
        "    file = getattr(module, '__file__', None) or ''\n"
        "    if file.startswith(sys.argv[1]) and not name.startswith('annexa'):\n"
        "        print(name)\n"
    )
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", program, f"{ROOT}{os.sep}", *sorted(folders)],
        cwd=ROOT, capture_output=True, text=True, env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    bare = [name for name in done.stdout.split() if not _is_environment(name)]
    assert bare == []


def _is_environment(module: str) -> bool:
    """An environment below the checkout brings modules of its own."""
    return module.split(".")[0] not in {path.name for path in ROOT.iterdir() if path.is_dir()}


def tracked() -> list[Path]:
    """Files under version control, with those that would come under it."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if listed.returncode != 0:
        pytest.skip("this is no git checkout: what is tracked is not known")
    return [ROOT / name for name in listed.stdout.split("\0") if name and (ROOT / name).is_file()]


def machine() -> Iterator[str]:
    """Words that only this machine knows: where the checkout and the environment lie, where packages come from."""
    for place in (ROOT, Path(sys.prefix), Path.home()):
        if len(place.parts) > 2:
            yield str(place)
    configured = subprocess.run(
        [sys.executable, "-m", "pip", "config", "list"], capture_output=True, text=True, check=False
    ).stdout
    words = [*re.findall(r"'([^']*)'", configured), *(os.environ.get(name, "") for name in _REGISTRY)]
    for word in (word for words_ in words for word in words_.split()):
        parts = urlsplit(word)
        if parts.hostname and parts.hostname not in _EVERYWHERE:
            yield parts.hostname
        elif parts.scheme == "file" or word.startswith("/opt/"):
            yield parts.path


_REGISTRY = ("PIP_INDEX_URL", "PIP_EXTRA_INDEX_URL", "PIP_FIND_LINKS", "UV_INDEX_URL", "UV_DEFAULT_INDEX")
_EVERYWHERE = {"pypi.org", "files.pythonhosted.org", "localhost", "127.0.0.1"}
_HOME = re.compile(r"(?<![\w/])/(?:home|Users)/[a-z][\w.-]*/")
"""Somebody's home folder, written out."""


def test_no_path_of_a_machine_and_no_private_registry() -> None:
    words = sorted(set(machine()))
    told = []
    for path in tracked():
        text = path.read_bytes().decode("utf-8", "replace")
        told += [f"{path.relative_to(ROOT)}: {word}" for word in words if word in text]
        told += [f"{path.relative_to(ROOT)}: {found}" for found in _HOME.findall(text)]
    assert told == []


def test_no_unfinished_work_is_left() -> None:
    """A mark of unfinished work in what is shipped is a promise to nobody."""
    marks = re.compile(r"\b(?:" + "|".join(("TO" + "DO", "FIX" + "ME", "X" + "XX")) + r")\b")
    told = [
        str(path.relative_to(ROOT))
        for path in tracked()
        if path.suffix == ".py" and path.relative_to(ROOT).parts[0] not in NOT_SHIPPED
        if marks.search(path.read_text("utf-8"))
    ]
    assert told == []
