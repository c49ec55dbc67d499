"""Which role annexa reads with, as commands of the Azure command line."""

from annexa.collectors._grant import Grant, GrantOrder
from annexa.collectors._rest import rest_grant
from annexa.collectors.azure._source import TENANTS


def grant(order: GrantOrder) -> Grant:
    """Steps with their commands: an application, and the role Reader at the root management group."""
    tenant = order.settings.get("tenant_id") or "TENANT_ID"
    return rest_grant(
        order,
        title="Azure",
        who="a user with the role User Access Administrator at the root management group",
        where="az, the Azure command line; or Azure portal > Management groups > Tenant root group > Access control",
        plan="every subscription; Defender plans are listed whether they are paid for or not",
        steps=(
            "az ad sp create-for-rbac --name annexa --create-cert --years 1",
            f"az role assignment create --assignee APP_ID --role Reader "
            f"--scope /providers/Microsoft.Management/managementGroups/{tenant}",
            "Put the application's id into `client_id`, the directory's into `tenant_id`, the file with certificate and key "
            "into `certificate` of the source.",
        ),
        beyond=(
            "Reader changes nothing and cannot list keys of AI accounts. It does show the configuration of everything else in "
            "the subscriptions; a role with only the permissions above shows less."
        ),
        credential_calls=(TENANTS,),
    )
