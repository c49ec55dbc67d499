"""What one call costs: the same list read by bare boto3, and by a collector that keeps every page."""

import hashlib
import secrets
import time
from collections.abc import Callable, Iterator
from typing import Any

import boto3
import botocore.session
from botocore.config import Config
from collect_standin import StandIn, standing

from annexa.collectors.aws._clients import wire_time
from annexa.collectors.aws._source import AwsSource
from annexa.evidence.call import Call, collects
from annexa.evidence.clock import VirtualClock, parse
from annexa.evidence.gather import gather
from annexa.evidence.handle import Handle, Known
from annexa.evidence.keeper import Keeper, Place
from annexa.evidence.kinds import Safeguard
from annexa.evidence.redact import Redactor

LISTED = Call(op="bedrock:ListGuardrails", needs="bedrock:ListGuardrails", path="guardrails", drop=("description",))


def processor(page_size: int, rounds: int = 9) -> dict[str, float]:
    """Milliseconds of CPU per call of each way to read one list; the least disturbed round of each."""
    with standing("one_list", items=300 if page_size == 1 else 60 * page_size, page_size=page_size) as standin:
        source, client = standin.source(), _bare_client(standin)
        ways: dict[str, Callable[[], int]] = {
            "bare boto3": lambda: _bare(client),
            "read and kept": lambda: _ours(source, read_only),
            "and a record per item": lambda: _ours(source, one_record_each),
        }
        taken: dict[str, list[float]] = {name: [] for name in ways}
        for _ in range(rounds + 1):
            for name, way in ways.items():
                before = time.process_time()
                calls = way()
                taken[name].append((time.process_time() - before) / calls * 1000)
    return {name: min(times[1:]) for name, times in taken.items()}


@collects(Safeguard, LISTED, per="region")
def read_only(handle: Handle) -> Iterator[Safeguard]:
    """Reads every item and makes nothing of it."""
    yield from (item for item in handle.each(LISTED) if item is None)


@collects(Safeguard, LISTED, per="region")
def one_record_each(handle: Handle) -> Iterator[Safeguard]:
    """One record per item, from the list alone."""
    for item in handle.each(LISTED):
        yield Safeguard(
            subject=item["arn"], type="guardrail", name=item["name"], version=item["version"], state=item["status"],
            created=item["createdAt"],
        )  # fmt: skip


def _ours(source: AwsSource, collector: Any) -> int:
    pages: dict[str, bytes] = {}

    def store(data: bytes) -> str:
        digest = hashlib.sha256(data).hexdigest()
        pages[digest] = data
        return digest

    scope = f"{source.account}/us-east-1"
    place = Place(
        organisation="benchmark",
        tenant=source.tenant,
        source="aws",
        scope=scope,
        collector=collector.name,
        identity="we",
    )
    keeper = Keeper(
        place,
        store=store,
        redactor=Redactor(b"x" * 32),
        clock=VirtualClock(parse("2026-08-30T06:00:00Z")),
        token=_token,
    )
    gather(collector, source.wire(scope), keeper, Known({}), run_id="benchmark", version="0", nonce=_token)
    return len(keeper.calls)


def _token() -> str:
    return secrets.token_hex(16)


def _bare_client(standin: StandIn) -> Any:
    core = botocore.session.Session()
    core.get_component("response_parser_factory").set_parser_defaults(timestamp_parser=wire_time)
    return boto3.Session(botocore_session=core).client(
        "bedrock", region_name="us-east-1", endpoint_url=standin.url, aws_access_key_id=standin.access_key,
        aws_secret_access_key="none", config=Config(retries={"mode": "standard", "total_max_attempts": 5}),
    )  # fmt: skip


def _bare(client: Any) -> int:
    calls, token = 0, {}
    while True:
        page = client.list_guardrails(**token)
        calls += 1
        if "nextToken" not in page:
            return calls
        token = {"nextToken": page["nextToken"]}
