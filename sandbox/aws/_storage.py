"""S3 buckets, what Macie says of them, and KMS keys.

"Off" is an error by name for most bucket settings; a bucket of another account is denied, not unknown.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from annexa.sandbox._errors import AwsError
from annexa.sandbox._question import Question
from annexa.sandbox.aws._projection import GLOBAL, Answers, Only, own_members, refuse_unknown

if TYPE_CHECKING:
    from annexa.sandbox.world import AwsWorld

_OFF = {
    "_tags": "NoSuchTagSet",
    "_object_lock": "ObjectLockConfigurationNotFoundError",
    "_public_access": "NoSuchPublicAccessBlockConfiguration",
    "_policy_status": "NoSuchBucketPolicy",
    "_encryption": "ServerSideEncryptionConfigurationNotFoundError",
    "_lifecycle": "NoSuchLifecycleConfiguration",
}
"""How S3 says that a bucket has none of it."""


def list_buckets(world: "AwsWorld", question: Question) -> dict[str, Any]:
    """The account's buckets in all regions."""
    refuse_unknown(question, ("BucketRegion", "Prefix"))
    asked, prefix = question.params.get("BucketRegion"), question.params.get("Prefix", "")
    found = sorted(world.everywhere("bucket", question.account), key=lambda entry: str(entry[2]["Name"]))
    kept = [(region, b) for _, region, b in found if asked in (None, region) and b["Name"].startswith(prefix)]
    return {"Buckets": [_listed(region, bucket) for region, bucket in kept], "Owner": {"ID": question.account}}


def get_location(world: "AwsWorld", question: Question) -> dict[str, Any]:
    """The bucket's region; us-east-1 is said by saying nothing."""
    region, _ = _bucket(world, question)
    return {} if region == "us-east-1" else {"LocationConstraint": region}


def get_versioning(world: "AwsWorld", question: Question) -> dict[str, Any]:
    """The state of versioning; never switched on is an empty answer."""
    return dict(_bucket(world, question)[1].get("_versioning", {}))


def get_tagging(world: "AwsWorld", question: Question) -> dict[str, Any]:
    """The bucket's tags."""
    tags = _part(world, question, "_tags")
    return {"TagSet": [{"Key": key, "Value": value} for key, value in tags.items()]}


def _setting(part: str, into: str) -> Callable[["AwsWorld", Question], dict[str, Any]]:
    def answer(world: "AwsWorld", question: Question) -> dict[str, Any]:
        return {into: _part(world, question, part)}

    return answer


def _part(world: "AwsWorld", question: Question, part: str) -> Any:
    _, bucket = _bucket(world, question)
    if part not in bucket:
        raise AwsError(_OFF[part], f"{question.params['Bucket']} has none", 404)
    return bucket[part]


def _bucket(world: "AwsWorld", question: Question) -> tuple[str, dict[str, Any]]:
    refuse_unknown(question, ("Bucket", "ExpectedBucketOwner"))
    for owner, region, bucket in world.everywhere("bucket"):
        if bucket["Name"] == question.params["Bucket"]:
            _admit(question, owner, region)
            return region, bucket
    raise AwsError("NoSuchBucket", "The specified bucket does not exist", 404)


def _admit(question: Question, owner: str, region: str) -> None:
    """Refuse strangers; send who asks in another region to the bucket's own, by the header that S3 uses."""
    if region != question.region and question.operation != "GetBucketLocation":
        where = {"x-amz-bucket-region": region}
        raise AwsError("PermanentRedirect", "The bucket must be addressed in its own region.", 301, where)
    if question.account != owner or question.params.get("ExpectedBucketOwner", owner) != owner:
        raise AwsError("AccessDenied", "Access Denied", 403)


def _listed(region: str, bucket: dict[str, Any]) -> dict[str, Any]:
    arn = f"arn:aws:s3:::{bucket['Name']}"
    return own_members(bucket) | {"BucketRegion": region, "BucketArn": arn}


def describe_buckets(world: "AwsWorld", question: Question) -> dict[str, Any]:
    """What Macie knows of the region's buckets: its own account's, all members' for the delegated account."""
    _MACIE(world, question)
    refuse_unknown(question, ())
    sees_all = world.by_id[question.account].name in world.head["organization"]["delegated"]
    found = world.everywhere("bucket", None if sees_all else question.account)
    return {"buckets": [_seen(world, *entry) for entry in found if entry[1] == question.region]}


def _seen(world: "AwsWorld", owner: str, region: str, bucket: dict[str, Any]) -> dict[str, Any]:
    rule = bucket["_encryption"]["Rules"][0]["ApplyServerSideEncryptionByDefault"]
    public = bucket["_policy_status"]["IsPublic"]
    return {
        "accountId": owner,
        "bucketName": bucket["Name"],
        "bucketArn": f"arn:aws:s3:::{bucket['Name']}",
        "bucketCreatedAt": bucket["CreationDate"],
        "region": region,
        "automatedDiscoveryMonitoringStatus": "MONITORED",
        "classifiableObjectCount": 1200,
        "objectCount": 1250,
        "lastAutomatedDiscoveryTime": world.now,
        "lastUpdated": world.now,
        "jobDetails": {"isDefinedInJob": "FALSE", "isMonitoredByJob": "FALSE"},
        "publicAccess": {"effectivePermission": "PUBLIC" if public else "NOT_PUBLIC"},
        "sensitivityScore": 100 if bucket["_tags"]["classification"] == "restricted" else 20,
        "serverSideEncryption": {"type": rule["SSEAlgorithm"], "kmsMasterKeyId": rule["KMSMasterKeyID"]},
        "sharedAccess": "NOT_SHARED",
        "tags": [{"key": key, "value": value} for key, value in bucket["_tags"].items()],
        "versioning": bucket.get("_versioning", {}).get("Status") == "Enabled",
    }


def get_account_block(world: "AwsWorld", question: Question) -> dict[str, Any]:
    """The account's own block of public access, over all its buckets."""
    found = world.single(question.account, GLOBAL, "account_block")
    if question.params["AccountId"] != question.account:
        raise AwsError("AccessDenied", "Access Denied", 403)
    if found is None:
        raise AwsError(_OFF["_public_access"], "the account has none", 404)
    return {"PublicAccessBlockConfiguration": found}


def describe_key(world: "AwsWorld", question: Question) -> dict[str, Any]:
    """A key of this account and region by id, ARN or alias."""
    refuse_unknown(question, ("KeyId", "GrantTokens"))
    asked = question.params["KeyId"]
    for key in world.at(question.account, question.region, "key"):
        if asked in (key["KeyId"], key["Arn"], key["_alias"]):
            return {"KeyMetadata": own_members(key)}
    foreign = [key for owner, _, key in world.everywhere("key") if owner != question.account and key["Arn"] == asked]
    if foreign:
        raise AwsError("AccessDeniedException", f"{question.arn} may not describe a key of another account")
    raise AwsError("NotFoundException", f"Key '{asked}' does not exist")


_NO_MACIE = ("AccessDeniedException", "Macie is not enabled.")
_MACIE = Only(kind="macie", error=_NO_MACIE)

ANSWERS: Answers = {
    ("s3", "ListBuckets"): list_buckets,
    ("s3", "GetBucketTagging"): get_tagging,
    ("s3", "GetBucketLocation"): get_location,
    ("s3", "GetObjectLockConfiguration"): _setting("_object_lock", "ObjectLockConfiguration"),
    ("s3", "GetPublicAccessBlock"): _setting("_public_access", "PublicAccessBlockConfiguration"),
    ("s3", "GetBucketPolicyStatus"): _setting("_policy_status", "PolicyStatus"),
    ("s3", "GetBucketEncryption"): _setting("_encryption", "ServerSideEncryptionConfiguration"),
    ("s3", "GetBucketVersioning"): get_versioning,
    ("s3", "GetBucketLifecycleConfiguration"): _setting("_lifecycle", "Rules"),
    ("s3control", "GetPublicAccessBlock"): get_account_block,
    ("macie2", "GetMacieSession"): _MACIE,
    ("macie2", "GetAutomatedDiscoveryConfiguration"): Only(kind="macie_discovery", error=_NO_MACIE),
    ("macie2", "DescribeBuckets"): describe_buckets,
    ("kms", "DescribeKey"): describe_key,
}
"""Stores of data and the keys over them."""
