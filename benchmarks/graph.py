"""Speed and memory of reading a large Microsoft tenant: run `python benchmarks/graph.py`.

10,000 service principals and 20,000 grants come from a server in a process of its own: real HTTP on loopback, the real SDK's
adapter, pacing off, nothing written to disk. Printed are calls, CPU seconds and peak memory of the process that reads.
"""

import base64
import hashlib
import json
import multiprocessing
import resource
import time
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from multiprocessing.connection import Connection
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tabulate import tabulate

from annexa.collectors import microsoft
from annexa.collectors._source import Circumstances
from annexa.collectors.microsoft import applications, grants
from annexa.evidence.clock import VirtualClock
from annexa.evidence.gather import gather
from annexa.evidence.handle import Known
from annexa.evidence.keeper import Keeper, Place
from annexa.evidence.redact import Redactor

PRINCIPALS, GRANTS, SIZE = 10_000, 20_000, 999
CALLS, CPU, MEMORY = 200, 10.0, 250
"""What must not be exceeded: calls, seconds, MiB."""
TENANT = "b7c1d0e4-2f5a-4c88-9a36-3d1e7f60a001"
COLLECTORS = (applications.applications, grants.delegated, grants.application_permissions)


def main() -> None:
    """Collect once and print a table."""
    ours, theirs = multiprocessing.Pipe()
    server = multiprocessing.get_context("spawn").Process(target=serve, args=(theirs,), daemon=True)
    server.start()
    started = time.process_time()
    records, calls = collect(ours.recv())
    spent = time.process_time() - started
    server.terminate()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    rows = [("calls", calls, CALLS), ("CPU s", round(spent, 2), CPU), ("peak MiB", round(peak), MEMORY)]
    print(f"{records} records")
    print(tabulate(rows, headers=("measure", "found", "at most")))


def collect(url: str) -> tuple[int, int]:
    """Records and calls of the three collectors."""
    settings = microsoft.Settings(endpoint=f"{url}/v1.0", token_env="TOKEN")
    clock = VirtualClock(datetime(2026, 8, 30, 6, tzinfo=UTC))
    lent = Circumstances(organisation="acme", clock=clock, run_id="r1", environment={"TOKEN": token()}, pacing=False)
    source = microsoft.connect(settings, lent)
    records = calls = 0
    for one in COLLECTORS:
        place = Place(
            organisation="acme", tenant=TENANT, source=source.alias, scope=TENANT, collector=one.name, identity="i"
        )
        keeper = Keeper(
            place, store=lambda page: hashlib.sha256(page).hexdigest(), redactor=Redactor(b"k" * 32), clock=clock,
            token=lambda: "00" * 16,
        )  # fmt: skip
        known = Known(source.known(TENANT))
        found = gather(one, source.wire(TENANT), keeper, known, run_id="r1", version="0", nonce=lambda: "0" * 32)
        records, calls = records + len(found.records), calls + found.unit.calls
    return records, calls


def token() -> str:
    """A token of the right shape that nobody signed."""
    claims = json.dumps({"tid": TENANT, "appid": "a", "exp": 4102444800}).encode()
    return f"e30.{base64.urlsafe_b64encode(claims).decode().rstrip('=')}.x"


def serve(pipe: Connection) -> None:
    """Answer as Graph does, from lists that are made once."""
    lists = {
        "/v1.0/organization": [{"id": TENANT}], "/v1.0/servicePrincipals": [graph(), *principals()],
        "/v1.0/oauth2PermissionGrants": list(consents()), "/v1.0/servicePrincipals/graph/appRoleAssignedTo": [],
    }  # fmt: skip

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            address = urlsplit(self.path)
            query = parse_qs(address.query)
            rows = lists[address.path][:1] if "$filter" in query else lists[address.path]
            start = int(query.get("$skiptoken", ["0"])[0])
            page: dict[str, Any] = {"value": rows[start : start + SIZE]}
            if start + SIZE < len(rows):
                page["@odata.nextLink"] = f"http://{self.headers['host']}{address.path}?$skiptoken={start + SIZE}"
            body = json.dumps(page).encode()
            self.send_response_only(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            """Nothing is printed."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    pipe.send(f"http://127.0.0.1:{server.server_port}")
    server.serve_forever()


def graph() -> dict[str, Any]:
    """Microsoft Graph's own service principal."""
    return {
        "id": "graph",
        "appId": applications.GRAPH,
        "appOwnerOrganizationId": applications.MICROSOFT[0],
        "appRoles": [],
    }


def principals() -> Iterator[dict[str, Any]]:
    """Applications of other organisations."""
    for number in range(PRINCIPALS):
        yield {
            "id": made("sp", number), "appId": made("app", number), "displayName": f"Application {number}",
            "appOwnerOrganizationId": made("tenant", number), "servicePrincipalType": "Application",
            "applicationTemplateId": None, "accountEnabled": True, "disabledByMicrosoftStatus": None,
            "appRoleAssignmentRequired": False, "replyUrls": [f"https://app-{number}.example/back"], "homepage": None,
            "verifiedPublisher": {"displayName": f"Publisher {number}", "verifiedPublisherId": str(number)},
            "loginUrl": None, "preferredSingleSignOnMode": None,
        }  # fmt: skip


def consents() -> Iterator[dict[str, Any]]:
    """Consents of people for these applications."""
    for number in range(GRANTS):
        yield {
            "id": made("grant", number), "clientId": made("sp", number % PRINCIPALS), "consentType": "Principal",
            "principalId": made("user", number), "resourceId": "graph", "scope": "openid profile User.Read Mail.Read",
        }  # fmt: skip


def made(sort: str, number: int) -> str:
    """An id that is always the same."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"{sort} {number}"))


if __name__ == "__main__":
    main()
