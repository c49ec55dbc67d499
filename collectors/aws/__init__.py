"""Amazon Web Services, one file per group of services.

Log in: any identity that boto3 finds (environment, profile, SSO, workload identity) in the management account or a delegated
administrator account, and a read-only role of the same name in every other account: `annexa permissions aws` prints both
policies. Accounts come from AWS Organizations, regions from the account itself, never from the configuration.
"""

from annexa.collectors._grant import Grant, GrantOrder
from annexa.collectors._source import Circumstances, Source
from annexa.collectors.aws._settings import AwsSettings as Settings

__all__ = ["CANNOT_SEE", "Settings", "connect", "grant"]

CANNOT_SEE = (
    "Content: prompts, answers, transcripts and documents are never read, only whether and where they are logged or kept.",
    "Amazon Q Developer, CodeWhisperer and Kiro: the SDK has no interface for them. Their subscriptions, users and settings "
    "are not read; what IAM lets principals do with Q Developer and CodeWhisperer is.",
    "AI services without a collector: Amazon Q Business, Quick, Kendra, Lex, Comprehend, Rekognition, Textract, Transcribe, "
    "Translate, Personalize.",
    "Models that the organisation runs on machines, containers or functions of its own, and keys of other vendors' AI "
    "services that are kept in AWS.",
    "Use that is older than two weeks, how often, and by whom: the metric says that there were calls. The bill, where it may "
    "be asked, adds account, region and service for 30 days.",
    "Rights that IAM's authorisation details do not hold: resource policies, resource control policies, session policies, "
    "VPC endpoint policies, and detours such as iam:PassRole together with the right to start a machine or function.",
    "The person behind a role: its trust policy and the assignments of IAM Identity Center are read, the accounts of an "
    "outside identity provider are not.",
    "Short-term Bedrock API keys: AWS lists only those that hang on an IAM user.",
    "Service control policies, where the identity that signs in is neither in the management account nor a delegated "
    "administrator: grants that they could take away then have no verdict.",
    "Stores of other accounts: a bucket or log group that another account owns is noted as unread.",
    "KMS keys themselves: recorded is which key a resource names and whose it is, not the key's policy or rotation.",
    "Event data stores of CloudTrail Lake, and who reads the logs that are written.",
    "What assurance reports and agreements say: titles, periods and states only; opening one may accept terms.",
    "What a third party behind a gateway or a knowledge base does with what it is sent.",
)
"""What stays out of sight whatever is granted; each is a sentence for the vendor's page."""


def connect(settings: Settings, lent: Circumstances) -> Source:
    """Sign in and learn who we are; raises `CannotStartError`."""
    from annexa.collectors.aws._source import AwsSource

    return AwsSource(settings, lent)


def grant(order: GrantOrder) -> Grant:
    """IAM policies for a role in every account and for the base identity."""
    from annexa.collectors.aws._grant import grant as made

    return made(order)
