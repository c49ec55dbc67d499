"""Every operation answers validly everywhere, and the resources fit each other."""

import json
import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest

from annexa.sandbox._check import check_output
from annexa.sandbox._errors import AwsError, BadFixture, Unsupported
from annexa.sandbox._question import Question
from annexa.sandbox.aws import ANSWERS, GLOBAL_SERVICES
from annexa.sandbox.aws._storage import _OFF
from annexa.sandbox.company import aws_world
from annexa.sandbox.world import ENABLED, AwsWorld

STAGES = [("planted", "first"), ("planted", "second"), ("clean", "first"), ("clean", "second")]
OFF = {
    "organizations": {"AccessDeniedException", "EffectivePolicyNotFoundException"},
    "sso-admin": {"AccessDeniedException", "ResourceNotFoundException"},
    "macie2": {"AccessDeniedException"},
    "kms": {"AccessDeniedException"},
    "s3": set(_OFF.values()),
    "iam": {"AccessDenied"},
}
"""The errors that an unbroken world may answer with, by service."""
BUCKET_CALLS = [op for service, op in ANSWERS if service == "s3" and op != "ListBuckets"]


@pytest.fixture(scope="module", params=STAGES, ids="-".join)
def world(request: pytest.FixtureRequest) -> AwsWorld:
    return aws_world(*request.param)


class Asker:
    """Asks one account and region, and counts what came back."""

    def __init__(self, world: AwsWorld, account: str, region: str, seen: Counter[tuple[str, str, str]]) -> None:
        self.world, self.account, self.region, self.seen = world, account, region, seen

    def __call__(self, service: str, operation: str, **params: Any) -> dict[str, Any]:
        if not self.world.resolves(service, self.region):  # the stand-in would not let it through
            return {}
        question = Question(
            service=service,
            operation=operation,
            params=params,
            account=self.account,
            region=self.region,
            arn=f"arn:aws:sts::{self.account}:assumed-role/annexa-collector/test",
            now=self.world.now,
        )
        try:
            output = self.world.answer(question)
        except AwsError as error:
            assert error.code in OFF.get(service, ()), (service, operation, params, str(error))
            self.seen[service, operation, error.code] += 1
            return {}
        check_output(service, operation, output)
        self.seen[service, operation, "answered"] += 1
        return output


def walk(world: AwsWorld) -> Counter[tuple[str, str, str]]:
    """Ask everything that can be asked, following each list into its items."""
    seen: Counter[tuple[str, str, str]] = Counter()
    for account in world.by_id:
        asker = Asker(world, account, "us-east-1", seen)
        _globals(asker)
        for region, state in world.regions.items():
            if state in ENABLED:
                asker = Asker(world, account, region, seen)
                _regional(asker)
                _bedrock(asker)
                _agents(asker)
                _sagemaker(asker)
    return seen


def _globals(ask: Asker) -> None:
    ask("sts", "GetCallerIdentity")
    ask("account", "ListRegions")
    ask("artifact", "ListReports")
    ask("artifact", "ListCustomerAgreements")
    ask("ce", "GetCostAndUsage", TimePeriod={"Start": "2026-07-01", "End": "2026-08-30"}, Granularity="MONTHLY",
        Metrics=["UnblendedCost"], GroupBy=[{"Type": "DIMENSION", "Key": "SERVICE"}])  # fmt: skip
    if ask.account == ask.world.management.id:
        for other in ask.world.by_id:
            ask("sts", "AssumeRole", RoleArn=ask.world.role_arn(other), RoleSessionName="test")
    parties = [
        {"name": "PartyType", "values": ["Acceptor"]},
        {"name": "AgreementType", "values": ["PurchaseAgreement"]},
    ]
    found = ask("marketplace-agreement", "SearchAgreements", filters=parties)
    for agreement in found["agreementViewSummaries"]:
        ask("marketplace-agreement", "DescribeAgreement", agreementId=agreement["agreementId"])
    _organization(ask)
    _iam(ask)
    ask("s3control", "GetPublicAccessBlock", AccountId=ask.account)
    for bucket in ask("s3", "ListBuckets")["Buckets"]:
        there = Asker(ask.world, ask.account, bucket["BucketRegion"], ask.seen)
        for operation in BUCKET_CALLS:
            there("s3", operation, Bucket=bucket["Name"])


def _organization(ask: Asker) -> None:
    ask("organizations", "DescribeOrganization")
    ask("organizations", "DescribeEffectivePolicy", PolicyType="AISERVICES_OPT_OUT_POLICY")
    ask("organizations", "DescribeEffectivePolicy", PolicyType="BEDROCK_POLICY")
    ask("organizations", "ListDelegatedAdministrators")
    targets = [a["Id"] for a in ask("organizations", "ListAccounts").get("Accounts", ())]
    for root in ask("organizations", "ListRoots").get("Roots", ()):
        units = ask("organizations", "ListOrganizationalUnitsForParent", ParentId=root["Id"])["OrganizationalUnits"]
        targets += [root["Id"], *(unit["Id"] for unit in units)]
    for target in targets:
        ask("organizations", "ListTagsForResource", ResourceId=target)
        if not target.startswith("r-"):
            assert len(ask("organizations", "ListParents", ChildId=target)["Parents"]) == 1
    for kind in ("SERVICE_CONTROL_POLICY", "AISERVICES_OPT_OUT_POLICY"):
        for target in targets:
            ask("organizations", "ListPoliciesForTarget", TargetId=target, Filter=kind)
        for policy in ask("organizations", "ListPolicies", Filter=kind).get("Policies", ()):
            ask("organizations", "DescribePolicy", PolicyId=policy["Id"])


def _iam(ask: Asker) -> None:
    ask("iam", "GetAccountSummary")
    ask("iam", "GenerateCredentialReport")
    ask("iam", "GetCredentialReport")
    ask("iam", "ListUsers")
    ask("iam", "ListServiceSpecificCredentials", AllUsers=True, ServiceName="bedrock.amazonaws.com")
    details = ask("iam", "GetAccountAuthorizationDetails")
    for policy in details.get("Policies", ()):
        ask("iam", "GetPolicy", PolicyArn=policy["Arn"])
        ask("iam", "GetPolicyVersion", PolicyArn=policy["Arn"], VersionId=policy["DefaultVersionId"])
    for item in [*details.get("RoleDetailList", ()), *details.get("UserDetailList", ())]:
        job = ask("iam", "GenerateServiceLastAccessedDetails", Arn=item["Arn"])["JobId"]
        ask("iam", "GetServiceLastAccessedDetails", JobId=job)


def _regional(ask: Asker) -> None:
    ask("ec2", "DescribeRegions", AllRegions=True)
    ask("ec2", "DescribeVpcEndpoints")
    ask("ssm", "GetParametersByPath", Path="/aws/service/global-infrastructure/services/bedrock/regions")
    metrics = ask("cloudwatch", "ListMetrics", Namespace="AWS/Bedrock")["Metrics"]
    queries = [
        {"Id": f"m{n}", "MetricStat": {"Metric": m, "Period": 86400, "Stat": "Sum"}} for n, m in enumerate(metrics)
    ]
    times = {"StartTime": "2026-08-01T00:00:00Z", "EndTime": "2026-08-08T00:00:00Z"}
    ask("cloudwatch", "GetMetricData", MetricDataQueries=queries, **times)
    for trail in ask("cloudtrail", "DescribeTrails")["trailList"]:
        ask("cloudtrail", "GetTrailStatus", Name=trail["TrailARN"])
        ask("cloudtrail", "GetEventSelectors", TrailName=trail["TrailARN"])
        ask("kms", "DescribeKey", KeyId=trail["KmsKeyId"]) if ask.region == trail["HomeRegion"] else None
    for group in ask("logs", "DescribeLogGroups")["logGroups"]:
        ask("kms", "DescribeKey", KeyId=group["kmsKeyId"])
    for detector in ask("guardduty", "ListDetectors")["DetectorIds"]:
        ask("guardduty", "GetDetector", DetectorId=detector)
    ask("macie2", "GetMacieSession")
    ask("macie2", "GetAutomatedDiscoveryConfiguration")
    ask("macie2", "DescribeBuckets")
    for instance in ask("sso-admin", "ListInstances")["Instances"]:
        _identity_center(ask, instance["InstanceArn"])


def _identity_center(ask: Asker, instance: str) -> None:
    for arn in ask("sso-admin", "ListPermissionSets", InstanceArn=instance)["PermissionSets"]:
        both = {"InstanceArn": instance, "PermissionSetArn": arn}
        ask("sso-admin", "DescribePermissionSet", **both)
        ask("sso-admin", "GetInlinePolicyForPermissionSet", **both)
        ask("sso-admin", "ListCustomerManagedPolicyReferencesInPermissionSet", **both)
        ask("sso-admin", "GetPermissionsBoundaryForPermissionSet", **both)
        ask("sso-admin", "ListManagedPoliciesInPermissionSet", **both)
        for account in ask("sso-admin", "ListAccountsForProvisionedPermissionSet", **both)["AccountIds"]:
            assert ask("sso-admin", "ListAccountAssignments", AccountId=account, **both)["AccountAssignments"]


def _bedrock(ask: Asker) -> None:
    ask("bedrock", "GetModelInvocationLoggingConfiguration")
    ask("bedrock", "GetAccountDataRetention")
    ask("bedrock", "ListEnforcedGuardrailsConfiguration")
    for guardrail in ask("bedrock", "ListGuardrails").get("guardrails", ()):
        versions = ask("bedrock", "ListGuardrails", guardrailIdentifier=guardrail["arn"])["guardrails"]
        for version in versions:
            ask("bedrock", "GetGuardrail", guardrailIdentifier=guardrail["id"], guardrailVersion=version["version"])
        ask("bedrock", "ListTagsForResource", resourceARN=guardrail["arn"])
    for model in ask("bedrock", "ListFoundationModels").get("modelSummaries", ()):
        ask("bedrock", "GetFoundationModelAvailability", modelId=model["modelId"])
        ask("bedrock", "ListFoundationModelAgreementOffers", modelId=model["modelId"])
    for profile in ask.world.at(ask.account, ask.region, "inference_profile"):
        ask("bedrock", "GetInferenceProfile", inferenceProfileIdentifier=profile["inferenceProfileArn"])
    for kind in ("Custom", "Imported"):
        for model in ask("bedrock", f"List{kind}Models").get("modelSummaries", ()):
            ask("bedrock", f"Get{kind}Model", modelIdentifier=model["modelArn"])


def _agents(ask: Asker) -> None:
    for agent in ask("bedrock-agent", "ListAgents").get("agentSummaries", ()):
        whole = ask("bedrock-agent", "GetAgent", agentId=agent["agentId"])["agent"]
        ask("bedrock-agent", "ListAgentAliases", agentId=agent["agentId"])
        for version in ("DRAFT", agent["latestAgentVersion"]):
            ask("bedrock-agent", "ListAgentKnowledgeBases", agentId=agent["agentId"], agentVersion=version)
        ask("bedrock-agent", "GetAgentVersion", agentId=agent["agentId"], agentVersion=agent["latestAgentVersion"])
        ask("bedrock-agent", "ListTagsForResource", resourceArn=whole["agentArn"])
    for base in ask("bedrock-agent", "ListKnowledgeBases").get("knowledgeBaseSummaries", ()):
        which = {"knowledgeBaseId": base["knowledgeBaseId"]}
        ask("bedrock-agent", "GetKnowledgeBase", **which)
        for source in ask("bedrock-agent", "ListDataSources", **which)["dataSourceSummaries"]:
            ask("bedrock-agent", "GetDataSource", dataSourceId=source["dataSourceId"], **which)
    core = "bedrock-agentcore-control"
    for runtime in ask(core, "ListAgentRuntimes").get("agentRuntimes", ()):
        whole = ask(core, "GetAgentRuntime", agentRuntimeId=runtime["agentRuntimeId"])
        ask(core, "ListTagsForResource", resourceArn=whole["agentRuntimeArn"])
    for gateway in ask(core, "ListGateways").get("items", ()):
        ask(core, "GetGateway", gatewayIdentifier=gateway["gatewayId"])
        for target in ask(core, "ListGatewayTargets", gatewayIdentifier=gateway["gatewayId"])["items"]:
            ask(core, "GetGatewayTarget", gatewayIdentifier=gateway["gatewayId"], targetId=target["targetId"])


def _sagemaker(ask: Asker) -> None:
    for domain in ask("sagemaker", "ListDomains")["Domains"]:
        ask("sagemaker", "DescribeDomain", DomainId=domain["DomainId"])
    for notebook in ask("sagemaker", "ListNotebookInstances")["NotebookInstances"]:
        ask("sagemaker", "DescribeNotebookInstance", NotebookInstanceName=notebook["NotebookInstanceName"])
    for endpoint in ask("sagemaker", "ListEndpoints")["Endpoints"]:
        whole = ask("sagemaker", "DescribeEndpoint", EndpointName=endpoint["EndpointName"])
        ask("sagemaker", "DescribeEndpointConfig", EndpointConfigName=whole["EndpointConfigName"])
        ask("sagemaker", "ListTags", ResourceArn=endpoint["EndpointArn"])
    for model in ask("sagemaker", "ListModels")["Models"]:
        ask("sagemaker", "DescribeModel", ModelName=model["ModelName"])


def test_every_operation_answers_validly_everywhere(world: AwsWorld) -> None:
    seen = walk(world)
    core = "bedrock-agentcore-control"
    # The clean company runs no gateway, so that an exclusion that says so can hold.
    details = {(core, "GetGateway"), (core, "ListGatewayTargets"), (core, "GetGatewayTarget")}
    unasked = set() if list(world.everywhere("gateway")) else details
    assert sorted(set(ANSWERS) - unasked) == sorted(
        {(service, op) for service, op, outcome in seen if outcome == "answered"}
    )


@pytest.mark.parametrize("code", sorted(set(_OFF.values()) - {"NoSuchTagSet", "NoSuchPublicAccessBlockConfiguration"}))
def test_off_is_an_error_by_name(code: str) -> None:
    part = next(part for part, name in _OFF.items() if name == code)
    missing = {"_object_lock", "_lifecycle"}
    names = Counter(name for _, _, name in walk(aws_world("clean", "first")))
    assert (names[code] > 0) == (part in missing)


def texts(value: Any) -> Iterator[str]:
    """Every string in a resource."""
    match value:
        case dict():
            for item in value.values():
                yield from texts(item)
        case list():
            for item in value:
                yield from texts(item)
        case str():
            yield value


def test_what_a_resource_points_to_exists(world: AwsWorld) -> None:
    keys = {key["Arn"] for _, _, key in world.everywhere("key")}
    roles = {role["Arn"] for _, _, role in world.everywhere("iam_role")}
    guardrails = {(r, g["guardrailId"], g["version"]) for _, r, g in world.everywhere("guardrail")}
    buckets = {bucket["Name"] for _, _, bucket in world.everywhere("bucket")}
    kinds = "agent knowledge_base data_source custom_model imported_model runtime gateway endpoint endpoint_config"
    kinds += " model notebook domain guardrail bucket log_group trail"
    for kind in kinds.split():
        for _, region, item in world.everywhere(kind):
            for text in texts(item):
                if text.startswith("arn:aws:kms:"):
                    assert text in keys, (kind, text)
                if re.match(r"arn:aws:iam::\d{12}:role/", text):
                    assert text in roles, (kind, text)
                for name in re.findall(r"^(?:s3://|arn:aws:s3:::)([a-z0-9.-]+)", text):
                    assert name in buckets, (kind, text)
            if "guardrailConfiguration" in item:
                used = item["guardrailConfiguration"]
                assert (region, used["guardrailIdentifier"], used["guardrailVersion"]) in guardrails
    for _, region, item in world.everywhere("enforced_guardrail"):
        assert (region, item["guardrailId"], item["guardrailVersion"]) in guardrails
    for name in world.accounts:
        for region in world.regions:
            logging = world.single(world.accounts[name].id, region, "logging")
            groups = {g["logGroupName"] for g in world.at(world.accounts[name].id, region, "log_group")}
            if logging:
                assert logging["s3Config"]["bucketName"] in buckets
                assert logging["cloudWatchConfig"]["logGroupName"] in groups
                assert logging["cloudWatchConfig"]["roleArn"] in roles


def test_every_policy_that_a_principal_names_is_there(world: AwsWorld) -> None:
    for account in world.by_id:
        policies = {policy["Arn"] for policy in world.at(account, "global", "iam_policy")}
        for kind in ("iam_role", "iam_user", "iam_group"):
            for item in world.at(account, "global", kind):
                named = {policy["PolicyArn"] for policy in item["AttachedManagedPolicies"]}
                bound = item.get("PermissionsBoundary", {}).get("PermissionsBoundaryArn")
                assert named | ({bound} if bound else set()) <= policies, item["Arn"]


def test_every_permission_set_has_its_role_where_it_is_assigned(world: AwsWorld) -> None:
    for chosen in world.head["identity_center"]["permission_sets"]:
        for name in chosen["_assignments"]:
            found = [r["RoleName"] for r in world.at(world.accounts[name].id, "global", "iam_role")]
            assert any(role.startswith(f"AWSReservedSSO_{chosen['Name']}_") for role in found), (chosen["Name"], name)


def test_nothing_is_dated_after_the_first_collection(world: AwsWorld) -> None:
    first = aws_world().now
    late = []
    for kind in ("agent", "knowledge_base", "guardrail", "bucket", "iam_role", "iam_user", "custom_model", "runtime"):
        for _, _, item in world.everywhere(kind):
            late += [v for k, v in item.items() if "reat" in k and not k.startswith("_") and str(v) > str(first)]
    assert late == []


def test_a_world_is_the_same_each_time() -> None:
    once, again = aws_world("planted", "first"), aws_world("planted", "first")
    for kind in ("iam_role", "guardrail", "key", "bucket"):
        found = [json.dumps(list(w.everywhere(kind)), default=str) for w in (once, again)]
        assert found[0] == found[1]


def test_scopes_share_no_object() -> None:
    world = aws_world()
    first, second, *_ = [item for _, _, item in world.everywhere("enforced_guardrail")]
    assert first["guardrailArn"] != second["guardrailArn"]


def test_a_parameter_that_is_not_played_is_refused() -> None:
    ask = Asker(aws_world(), aws_world().management.id, "us-east-1", Counter())
    with pytest.raises(Unsupported, match="nameContains"):
        ask("bedrock", "ListCustomModels", nameContains="eta")


@pytest.mark.parametrize(
    ("output", "complaint"),
    [
        ({"mode": "sometimes"}, "is not one of"),
        ({}, "mode"),
        ({"mode": "none", "surprise": 1}, "surprise"),
        ({"mode": 7}, "Invalid type"),
    ],
)
def test_a_fixture_outside_the_model_is_refused(output: dict[str, Any], complaint: str) -> None:
    with pytest.raises(BadFixture, match=complaint):
        check_output("bedrock", "GetAccountDataRetention", output)


def test_every_service_is_known_as_global_or_regional() -> None:
    assert {service for service, _ in ANSWERS} >= GLOBAL_SERVICES


ADMINISTRATOR = "arn:aws:iam::aws:policy/AdministratorAccess"
MISSING: list[tuple[str, str, dict[str, Any], str]] = [
    ("bedrock", "GetGuardrail", {"guardrailIdentifier": "labguard0001", "guardrailVersion": "9"}, "ResourceNotFoundException"),
    ("bedrock", "GetCustomModel", {"modelIdentifier": "nothing"}, "ResourceNotFoundException"),
    ("bedrock", "GetFoundationModelAvailability", {"modelId": "nothing"}, "ResourceNotFoundException"),
    ("bedrock", "ListTagsForResource", {"resourceARN": "nothing"}, "ResourceNotFoundException"),
    ("bedrock-agent", "ListAgentAliases", {"agentId": "NOTHING"}, "ResourceNotFoundException"),
    ("bedrock-agent", "GetAgentVersion", {"agentId": "CONTRACTS1", "agentVersion": "9"}, "ResourceNotFoundException"),
    ("bedrock-agent", "ListDataSources", {"knowledgeBaseId": "NOTHING"}, "ResourceNotFoundException"),
    ("bedrock-agent", "ListTagsForResource", {"resourceArn": "nothing"}, "ResourceNotFoundException"),
    ("bedrock-agentcore-control", "ListGatewayTargets", {"gatewayIdentifier": "nothing"}, "ResourceNotFoundException"),
    ("bedrock-agentcore-control", "GetGatewayTarget", {"gatewayIdentifier": "x", "targetId": "y"}, "ResourceNotFoundException"),
    ("sagemaker", "DescribeDomain", {"DomainId": "d-nothing"}, "ResourceNotFound"),
    ("sagemaker", "DescribeModel", {"ModelName": "nothing"}, "ValidationException"),
    ("sagemaker", "ListTags", {"ResourceArn": "nothing"}, "ValidationException"),
    ("cloudtrail", "GetTrailStatus", {"Name": "nothing"}, "TrailNotFoundException"),
    ("iam", "GetServiceLastAccessedDetails", {"JobId": "nothing"}, "NoSuchEntity"),
    ("iam", "GetPolicy", {"PolicyArn": "nothing"}, "NoSuchEntity"),
    ("iam", "GetPolicyVersion", {"PolicyArn": ADMINISTRATOR, "VersionId": "v9"}, "NoSuchEntity"),
    ("iam", "ListServiceSpecificCredentials", {}, "ValidationError"),
    ("organizations", "ListOrganizationalUnitsForParent", {"ParentId": "r-none"}, "ParentNotFoundException"),
    ("organizations", "ListParents", {"ChildId": "ou-none"}, "ChildNotFoundException"),
    ("organizations", "ListPoliciesForTarget", {"TargetId": "1", "Filter": "BEDROCK_POLICY"}, "TargetNotFoundException"),
    ("organizations", "DescribePolicy", {"PolicyId": "p-none"}, "PolicyNotFoundException"),
    ("marketplace-agreement", "SearchAgreements", {}, "ValidationException"),
    ("marketplace-agreement", "DescribeAgreement", {"agreementId": "nothing"}, "ResourceNotFoundException"),
]  # fmt: skip
"""Asked of management in us-east-1, where none of these is."""


@pytest.mark.parametrize(("service", "operation", "params", "code"), MISSING)
def test_what_does_not_exist_is_an_error_by_name(
    service: str, operation: str, params: dict[str, Any], code: str
) -> None:
    world = aws_world()
    question = Question(
        service=service,
        operation=operation,
        params=params,
        account=world.management.id,
        region="us-east-1",
        arn="arn:aws:iam::381200000010:role/test",
        now=world.now,
    )
    with pytest.raises(AwsError) as error:
        world.answer(question)
    assert code == error.value.code
