"""Google Cloud's answers for tests without HTTP: tables of them by operation, and what a collector makes of them."""

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from annexa.collectors._google.wire import GoogleWire
from annexa.collectors._rest.reply import Reply
from annexa.collectors.google_cloud import _api, policies, projects
from annexa.evidence.call import Call, Collector
from annexa.evidence.clock import VirtualClock
from annexa.evidence.gather import Gathered, gather
from annexa.evidence.handle import Known
from annexa.evidence.keeper import Keeper, Place
from annexa.evidence.redact import Redactor
from annexa.schemas.words import Reason

ORG = "organizations/1"
DENIED = (403, {"error": {"code": 403, "errors": [{"reason": "forbidden"}], "status": "PERMISSION_DENIED"}})
VERTEX, GEMINI, MAPS = "aiplatform.googleapis.com", "generativelanguage.googleapis.com", "maps-backend.googleapis.com"


class Table:
    """Answers by operation: an object, a status with one, or a function of the parameters that gives either."""

    def __init__(self, answers: Mapping[str, Any]) -> None:
        self.answers, self.asked = answers, list[tuple[str, Mapping[str, Any]]]()

    def ask(self, call: Call, params: Mapping[str, Any]) -> Reply:
        self.asked.append((call.op, params))
        found = self.answers[call.op]
        found = found(params) if callable(found) else found
        status, body = found if isinstance(found, tuple) else (200, found)
        return Reply(status=status, body=json.dumps(body).encode(), host="https://cloud.example", headers={})


def collect(collector: Collector, answers: Mapping[str, Any], scope: str = "p1") -> Gathered:
    place = Place(
        organisation="acme",
        tenant="1",
        source="google_cloud:main",
        scope=scope,
        collector=collector.name,
        identity="me",
    )
    keeper = Keeper(
        place, store=lambda page: hashlib.sha256(page).hexdigest(), redactor=Redactor(b"k" * 32),
        clock=VirtualClock(datetime(2026, 8, 30, 6, tzinfo=UTC)), token=lambda: "00" * 16,
    )  # fmt: skip
    wire = GoogleWire(Table(answers), identity="me", subject=None)  # type: ignore[arg-type]
    known = Known({"organization": "1", "scope": scope, "now": "2026-08-30T06:00:00Z"})
    found = gather(collector, wire, keeper, known, run_id="r1", version="0", nonce=lambda: "0" * 32)
    assert all(record.provenance.origins for record in found.records)
    return found


def facts(found: Gathered) -> list[Any]:
    return [record.data for record in found.records]


def reasons(found: Gathered) -> list[Reason]:
    return [one.reason for one in found.keeper.unreads]


def enabled(*names: str) -> dict[str, Any]:
    return {"services": [{"name": f"projects/7/services/{name}", "state": "ENABLED"} for name in names]}


def project(number: int, parent: str, state: str = "ACTIVE") -> dict[str, Any]:
    return {"name": f"projects/{number}", "projectId": f"p{number}", "parent": parent, "state": state}


def listed(*rows: Any, folders: Any = (), shown: tuple[int, ...] = (1,)) -> dict[str, Any]:
    return {
        projects.PROJECTS.op: {"projects": list(rows)},
        projects.FOLDERS.op: {"folders": list(folders)},
        projects.SHOWN.op: lambda params: {
            "results": [{"project": f"projects/{one}", "name": f"//p/{one}"} for one in shown]
            if params["assetTypes"] == [projects.PROJECT]
            else []
        },
    }


def searched(*rows: Any, shown: tuple[int, ...] = (1, 2), buckets: Any = (), labels: Any = None) -> dict[str, Any]:
    """What the searches of Cloud Asset find: projects and rows of the types that are asked for."""
    everything = [
        *({"assetType": projects.PROJECT, "project": f"projects/{one}", "name": f"//p/{one}"} for one in shown),
        *rows,
        *({"assetType": "storage.googleapis.com/Bucket", **one} for one in buckets),
    ]
    plain = listed({**project(1, ORG), **({"labels": labels} if labels else {})}, project(2, ORG))
    return {
        **plain,
        projects.SHOWN.op: lambda params: {
            "results": [r for r in everything if r["assetType"] in params["assetTypes"]]
        },
    }


def audit(service: str, *types: str, exempted: tuple[str, ...] = ()) -> dict[str, Any]:
    entries = [{"logType": one, **({"exemptedMembers": list(exempted)} if exempted else {})} for one in types]
    return {"service": service, "auditLogConfigs": entries}


ADMIN = {"role": "roles/resourcemanager.organizationAdmin", "members": ["group:admins@x"]}


def policy(*audits: Any, bindings: Any = ()) -> dict[str, Any]:
    return {"etag": "e", "version": 3, "auditConfigs": list(audits), "bindings": list(bindings)}


def chain(project_: Any, folder: Any, organisation: Any, services_: Any = None) -> dict[str, Any]:
    steps = [("project", "p1"), ("folder", "5"), ("organization", "1")]
    return {
        _api.SERVICES.op: services_ or enabled(VERTEX),
        policies.ANCESTRY.op: {"ancestor": [{"resourceId": {"type": sort, "id": name}} for sort, name in steps]},
        policies.PROJECT_POLICY.op: project_,
        policies.FOLDER_POLICY.op: folder,
        policies.ORGANIZATION_POLICY.op: organisation,
    }


ROOT = policy(bindings=[ADMIN])
