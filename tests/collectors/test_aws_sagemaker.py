"""Amazon SageMaker AI: domains, notebooks, endpoints and models."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from annexa.collectors.aws import sagemaker
from annexa.evidence.fact import ABSENT, NOT_EXPOSED, unknown_value
from annexa.schemas.words import State

T = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
HERE = "arn:aws:sagemaker:eu-west-1:111122223333"
KEY = "arn:aws:kms:eu-west-1:111122223333:key/11111111-2222-3333-4444-555555555555"
ROLE = "arn:aws:iam::111122223333:role/maker"
VPC = {"SecurityGroupIds": ["sg-1"], "Subnets": ["subnet-1"]}
Play = Callable[..., Any]
Params = dict[str, Any]
TAGS = {"sagemaker:ListTags": {"Tags": [{"Key": "owner", "Value": "science"}]}}


def one_domain(**more: Any) -> Params:
    head = {"DomainArn": f"{HERE}:domain/d-1", "DomainId": "d-1", "DomainName": "studio", "Status": "InService"}
    head["CreationTime"] = T  # type: ignore[assignment]
    return {**TAGS, "sagemaker:ListDomains": {"Domains": [head]}, "sagemaker:DescribeDomain": {**head, **more}}


def one_notebook(**more: Any) -> Params:
    head = {
        "NotebookInstanceName": "trial",
        "NotebookInstanceArn": f"{HERE}:notebook-instance/trial",
        "NotebookInstanceStatus": "InService",
        "CreationTime": T,
    }
    return {
        **TAGS,
        "sagemaker:ListNotebookInstances": {"NotebookInstances": [head]},
        "sagemaker:DescribeNotebookInstance": {**head, "RoleArn": ROLE, **more},
    }


def one_endpoint(*names: str, bodies: Params | None = None, described: Params | None = None, **config: Any) -> Params:
    """Answers for one endpoint with these models; `bodies` are what their descriptions hold besides."""
    head = {
        "EndpointName": "quote",
        "EndpointArn": f"{HERE}:endpoint/quote",
        "CreationTime": T,
        "LastModifiedTime": T,
        "EndpointStatus": "InService",
    }
    variants = [{"VariantName": f"v{number}", "ModelName": name} for number, name in enumerate(names)]
    return {
        **TAGS,
        "sagemaker:ListEndpoints": {"Endpoints": [head]},
        "sagemaker:DescribeEndpoint": {**head, "EndpointConfigName": "quote-1"} if described is None else described,
        "sagemaker:DescribeEndpointConfig": {
            "EndpointConfigName": "quote-1",
            "EndpointConfigArn": f"{HERE}:endpoint-config/quote-1",
            "ProductionVariants": variants or [{"VariantName": "empty"}],
            "CreationTime": T,
            **config,
        },
        "sagemaker:DescribeModel": lambda params: model(
            params["ModelName"], **(bodies or {}).get(params["ModelName"], {})
        ),
    }


def model(name: str, **more: Any) -> Params:
    arn = f"{HERE}:model/{name}"
    return {"ModelName": name, "ModelArn": arn, "CreationTime": T, "ExecutionRoleArn": ROLE, **more}


# domains


@pytest.mark.parametrize(
    ("access", "network", "direct"),
    [
        ("PublicInternetOnly", "public", True),
        ("VpcOnly", "vpc", False),
        ("Moon", unknown_value("Moon"), unknown_value("Moon")),
    ],
)
def test_a_domain_and_its_network(access: str, network: Any, direct: Any, play: Play) -> None:
    settings = {"ExecutionRole": ROLE}
    answers = one_domain(AppNetworkAccessType=access, AuthMode="SSO", KmsKeyId=KEY, DefaultUserSettings=settings)
    got = play(sagemaker.domains, answers, newer=True)
    [system], [exposure], [key] = got.of("ai_system"), got.of("exposure"), got.of("encryption")
    assert (system.category, system.name, system.owner, system.role) == ("domain", "studio", "science", ROLE)
    assert (exposure.network, exposure.authorisation, system.direct_internet) == (network, "SSO", direct)
    assert key.key == KEY


def test_a_domain_that_says_little(play: Play) -> None:
    got = play(sagemaker.domains, one_domain())
    [exposure] = got.of("exposure")
    assert (exposure.network, exposure.authorisation) == (NOT_EXPOSED, NOT_EXPOSED)
    assert (got.of("encryption")[0].key, got.of("encryption")[0].holder) == (ABSENT, "vendor")


def test_a_refused_domain_still_exists(play: Play) -> None:
    got = play(sagemaker.domains, one_domain(), refused=["sagemaker:DescribeDomain"])
    [system], [exposure], [key] = got.of("ai_system"), got.of("exposure"), got.of("encryption")
    assert system.name == "studio"
    for value in (system.direct_internet, system.role, exposure.network, exposure.authorisation, key.key, key.holder):
        assert value.state is State.UNREAD


# notebooks


@pytest.mark.parametrize(("word", "claim"), [("Enabled", True), ("Disabled", False), ("Maybe", unknown_value("Maybe"))])
def test_a_notebook_and_what_its_users_can_do(word: str, claim: Any, play: Play) -> None:
    answers = one_notebook(DirectInternetAccess=word, RootAccess=word, KmsKeyId=KEY)
    got = play(sagemaker.notebooks, answers, newer=True)
    [system], [key] = got.of("ai_system"), got.of("encryption")
    assert (system.category, system.role, system.direct_internet, system.root_access) == (
        "notebook",
        ROLE,
        claim,
        claim,
    )
    assert (key.key, key.resource_sort) == (KEY, "notebook")


def test_a_key_of_the_vendors_is_the_vendors(play: Play) -> None:
    [key] = play(sagemaker.notebooks, one_notebook(KmsKeyId="alias/aws/sagemaker")).of("encryption")
    assert (key.key, key.holder) == (ABSENT, "vendor")


@pytest.mark.parametrize(
    ("manager", "key", "holder"),
    [("CUSTOMER", KEY, "customer"), ("AWS", ABSENT, "vendor"), ("MOON", unknown_value("MOON"), unknown_value("MOON"))],
)
def test_the_key_itself_says_whose_it_is(play: Play, manager: str, key: Any, holder: Any) -> None:
    """A key that AWS manages has an ARN like any other: only KMS tells them apart."""
    told = {"kms:DescribeKey": {"KeyMetadata": {"KeyId": "k", "KeyManager": manager}}}
    [found] = play(sagemaker.notebooks, {**one_notebook(KmsKeyId=KEY), **told}, newer=True).of("encryption")
    assert (found.key, found.holder) == (key, holder)


def test_a_key_that_may_not_be_asked_is_nobodys(play: Play) -> None:
    got = play(sagemaker.notebooks, one_notebook(KmsKeyId=KEY), refused=["kms:DescribeKey"])
    [found] = got.of("encryption")
    assert found.key.state is found.holder.state is State.UNREAD
    assert [call for call, _, _ in got.unread] == ["kms:DescribeKey"]


def test_a_key_of_another_account_is_the_customers(play: Play) -> None:
    """AWS managed keys serve only the account that they are in."""
    other = KEY.replace("111122223333", "444455556666")
    got = play(sagemaker.notebooks, one_notebook(KmsKeyId=other), refused=["kms:DescribeKey"])
    assert (got.of("encryption")[0].holder, got.unread) == ("customer", [])


def test_a_refused_notebook_still_exists(play: Play) -> None:
    refused = ["sagemaker:DescribeNotebookInstance", "sagemaker:ListTags"]
    got = play(sagemaker.notebooks, one_notebook(), refused=refused)
    [system] = got.of("ai_system")
    assert system.direct_internet.state is system.root_access.state is system.owner.state is State.UNREAD
    assert sorted(call for call, _, _ in got.unread) == refused


def test_every_notebook_of_every_page(play: Play) -> None:
    answers = one_notebook()
    heads = answers["sagemaker:ListNotebookInstances"]["NotebookInstances"]
    named = [
        {**heads[0], "NotebookInstanceName": f"n{number}", "NotebookInstanceArn": f"{HERE}:n{number}"}
        for number in range(5)
    ]
    answers["sagemaker:ListNotebookInstances"] = {"NotebookInstances": named}
    got = play(sagemaker.notebooks, answers, page_size=2)
    assert [system.name for system in got.of("ai_system")] == [f"n{number}" for number in range(5)]


# endpoints


@pytest.mark.parametrize(
    ("bodies", "config", "network"),
    [
        ({}, {}, "public"),
        ({"a": {"VpcConfig": VPC}, "b": {"VpcConfig": VPC}}, {}, "vpc"),
        ({"a": {"VpcConfig": VPC}}, {}, "public"),
        ({"a": {"EnableNetworkIsolation": True}, "b": {"EnableNetworkIsolation": True}}, {}, "private"),
        ({}, {"VpcConfig": VPC}, "vpc"),
        ({}, {"EnableNetworkIsolation": True}, "private"),
    ],
)
def test_an_endpoint_is_as_open_as_its_most_open_model(
    bodies: Params, config: Params, network: str, play: Play
) -> None:
    got = play(sagemaker.endpoints, one_endpoint("a", "b", bodies=bodies, **config))
    [system], [exposure] = got.of("ai_system"), got.of("exposure")
    assert (exposure.network, system.direct_internet) == (network, network == "public")
    assert (system.category, system.model, system.role) == ("endpoint", "a, b", ROLE)


def test_an_endpoint_without_models_goes_by_its_configuration(play: Play) -> None:
    got = play(sagemaker.endpoints, one_endpoint(KmsKeyId=KEY, VpcConfig=VPC, ExecutionRoleArn=ROLE))
    [system] = got.of("ai_system")
    assert (system.model, system.role, got.of("exposure")[0].network) == (ABSENT, ROLE, "vpc")
    assert got.of("encryption")[0].key == KEY


def test_an_endpoint_that_is_still_being_made(play: Play) -> None:
    head = one_endpoint()["sagemaker:ListEndpoints"]["Endpoints"][0]
    got = play(sagemaker.endpoints, one_endpoint(described=head))
    [system] = got.of("ai_system")
    assert (system.model, system.direct_internet) == (NOT_EXPOSED, NOT_EXPOSED)
    assert got.completeness == "complete"


@pytest.mark.parametrize("refused", ["DescribeEndpoint", "DescribeEndpointConfig"])
def test_a_refused_endpoint_still_exists(refused: str, play: Play) -> None:
    got = play(sagemaker.endpoints, one_endpoint("a"), refused=[f"sagemaker:{refused}"])
    [system], [exposure], [key] = got.of("ai_system"), got.of("exposure"), got.of("encryption")
    assert system.name == "quote"
    for value in (system.model, system.role, system.direct_internet, exposure.network, key.key):
        assert value.state is State.UNREAD
    assert got.unread == [(f"sagemaker:{refused}", f"{HERE}:endpoint/quote", "denied")]


def test_a_refused_model_leaves_its_endpoint_open(play: Play) -> None:
    got = play(sagemaker.endpoints, one_endpoint("a"), refused=["sagemaker:DescribeModel"])
    [system] = got.of("ai_system")
    assert (system.model, system.direct_internet.state, system.role.state) == ("a", State.UNREAD, State.UNREAD)


# models


def test_a_model_and_where_its_weights_come_from(play: Play) -> None:
    source = {"S3DataSource": {"S3Uri": "s3://weights/b", "S3DataType": "S3Prefix", "CompressionType": "None"}}
    containers = [
        {"ModelDataUrl": "s3://weights/a.tar.gz", "Environment": {"TOKEN": "hunter2hunter2"}},
        {"ModelDataSource": source},
    ]
    answers = {
        "sagemaker:ListModels": {"Models": [{"ModelName": "a", "ModelArn": f"{HERE}:model/a", "CreationTime": T}]},
        "sagemaker:DescribeModel": model("a", Containers=containers, VpcConfig=VPC),
    }
    got = play(sagemaker.models, answers)
    [system] = got.facts
    assert (system.category, system.source_location) == ("model", "s3://weights/a.tar.gz, s3://weights/b")
    assert (system.role, system.direct_internet) == (ROLE, False)
    assert "hunter2" not in "".join(got.pages)
    refused = play(sagemaker.models, answers, refused=["sagemaker:DescribeModel"])
    assert refused.facts[0].source_location.state is State.UNREAD
