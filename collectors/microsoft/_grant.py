"""Which app roles annexa reads with, in two profiles, and the commands that consent to them."""

from annexa.collectors._grant import Grant, GrantOrder
from annexa.collectors._rest import rest_grant
from annexa.collectors.microsoft._source import ORGANIZATION
from annexa.collectors.microsoft.copilot import LIMITED_MODE

GRAPH = "00000003-0000-0000-c000-000000000000"
AI = (
    "AgentIdentity.Read.All", "AppCatalog.Read.All", "AuditLogsQuery.Read.All", "CloudApp-Discovery.Read.All",
    "CopilotPackages.Read.All", "LicenseAssignment.Read.All", "Reports.Read.All", "SensitivityLabel.Read",
)  # fmt: skip
"""App roles of the profile AI; all others are of the profile core."""


def grant(order: GrantOrder) -> Grant:
    """Steps with their commands; the ids of the roles are looked up by name in the tenant itself."""
    needed = {call.needs for one in order.collectors for call in one.calls if call.op != LIMITED_MODE.op}
    roles = sorted({*needed, ORGANIZATION.needs})
    core = [role for role in roles if role not in AI]
    also = [role for role in roles if role in AI]
    return rest_grant(
        order,
        title="Microsoft Entra ID and Microsoft 365",
        who="a user with the role Privileged Role Administrator",
        where="az, the Azure command line; or Microsoft Entra admin center > App registrations > API permissions",
        plan=(
            "every tenant; sign-in activity and registered factors need Entra ID P1, roles to be called up and access reviews "
            "P2, Copilot's catalogue Microsoft Agent 365, seen apps Microsoft Defender for Cloud Apps"
        ),
        steps=(
            "az ad app create --display-name annexa --sign-in-audience AzureADMyOrg",
            "az ad sp create --id APP_ID",
            "az ad app credential reset --id APP_ID --create-cert --years 1",
            f"profile core: for role in {' '.join(core)}; do {_COMMAND}; done",
            f"profile AI: for role in {' '.join(also)}; do {_COMMAND}; done",
            "az ad app permission admin-consent --id APP_ID",
            "Put the application's id into `client_id`, the directory's into `tenant_id`, the file with certificate and key "
            "into `certificate` of the source.",
            f"{LIMITED_MODE.op} has no app role: leave {LIMITED_MODE.needs} out, or read with a person's token.",
        ),
        beyond=(
            "none of these app roles writes. Directory.Read.All and User.Read.All show the whole directory, and "
            "AuditLogsQuery.Read.All the results of every query of the audit log, of which annexa keeps Copilot's times alone. "
            "SecurityEvents.Read.All shows security alerts, too, which annexa never asks for. They open neither mail nor "
            "files nor chats."
        ),
        credential_calls=(ORGANIZATION,),
    )  # fmt: skip


_COMMAND = (
    f'az ad app permission add --id APP_ID --api {GRAPH} --api-permissions "$(az ad sp show --id {GRAPH} '
    '--query "appRoles[?value==\'$role\'].id" -o tsv)=Role"'
)
