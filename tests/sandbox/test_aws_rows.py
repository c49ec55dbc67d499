"""The planted facts of the make-believe company, read with real boto3 clients; mended in the clean one."""

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

USED = {
    "prod": ("us-east-1", "eu-west-1", "eu-central-1"),
    "staging": ("us-east-1", "eu-west-1"),
    "data-science": ("us-east-1",),
    "acquired": ("us-east-1",),
}
"""Where models are called."""
ENABLED = ("us-east-1", "eu-west-1", "eu-central-1", "me-south-1")


def code(call: Any, **params: Any) -> str:
    """The error code of a call that must fail."""
    with pytest.raises(ClientError) as error:
        call(**params)
    return str(error.value.response["Error"]["Code"])


def test_six_accounts_are_listed(planted: Any) -> None:
    accounts = planted.client("organizations").list_accounts()["Accounts"]
    names = ["management", "security", "prod", "staging", "data-science", "acquired"]
    assert [account["Name"] for account in accounts] == names
    assert {account["State"] for account in accounts} == {"ACTIVE"}
    assert accounts[2]["Paths"] == [f"o-hline4k7x2/r-hlin/ou-hlin-workload/{accounts[2]['Id']}/"]


def test_use_shows_in_metrics_where_models_are_called_and_nowhere_else(planted: Any, clean: Any) -> None:
    for company in (planted, clean):
        for account in company.world.accounts:
            for region in ENABLED:
                found = company.client("cloudwatch", account, region).list_metrics(Namespace="AWS/Bedrock")["Metrics"]
                assert bool(found) == (region in USED.get(account, ())), (account, region)


def test_use_shows_on_the_bill(planted: Any) -> None:
    answer = planted.client("ce").get_cost_and_usage(
        TimePeriod={"Start": "2026-08-01", "End": "2026-08-11"},
        Granularity="MONTHLY",
        Metrics=["UnblendedCost"],
        GroupBy=[{"Type": "DIMENSION", "Key": "LINKED_ACCOUNT"}, {"Type": "DIMENSION", "Key": "REGION"}],
        Filter={"Dimensions": {"Key": "SERVICE", "Values": ["Amazon Bedrock"]}},
    )
    groups = answer["ResultsByTime"][0]["Groups"]
    by_id = planted.world.by_id
    assert {(by_id[g["Keys"][0]].name, g["Keys"][1]) for g in groups} == {(a, r) for a, rs in USED.items() for r in rs}
    assert {g["Metrics"]["UnblendedCost"]["Amount"] for g in groups} == {"184.00"}


def test_metric_data_follows_the_daily_figures(planted: Any) -> None:
    metric = {"Namespace": "AWS/Bedrock", "MetricName": "Invocations", "Dimensions": []}
    query = {"Id": "q", "MetricStat": {"Metric": metric, "Period": 86400, "Stat": "Sum"}}
    times = {"StartTime": "2026-08-20T00:00:00Z", "EndTime": "2026-08-23T00:00:00Z"}
    for account, values in (("prod", [507.0] * 3), ("management", [])):
        client = planted.client("cloudwatch", account)
        result = client.get_metric_data(MetricDataQueries=[query], **times)["MetricDataResults"][0]
        assert result["Values"] == values


def logging_on(company: Any, account: str, region: str) -> bool:
    """Whether model invocation logging is configured."""
    return "loggingConfig" in company.client("bedrock", account, region).get_model_invocation_logging_configuration()


def test_row_1_logging_is_off_where_an_agent_runs(planted: Any, clean: Any) -> None:
    off = {(a, r) for a, regions in USED.items() for r in regions if not logging_on(planted, a, r)}
    assert off == {("prod", "eu-central-1")}
    agents = planted.client("bedrock-agent", "prod", "eu-central-1").list_agents()["agentSummaries"]
    assert [agent["agentName"] for agent in agents] == ["customs-desk"]
    assert all(logging_on(clean, a, r) for a, regions in USED.items() for r in regions)


def test_row_2_data_retention(planted: Any, clean: Any) -> None:
    def modes(company: Any) -> dict[str, set[str]]:
        return {
            a: {company.client("bedrock", a, r).get_account_data_retention()["mode"] for r in regions}
            for a, regions in USED.items()
        }

    assert modes(planted) == {
        "prod": {"none"},
        "staging": {"inherit"},
        "data-science": {"none"},
        "acquired": {"provider_data_share"},
    }
    assert set.union(*modes(clean).values()) == {"none"}


def test_row_3_opt_out_misses_the_acquired_account(planted: Any, clean: Any) -> None:
    for company, missing in ((planted, {"acquired"}), (clean, set())):
        found = set()
        for name in company.world.accounts:
            client = company.client("organizations", name)
            try:
                answer = client.describe_effective_policy(PolicyType="AISERVICES_OPT_OUT_POLICY")
            except ClientError as error:
                assert error.response["Error"]["Code"] == "EffectivePolicyNotFoundException"
                found.add(name)
            else:
                content = json.loads(answer["EffectivePolicy"]["PolicyContent"])
                assert content == {"services": {"default": {"opt_out_policy": "optOut"}}}
        assert found == missing


def strength(guardrail: dict[str, Any]) -> str:
    """How strongly a guardrail filters prompt attacks."""
    filters = {f["type"]: f["inputStrength"] for f in guardrail["contentPolicy"]["filters"]}
    return str(filters["PROMPT_ATTACK"])


def masks(guardrail: dict[str, Any]) -> bool:
    """Whether a guardrail acts on any personal data."""
    entities = guardrail.get("sensitiveInformationPolicy", {}).get("piiEntities", [])
    return bool(entities) and all(entity["action"] in ("ANONYMIZE", "BLOCK") for entity in entities)


def test_row_4_two_guardrails(planted: Any, clean: Any) -> None:
    for company, expected in ((planted, ("DRAFT", "LOW", False)), (clean, ("1", "HIGH", True))):
        bedrock = company.client("bedrock", "data-science")
        agent = company.client("bedrock-agent", "data-science").get_agent(agentId="LABASSIST1")["agent"]
        used = agent["guardrailConfiguration"]
        own = bedrock.get_guardrail(
            guardrailIdentifier=used["guardrailIdentifier"], guardrailVersion=used["guardrailVersion"]
        )
        assert (own["version"], strength(own), masks(own)) == expected
        for account, regions in USED.items():
            for region in regions:
                client = company.client("bedrock", account, region)
                enforced = client.list_enforced_guardrails_configuration()["guardrailsConfig"][0]
                guardrail = client.get_guardrail(
                    guardrailIdentifier=enforced["guardrailArn"], guardrailVersion=enforced["guardrailVersion"]
                )
                assert (guardrail["version"], strength(guardrail), masks(guardrail)) == ("3", "HIGH", True)


def test_row_5_a_key_that_never_expires(planted: Any, clean: Any) -> None:
    def keys(company: Any) -> list[tuple[str, str, bool]]:
        found = []
        for name in company.world.accounts:
            answer = company.client("iam", name).list_service_specific_credentials(
                AllUsers=True, ServiceName="bedrock.amazonaws.com"
            )
            found += [(name, k["UserName"], "ExpirationDate" in k) for k in answer["ServiceSpecificCredentials"]]
        return found

    assert keys(planted) == [("data-science", "m.keller", False)]
    assert keys(clean) == []


def roles(company: Any, account: str) -> dict[str, Any]:
    """The roles of an account with their decoded inline statements."""
    pages = company.client("iam", account).get_paginator("get_account_authorization_details").paginate()
    return {
        role["RoleName"]: [s for p in role["RolePolicyList"] for s in p["PolicyDocument"]["Statement"]]
        for page in pages
        for role in page["RoleDetailList"]
    }


def test_row_6_grants_by_not_action_and_by_condition(planted: Any, clean: Any) -> None:
    found = roles(planted, "data-science")
    assert found["lab-power"][0]["NotAction"] == ["iam:*", "organizations:*", "account:*", "sts:*"]
    assert found["partner-preview"][0]["Condition"] == {"IpAddress": {"aws:SourceIp": ["192.0.2.0/24"]}}
    broad = {
        (account, name)
        for account in ("management", "security", "prod", "staging", "data-science")
        for name, statements in roles(planted, account).items()
        if any("NotAction" in statement for statement in statements)
    }
    assert broad == {("data-science", "lab-power")}
    assert not {"lab-power", "partner-preview"} & set(roles(clean, "data-science"))


def test_row_7_authorization_details_are_denied_in_one_account(planted: Any, clean: Any) -> None:
    assert code(planted.client("iam", "acquired").get_account_authorization_details) == "AccessDenied"
    for name in set(planted.world.accounts) - {"acquired"}:
        assert planted.client("iam", name).get_account_authorization_details()["RoleDetailList"]
    assert clean.client("iam", "acquired").get_account_authorization_details()["RoleDetailList"]


def test_row_8_one_region_is_disabled(planted: Any) -> None:
    regions = planted.client("account", "prod").list_regions()["Regions"]
    assert {r["RegionName"] for r in regions if r["RegionOptStatus"] == "DISABLED"} == {"eu-south-1"}
    states = planted.client("ec2", "prod").describe_regions(AllRegions=True)["Regions"]
    assert {r["RegionName"] for r in states if r["OptInStatus"] == "not-opted-in"} == {"eu-south-1"}
    refused = planted.client("bedrock", "prod", "eu-south-1").list_guardrails
    assert code(refused) == "UnrecognizedClientException"


def test_row_8_one_service_is_absent_with_proof(planted: Any) -> None:
    def regions(service: str) -> set[str]:
        path = f"/aws/service/global-infrastructure/services/{service}/regions"
        return {p["Value"] for p in planted.client("ssm").get_parameters_by_path(Path=path)["Parameters"]}

    assert "me-south-1" not in regions("bedrock-agentcore")
    assert "me-south-1" in regions("bedrock")
    with pytest.raises(EndpointConnectionError):
        planted.client("bedrock-agentcore-control", "prod", "me-south-1").list_gateways()
    assert planted.client("bedrock-agent", "prod", "me-south-1").list_agents()["agentSummaries"] == []


def test_row_8_a_regions_hosts_vanish_on_the_second_date(company: Any) -> None:
    later = company("planted", "second")
    hosts = {
        ("bedrock", "list_guardrails"),
        ("bedrock-agent", "list_agents"),
        ("bedrock-agentcore-control", "list_gateways"),
    }
    for service, operation in hosts:
        with pytest.raises(EndpointConnectionError):
            getattr(later.client(service, "prod", "eu-west-1"), operation)()
        assert getattr(later.client(service, "prod", "us-east-1"), operation)()
        assert getattr(company("clean", "second").client(service, "prod", "eu-west-1"), operation)()
    assert later.client("cloudwatch", "prod", "eu-west-1").list_metrics()["Metrics"]


def test_row_9_an_agent_permitted_internal_reads_a_restricted_bucket(planted: Any, clean: Any) -> None:
    for company, expected in ((planted, "restricted"), (clean, "internal")):
        agents = company.client("bedrock-agent", "prod")
        agent = agents.get_agent(agentId="CONTRACTS1")["agent"]
        tags = agents.list_tags_for_resource(resourceArn=agent["agentArn"])["tags"]
        assert tags["permitted-class"] == "internal"
        linked = agents.list_agent_knowledge_bases(agentId="CONTRACTS1", agentVersion="DRAFT")
        base = linked["agentKnowledgeBaseSummaries"][0]["knowledgeBaseId"]
        source = agents.list_data_sources(knowledgeBaseId=base)["dataSourceSummaries"][0]["dataSourceId"]
        whole = agents.get_data_source(knowledgeBaseId=base, dataSourceId=source)["dataSource"]
        bucket = whole["dataSourceConfiguration"]["s3Configuration"]["bucketArn"].rpartition(":")[2]
        found = company.client("s3", "prod").get_bucket_tagging(Bucket=bucket)["TagSet"]
        assert {tag["Key"]: tag["Value"] for tag in found}["classification"] == expected


def test_row_29_agents_run(planted: Any, clean: Any) -> None:
    for company in (planted, clean):
        found = [
            company.client("bedrock-agent", a, r).list_agents()["agentSummaries"] for a, rs in USED.items() for r in rs
        ]
        assert sum(len(agents) for agents in found) == 6
        assert {agent["agentStatus"] for agents in found for agent in agents} == {"PREPARED"}


def test_every_population_has_a_member_in_the_clean_company(clean: Any) -> None:
    kinds = (
        "agent knowledge_base data_source guardrail enforced_guardrail custom_model imported_model runtime"
        " domain notebook endpoint model vpc_endpoint bucket log_group key detector trail iam_role"
        " iam_user iam_group agreement artifact_report artifact_agreement"
    )
    assert [kind for kind in kinds.split() if not list(clean.world.everywhere(kind))] == []
    assert clean.world.head["identity_center"]["permission_sets"]


def test_all_else_is_good_practice(planted: Any) -> None:
    world = planted.world
    for _, _, notebook in world.everywhere("notebook"):
        assert notebook["DirectInternetAccess"] == "Disabled"
    for _, _, bucket in world.everywhere("bucket"):
        assert all(bucket["_public_access"].values())
        assert bucket["_policy_status"]["IsPublic"] is False
        if bucket["_tags"].get("purpose"):
            assert bucket["_object_lock"]["Rule"]["DefaultRetention"]["Days"] >= 365
    for _, _, trail in world.everywhere("trail"):
        assert trail["IsMultiRegionTrail"] and trail["LogFileValidationEnabled"] and trail["_status"]["IsLogging"]
    for _, _, gateway in world.everywhere("gateway"):
        assert gateway["authorizerType"] != "NONE"
    for _, _, runtime in world.everywhere("runtime"):
        assert runtime["networkConfiguration"]["networkMode"] == "VPC"
