"""Every permission that is named for Microsoft Graph is one that Microsoft lists for this method and path, and only reads.

The list lies beside the project where it is developed; elsewhere these tests are skipped.
"""

import json
import re
from collections import defaultdict
from functools import cache
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

import pytest

from annexa import collectors
from annexa.collectors import microsoft as vendor
from annexa.collectors._grant import GrantOrder
from annexa.collectors._rest import Read
from annexa.collectors.microsoft.copilot import LIMITED_MODE

SPEC = Path(__file__).parents[3] / "shared" / "specs" / "graph_permissions.json"
listed = pytest.mark.skipif(
    not SPEC.is_file(), reason="Microsoft's list of permissions does not lie beside the project"
)
MODULES = [import_module(f"{vendor.__name__}.{one.name}") for one in iter_modules(vendor.__path__)]
READS = {
    (read.op, read.needs): read for module in MODULES for read in vars(module).values() if isinstance(read, Read)
}  # fmt: skip
per_read = pytest.mark.parametrize("read", READS.values(), ids=[f"{op} {needs}" for op, needs in READS])
WIDER = {
    ("GET /users", "User.Read.All"): "the narrower one shows neither state nor licences",
    ("GET /users", "AuditLog.Read.All"): "for sign-in activity, beside the one that lists accounts",
    ("GET /organization", "User.Read.All"): "needed for accounts anyhow; the least one is about devices",
    ("GET /groups/{id}/transitiveMembers", "Directory.Read.All"): "needed for consents anyhow",
    ("GET /security/auditLog/queries", "AuditLogsQuery.Read.All"): "the least one is about the log of Entra alone",
    ("GET /security/auditLog/queries/{id}/records", "AuditLogsQuery.Read.All"): "the same",
}
"""Reads whose permission is not the least one for the path, and why."""


@cache
def permissions() -> dict[tuple[str, str], dict[str, tuple[set[str], bool]]]:
    """By method and path: each permission with the schemes in which it opens it, and whether it is the least."""
    found: dict[tuple[str, str], dict[str, tuple[set[str], bool]]] = defaultdict(dict)
    for name, said in json.loads(SPEC.read_text("utf-8"))["permissions"].items():
        for group in said.get("pathSets", ()):
            for path, how in group["paths"].items():
                for method in group["methods"]:
                    least = "Application" in how.partition("least=")[2].partition(";")[0].split(",")
                    found[method, shape(path)][name] = (set(group["schemeKeys"]), least)
    return found


def shape(path: str) -> str:
    """The path without names and arguments; Microsoft's list leaves namespaces and arguments of some functions out."""
    plain = re.sub(r"\{[^}]+\}|(?<==)'[^']*'", "{}", path).lower()
    return re.sub(r"microsoft\.graph\.security\.(\w+)\(.*\)$", r"\1", plain)


def known(read: Read) -> dict[str, tuple[set[str], bool]]:
    method, _, path = read.op.partition(" ")
    return permissions()[method, shape(path)]


@listed
@per_read
def test_the_permission_opens_this_path_to_an_application(read: Read) -> None:
    if (read.op, read.needs) == ("GET /users", "AuditLog.Read.All"):
        assert "AuditLog.Read.All" in known(Read(op="GET /auditLogs/signIns", needs="")), "it exists"
        return
    schemes, least = known(read)[read.needs]
    if read is LIMITED_MODE:
        assert "Application" not in schemes and not any("Application" in one for one, _ in known(read).values())
        return
    assert "Application" in schemes
    assert least or (read.op, read.needs) in WIDER


@listed
def test_the_list_would_notice() -> None:
    assert known(Read(op="GET /no/such/path", needs="")) == {}
    assert "Mail.Read" not in known(READS["GET /servicePrincipals", "Application.Read.All"])
    assert shape("/r/f(period='D30')") == shape("/r/f(period={value})") != shape("/r/f(date={value})")


@per_read
def test_no_permission_writes(read: Read) -> None:
    assert read.op.startswith("GET ") and "Write" not in read.needs


def test_the_grant_names_every_role_and_no_other() -> None:
    order = GrantOrder(collectors=collectors.of(vendor))
    text = "\n".join(vendor.grant(order).documents.values())
    named = set(re.findall(r"for role in ([\w. -]+);", text)[0].split()) | set(
        re.findall(r"for role in ([\w. -]+);", text)[1].split()
    )
    assert named == {needs for _, needs in READS} - {LIMITED_MODE.needs}
    assert "ReadWrite" not in text and "delegated" not in named
