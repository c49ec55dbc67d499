"""Amazon Web Services, one file per group of services.

Log in: any identity that boto3 finds (environment, profile, SSO, workload identity) in the management account or a delegated
administrator account, and a read-only role of the same name in every other account: `annexa permissions aws` prints both
policies. Accounts come from AWS Organizations, regions from the account itself, never from the configuration.
"""

from annexa.collectors._source import Circumstances, Source
from annexa.collectors.aws._settings import AwsSettings as Settings

__all__ = ["Settings", "connect"]


def connect(settings: Settings, lent: Circumstances) -> Source:
    """Sign in and learn who we are; raises `CannotStartError`."""
    from annexa.collectors.aws._source import AwsSource

    return AwsSource(settings, lent)
