"""What `annexa permissions google_cloud` says: a custom role of the declared permissions, and how to hand it out."""

from annexa.collectors._grant import Grant, GrantOrder, doubts, permissions
from annexa.collectors.google_cloud._api import SCOPE
from annexa.collectors.google_cloud._source import ORGANIZATION

ROLE = "annexaReader"
APIS = (
    "accesscontextmanager", "agentregistry", "aiplatform", "apikeys", "cloudasset", "cloudresourcemanager", "iam", "logging",
    "modelarmor", "orgpolicy", "serviceusage",
)  # fmt: skip
"""Services that have to be enabled in the project whose quota is used."""


def grant(order: GrantOrder) -> Grant:
    """The role's definition, and the commands of the Google Cloud command line."""
    wanted = sorted({*permissions(order.collectors, costs=order.costs), ORGANIZATION.needs})
    organization = str(order.settings.get("organization") or "ORGANIZATION_NUMBER").removeprefix("organizations/")
    member = f"serviceAccount:{order.base or 'annexa@PROJECT_ID.iam.gserviceaccount.com'}"
    role = [
        "title: annexa reader",
        "description: Reads the configuration of AI services, who may use them, and which logs are on. Changes nothing.",
        "stage: GA", "includedPermissions:", *(f"  - {permission}" for permission in wanted),
    ]  # fmt: skip
    steps = [
        "# Who: an administrator of the organisation with roles/iam.organizationRoleAdmin and",
        "# roles/resourcemanager.organizationAdmin. Make a service account first, best without a key: attach it to the",
        "# machine that annexa runs on, or use workload identity.",
        f"gcloud services enable {' '.join(f'{api}.googleapis.com' for api in APIS)} --project=PROJECT_ID",
        f"gcloud iam roles create {ROLE} --organization={organization} --file=annexa-google_cloud-role.yaml",
        f"gcloud organizations add-iam-policy-binding {organization} --member={member} \\",
        f"  --role=organizations/{organization}/roles/{ROLE} --condition=None",
        "gcloud projects add-iam-policy-binding PROJECT_ID \\",
        f"  --member={member} --role=roles/serviceusage.serviceUsageConsumer --condition=None",
    ]
    notes = (
        f"{len(wanted)} permissions, every one a read; the role is granted on the organisation, so that no project is missed.",
        f"OAuth scope: {SCOPE}, the only one that Cloud Asset and IAM accept; what keeps it to reading is the role.",
        "Hosts: those of the services above, and for regions of Model Armor modelarmor.REGION.rep.googleapis.com.",
        "Beyond reading: nothing. The role shows names of keys, and never their values.",
        *doubts(order.collectors),
    )
    return Grant(
        documents={
            "annexa-google_cloud-role.yaml": "\n".join([*role, ""]),
            "annexa-google_cloud.sh": "\n".join([*steps, ""]),
        },
        notes=notes,
    )
