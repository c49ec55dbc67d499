"""Clients for the sandbox: without sockets, or over real HTTP."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

import boto3
import pytest
from botocore.config import Config

from annexa.sandbox.aws_server import AwsStandIn, answer_in_process, serve
from annexa.sandbox.company import aws_world
from annexa.sandbox.world import AwsWorld

ONCE = Config(
    retries={"mode": "standard", "total_max_attempts": 1},
    auth_scheme_preference="sigv4",
    connect_timeout=2,
    read_timeout=0.5,
)


@pytest.fixture(autouse=True)
def _no_ambient_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_PROFILE", "AWS_ENDPOINT_URL", "AWS_BEARER_TOKEN_BEDROCK", "AWS_DEFAULT_REGION"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")


_PARENT = boto3.Session(region_name="us-east-1")


def _session() -> boto3.Session:
    """A session of its own that shares the costly parts (models, endpoint rules) with all others."""
    session = boto3.Session(region_name="us-east-1")
    for part in ("data_loader",):
        session._session.register_component(part, _PARENT._session.get_component(part))
    return session


class Company:
    """Harbourline as one stand-in sees it, with a client maker."""

    def __init__(self, standin: AwsStandIn, url: str | None = None) -> None:
        self.standin, self.world = standin, standin.world
        self._url, self._made = url, {}
        self.session = _session()
        if url is None:
            answer_in_process(self.session, standin)

    def client(self, service: str, account: str = "management", region: str = "us-east-1") -> Any:
        """A client of one account and region, made once."""
        key = (service, account, region)
        if key not in self._made:
            self._made[key] = self.session.client(
                service,
                region_name=region,
                endpoint_url=self._url,
                config=ONCE,
                **self.world.credentials(self.world.accounts[account].id),
            )
        return self._made[key]


@pytest.fixture(scope="session")
def planted() -> Company:
    """The planted company on the first date, in process."""
    return Company(AwsStandIn(aws_world("planted", "first")))


@pytest.fixture(scope="session")
def clean() -> Company:
    """The mended company on the first date, in process."""
    return Company(AwsStandIn(aws_world("clean", "first")))


@pytest.fixture(scope="session")
def over_http() -> Iterator[Company]:
    """The planted company on the first date behind real HTTP."""
    standin = AwsStandIn(aws_world("planted", "first"))
    with serve(standin) as url:
        yield Company(standin, url)


@pytest.fixture(scope="session")
def company() -> Callable[..., Company]:
    """Makes a company of its own for a test: `company(scenario, date, faults, page_size=…)`."""

    def make(scenario: str = "planted", date: str = "first", faults: Any = (), **options: Any) -> Company:
        return Company(AwsStandIn(aws_world(scenario, date), faults, **options))  # type: ignore[arg-type]

    return make


@pytest.fixture(scope="session")
def http_client() -> Callable[..., AbstractContextManager[Any]]:
    """A Bedrock client of prod over real HTTP for a `with` block: `http_client(faults, world=None)`."""

    @contextmanager
    def make(faults: Any, world: AwsWorld | None = None) -> Iterator[Any]:
        standin = AwsStandIn(world or aws_world(), faults)
        with serve(standin) as url:
            yield Company(standin, url).client("bedrock", "prod")

    return make
