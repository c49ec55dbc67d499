"""Plants a small organisation into moto through plain boto3, and says under which ids moto keeps it: all but the AI.

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
GROUP = "11111111-2222-3333-4444-555555555555"
"""A group of Identity Center."""
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
NO_AI = {
    "Version": "2012-10-17",
    "Statement": [{"Sid": "NoAi", "Effect": "Deny", "Action": "bedrock:*", "Resource": "*"}],
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


def plant(planted: Planted) -> None:
    """An organisation with its keys, buckets, log groups, principals, trail and detectors."""
    _organisation(planted)
    _keys_and_buckets(planted)
    _iam(planted)
    _watch(planted)
    _member(planted)
    _identity_center(planted)


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
    root = client.list_roots()["Roots"][0]["Id"]
    client.enable_policy_type(RootId=root, PolicyType="SERVICE_CONTROL_POLICY")
    no_ai = client.create_policy(
        Name="no-ai", Description="none", Type="SERVICE_CONTROL_POLICY", Content=json.dumps(NO_AI)
    )["Policy"]["PolicySummary"]["Id"]
    client.attach_policy(PolicyId=no_ai, TargetId=planted.members["archive"])


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
    everything = dict.fromkeys(
        ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"), True
    )
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


def _iam(planted: Planted) -> None:
    iam = planted.client("iam")
    planted.ids["user_mia"] = iam.create_user(UserName="mia")["User"]["Arn"]
    planted.ids["user_tom"] = iam.create_user(UserName="tom")["User"]["Arn"]
    planted.ids["user_ned"] = iam.create_user(UserName="ned")["User"]["Arn"]
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
    """Member accounts: one with an agent of its own in another region, one in which AI is forbidden from above."""
    workloads, archive = planted.members["workloads"], planted.members["archive"]
    keys = planted.keys_of(workloads)
    agent = planted.client("bedrock-agent", OTHER, keys).create_agent(
        agentName="sorter",
        agentResourceRoleArn=f"arn:aws:iam::{workloads}:role/agent",
        foundationModel="amazon.titan-text-lite-v1",
    )
    planted.ids["member_agent"] = agent["agent"]["agentArn"]
    for name, account in (("ida", workloads), ("max", archive)):
        iam = planted.client("iam", HOME, planted.keys_of(account))
        planted.ids[f"user_{name}"] = iam.create_user(UserName=name)["User"]["Arn"]
        iam.put_user_policy(UserName=name, PolicyName="invoke", PolicyDocument=json.dumps(INVOKE))


def _identity_center(planted: Planted) -> None:
    client = planted.client("sso-admin")
    instance = client.list_instances()["Instances"][0]["InstanceArn"]
    made = client.create_permission_set(InstanceArn=instance, Name="ai-user")["PermissionSet"]["PermissionSetArn"]
    client.put_inline_policy_to_permission_set(
        InstanceArn=instance, PermissionSetArn=made, InlinePolicy=json.dumps(INVOKE)
    )
    client.create_account_assignment(
        InstanceArn=instance, PermissionSetArn=made, TargetId=MANAGEMENT, TargetType="AWS_ACCOUNT",
        PrincipalType="GROUP", PrincipalId=GROUP,
    )  # fmt: skip
    client.provision_permission_set(
        InstanceArn=instance, PermissionSetArn=made, TargetId=MANAGEMENT, TargetType="AWS_ACCOUNT"
    )
    planted.ids["permission_set"] = made
