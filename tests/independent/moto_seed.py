"""Plants a small organisation into moto through plain boto3, and says under which ids moto keeps it.

Nothing of annexa is used here: what the test expects comes from these calls and from moto's own answers to them.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import boto3
from botocore.config import Config

MANAGEMENT = "123456789012"
HOME, OTHER = "us-east-1", "eu-west-1"
"""Where AI runs; and one more region with less in it."""
ROLE = "annexa-collector"
NO_REPEATS = Config(retries={"total_max_attempts": 1}, s3={"addressing_style": "path"})

TRUST_EC2 = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}],
}
INVOKE = {
    "Version": "2012-10-17",
    "Statement": [{"Sid": "Invoke", "Effect": "Allow", "Action": "bedrock:InvokeModel", "Resource": "*"}],
}
ADMINISTER = {
    "Version": "2012-10-17",
    "Statement": [{"Sid": "Admin", "Effect": "Allow", "Action": ["bedrock:*", "sagemaker:*"], "Resource": "*"}],
}
ONLY_FROM = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Sid": "Office",
            "Effect": "Allow",
            "Action": "bedrock:InvokeModel",
            "Resource": "*",
            "Condition": {"IpAddress": {"aws:SourceIp": "192.0.2.0/24"}},
        }
    ],
}
READ_BUCKETS = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}],
}


@dataclass(kw_only=True)
class Planted:
    """What was planted, by the names and ids that moto gave it."""

    url: str
    members: dict[str, str] = field(default_factory=dict)
    """Account ids by name."""
    ids: dict[str, str] = field(default_factory=dict)
    """Ids and ARNs by a word of ours."""

    def client(self, service: str, region: str = HOME, keys: Mapping[str, str] | None = None) -> Any:
        """A plain boto3 client; without keys it is the management account."""
        given = keys or {"aws_access_key_id": "AKIAMANAGEMENT", "aws_secret_access_key": "none"}
        return boto3.client(service, region_name=region, endpoint_url=self.url, config=NO_REPEATS, **given)

    def keys_of(self, account: str) -> dict[str, str]:
        """Keys of a role in a member account."""
        asked = {"RoleArn": f"arn:aws:iam::{account}:role/{ROLE}", "RoleSessionName": "seed"}
        got = self.client("sts").assume_role(**asked)["Credentials"]
        return {
            "aws_access_key_id": got["AccessKeyId"],
            "aws_secret_access_key": got["SecretAccessKey"],
            "aws_session_token": got["SessionToken"],
        }


def plant(url: str) -> Planted:
    """Everything that moto can hold of what annexa collects."""
    planted = Planted(url=url)
    _organisation(planted)
    _keys_and_buckets(planted)
    _bedrock(planted)
    _agents(planted)
    _agentcore(planted)
    _sagemaker(planted)
    _iam(planted)
    _watch(planted)
    _member(planted)
    return planted


def _organisation(planted: Planted) -> None:
    client = planted.client("organizations")
    planted.ids["organisation"] = client.create_organization(FeatureSet="ALL")["Organization"]["Id"]
    for name in ("workloads", "archive"):
        made = client.create_account(AccountName=name, Email=f"{name}@moto.example")["CreateAccountStatus"]
        planted.members[name] = made["AccountId"]
    client.tag_resource(
        ResourceId=planted.members["workloads"],
        Tags=[{"Key": "environment", "Value": "production"}, {"Key": "data-classification", "Value": "restricted"}],
    )


def _keys_and_buckets(planted: Planted) -> None:
    key = planted.client("kms").create_key(Description="for AI")["KeyMetadata"]["Arn"]
    planted.ids["key"] = key
    s3 = planted.client("s3")
    for name, locked in (("invocation-logs", True), ("trail-logs", False), ("training-data", False)):
        s3.create_bucket(Bucket=name, **({"ObjectLockEnabledForBucket": True} if locked else {}))
    retention = {"Mode": "COMPLIANCE", "Days": 400}
    s3.put_object_lock_configuration(
        Bucket="invocation-logs",
        ObjectLockConfiguration={"ObjectLockEnabled": "Enabled", "Rule": {"DefaultRetention": retention}},
    )
    everything = dict.fromkeys(("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"), True)
    s3.put_public_access_block(Bucket="invocation-logs", PublicAccessBlockConfiguration=everything)
    algorithm = {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": key}
    s3.put_bucket_encryption(
        Bucket="invocation-logs",
        ServerSideEncryptionConfiguration={"Rules": [{"ApplyServerSideEncryptionByDefault": algorithm}]},
    )
    tags = [{"Key": "classification", "Value": "confidential"}, {"Key": "team", "Value": "platform"}]
    s3.put_bucket_tagging(Bucket="invocation-logs", Tagging={"TagSet": tags})
    rule = {"ID": "old", "Status": "Enabled", "Filter": {"Prefix": ""}, "Expiration": {"Days": 500}}
    s3.put_bucket_lifecycle_configuration(Bucket="invocation-logs", LifecycleConfiguration={"Rules": [rule]})
    anybody = {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::trail-logs/*"}
    s3.put_bucket_policy(Bucket="trail-logs", Policy=json.dumps({"Version": "2012-10-17", "Statement": [anybody]}))
    logs = planted.client("logs")
    logs.create_log_group(logGroupName="/ai/invocations", kmsKeyId=key)
    logs.put_retention_policy(logGroupName="/ai/invocations", retentionInDays=365)
    logs.create_log_group(logGroupName="/ai/unrelated")


def _bedrock(planted: Planted) -> None:
    role = f"arn:aws:iam::{MANAGEMENT}:role/logger"
    client = planted.client("bedrock")
    client.put_model_invocation_logging_configuration(
        loggingConfig={
            "cloudWatchConfig": {"logGroupName": "/ai/invocations", "roleArn": role},
            "s3Config": {"bucketName": "invocation-logs", "keyPrefix": "bedrock"},
            "textDataDeliveryEnabled": True,
            "imageDataDeliveryEnabled": False,
            "embeddingDataDeliveryEnabled": True,
        }
    )
    client.create_model_customization_job(
        jobName="tune-1",
        customModelName="claims-writer",
        roleArn=role,
        baseModelIdentifier="amazon.titan-text-express-v1",
        trainingDataConfig={"s3Uri": "s3://training-data/claims.jsonl"},
        outputDataConfig={"s3Uri": "s3://training-data/out"},
        hyperParameters={"epochCount": "1"},
        customModelKmsKeyId=planted.ids["key"],
        customModelTags=[{"key": "owner", "value": "claims"}, {"key": "environment", "value": "test"}],
    )
    planted.ids["custom_model"] = client.list_custom_models()["modelSummaries"][0]["modelArn"]


def _agents(planted: Planted) -> None:
    client = planted.client("bedrock-agent")
    agent = client.create_agent(
        agentName="intake",
        agentResourceRoleArn=f"arn:aws:iam::{MANAGEMENT}:role/agent",
        foundationModel="amazon.titan-text-express-v1",
        instruction="Read the letter and say what it is about, politely and in two short sentences.",
        customerEncryptionKeyArn=planted.ids["key"],
        tags={"owner": "intake-team", "permitted-class": "internal"},
    )["agent"]
    planted.ids["agent"] = agent["agentArn"]
    base = client.create_knowledge_base(
        name="handbook",
        roleArn=f"arn:aws:iam::{MANAGEMENT}:role/agent",
        knowledgeBaseConfiguration={
            "type": "VECTOR",
            "vectorKnowledgeBaseConfiguration": {
                "embeddingModelArn": f"arn:aws:bedrock:{HOME}::foundation-model/amazon.titan-embed-text-v1"
            },
        },
        storageConfiguration={
            "type": "OPENSEARCH_SERVERLESS",
            "opensearchServerlessConfiguration": {
                "collectionArn": f"arn:aws:aoss:{HOME}:{MANAGEMENT}:collection/abcdefghij1234567890",
                "vectorIndexName": "handbook",
                "fieldMapping": {"vectorField": "v", "textField": "t", "metadataField": "m"},
            },
        },
        tags={"owner": "people"},
    )["knowledgeBase"]
    planted.ids["knowledge_base"] = base["knowledgeBaseArn"]


def _agentcore(planted: Planted) -> None:
    client = planted.client("bedrock-agentcore-control")
    runtime = client.create_agent_runtime(
        agentRuntimeName="claims_runtime",
        agentRuntimeArtifact={
            "containerConfiguration": {"containerUri": f"{MANAGEMENT}.dkr.ecr.{HOME}.amazonaws.com/claims:1"}
        },
        roleArn=f"arn:aws:iam::{MANAGEMENT}:role/agent",
        networkConfiguration={"networkMode": "PUBLIC"},
        tags={"owner": "claims"},
    )
    planted.ids["runtime"] = runtime["agentRuntimeArn"]
    gateway = client.create_gateway(
        name="tools",
        roleArn=f"arn:aws:iam::{MANAGEMENT}:role/agent",
        protocolType="MCP",
        authorizerType="AWS_IAM",
        kmsKeyArn=planted.ids["key"],
    )
    planted.ids["gateway"] = gateway["gatewayArn"]
    target = client.create_gateway_target(
        gatewayIdentifier=gateway["gatewayId"],
        name="weather",
        targetConfiguration={"mcp": {"mcpServer": {"endpoint": "https://weather.example/mcp"}}},
        credentialProviderConfigurations=[{"credentialProviderType": "GATEWAY_IAM_ROLE"}],
    )
    planted.ids["target"] = target["targetId"]


def _sagemaker(planted: Planted) -> None:
    client = planted.client("sagemaker")
    role = f"arn:aws:iam::{MANAGEMENT}:role/sagemaker"
    domain = client.create_domain(
        DomainName="studio",
        AuthMode="IAM",
        DefaultUserSettings={"ExecutionRole": role},
        SubnetIds=["subnet-1"],
        VpcId="vpc-1",
        AppNetworkAccessType="VpcOnly",
        KmsKeyId=planted.ids["key"],
        Tags=[{"Key": "owner", "Value": "research"}],
    )
    planted.ids["domain"] = domain["DomainArn"]
    notebook = client.create_notebook_instance(
        NotebookInstanceName="lab", InstanceType="ml.t3.medium", RoleArn=role, DirectInternetAccess="Enabled",
        RootAccess="Disabled", KmsKeyId=planted.ids["key"],
    )  # fmt: skip
    planted.ids["notebook"] = notebook["NotebookInstanceArn"]
    image = f"{MANAGEMENT}.dkr.ecr.{HOME}.amazonaws.com/score:1"
    model = client.create_model(
        ModelName="score",
        ExecutionRoleArn=role,
        PrimaryContainer={"Image": image, "ModelDataUrl": "s3://training-data/score.tar.gz"},
        VpcConfig={"SecurityGroupIds": ["sg-1"], "Subnets": ["subnet-1"]},
    )
    planted.ids["model"] = model["ModelArn"]
    variant = {"VariantName": "all", "ModelName": "score", "InstanceType": "ml.m5.large", "InitialInstanceCount": 1}
    client.create_endpoint_config(
        EndpointConfigName="score-config", ProductionVariants=[variant], KmsKeyId=planted.ids["key"]
    )
    endpoint = client.create_endpoint(EndpointName="score", EndpointConfigName="score-config")
    planted.ids["endpoint"] = endpoint["EndpointArn"]


def _iam(planted: Planted) -> None:
    iam = planted.client("iam")
    planted.ids["user mia"] = iam.create_user(UserName="mia")["User"]["Arn"]
    planted.ids["user tom"] = iam.create_user(UserName="tom")["User"]["Arn"]
    iam.create_user(UserName="ned")
    iam.put_user_policy(UserName="mia", PolicyName="invoke", PolicyDocument=json.dumps(INVOKE))
    iam.put_user_policy(UserName="ned", PolicyName="buckets", PolicyDocument=json.dumps(READ_BUCKETS))
    iam.create_group(GroupName="office")
    iam.put_group_policy(GroupName="office", PolicyName="office", PolicyDocument=json.dumps(ONLY_FROM))
    iam.add_user_to_group(GroupName="office", UserName="tom")
    managed = iam.create_policy(PolicyName="ai-admin", PolicyDocument=json.dumps(ADMINISTER))["Policy"]["Arn"]
    role = iam.create_role(RoleName="ml-admin", AssumeRolePolicyDocument=json.dumps(TRUST_EC2))["Role"]["Arn"]
    iam.attach_role_policy(RoleName="ml-admin", PolicyArn=managed)
    planted.ids["role"], planted.ids["policy"] = role, managed
    iam.create_access_key(UserName="mia")


def _watch(planted: Planted) -> None:
    trail = planted.client("cloudtrail")
    made = trail.create_trail(
        Name="everything", S3BucketName="trail-logs", S3KeyPrefix="ct", IsMultiRegionTrail=True,
        EnableLogFileValidation=True, KmsKeyId=planted.ids["key"],
    )  # fmt: skip
    planted.ids["trail"] = made["TrailARN"]
    trail.start_logging(Name="everything")
    trail.put_event_selectors(
        TrailName="everything",
        AdvancedEventSelectors=[
            {"FieldSelectors": [{"Field": "eventCategory", "Equals": ["Management"]}]},
            {
                "FieldSelectors": [
                    {"Field": "eventCategory", "Equals": ["Data"]},
                    {"Field": "resources.type", "Equals": ["AWS::Bedrock::AgentAlias"]},
                ]
            },
        ],
    )
    detector = planted.client("guardduty").create_detector(Enable=True)
    planted.ids["detector"] = detector["DetectorId"]
    ec2 = planted.client("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    path = ec2.create_vpc_endpoint(
        VpcId=vpc, VpcEndpointType="Interface", ServiceName=f"com.amazonaws.{HOME}.bedrock-runtime",
        PrivateDnsEnabled=True, PolicyDocument=json.dumps({"Statement": [{**INVOKE["Statement"][0], "Principal": "*"}]}),
    )  # fmt: skip
    planted.ids["vpc_endpoint"] = path["VpcEndpoint"]["VpcEndpointId"]
    metric = {"MetricName": "Invocations", "Dimensions": [{"Name": "ModelId", "Value": "amazon.titan-text-express-v1"}]}
    planted.client("cloudwatch").put_metric_data(Namespace="AWS/Bedrock", MetricData=[{**metric, "Value": 3}])


def _member(planted: Planted) -> None:
    """A member account with its own key to AI, in another region than the rest."""
    keys = planted.keys_of(planted.members["workloads"])
    client = planted.client("bedrock-agent", OTHER, keys)
    agent = client.create_agent(
        agentName="sorter", agentResourceRoleArn=f"arn:aws:iam::{planted.members['workloads']}:role/agent",
        foundationModel="amazon.titan-text-lite-v1",
    )["agent"]  # fmt: skip
    planted.ids["member agent"] = agent["agentArn"]
    iam = planted.client("iam", HOME, keys)
    planted.ids["member user"] = iam.create_user(UserName="ida")["User"]["Arn"]
    iam.put_user_policy(UserName="ida", PolicyName="invoke", PolicyDocument=json.dumps(INVOKE))
