"""What `annexa permissions databricks` says: a service principal of the workspace, and how to make its secret."""

from annexa.collectors._grant import Grant, GrantOrder
from annexa.collectors._rest import rest_grant
from annexa.collectors.databricks._source import WHOAMI

STEPS = (
    "Account console > User management > Service principals: add one for annexa, and add it to the workspace.",
    "Workspace > Settings > Identity and access > Groups > admins: make it a member. Databricks has no role that only reads: "
    "tokens and settings are shown to admins alone, and everybody else is shown only the endpoints that were shared with them.",
    "On the service principal's page, under Secrets, generate an OAuth secret with the shortest life that you can renew.",
    "Write domain and client_id into the source's table, or set DATABRICKS_HOST and DATABRICKS_CLIENT_ID; set "
    "DATABRICKS_CLIENT_SECRET where annexa runs.",
)


def grant(order: GrantOrder) -> Grant:
    """How to make the service principal that the declared calls need."""
    return rest_grant(
        order,
        title="Databricks",
        who="An account administrator, and an administrator of the workspace",
        where="The account console and the workspace's settings",
        plan="Premium or above: below it there are no access lists of endpoints",
        steps=STEPS,
        beyond=(
            "a member of admins can do everything in the workspace: read data through compute, change settings, end tokens. "
            "annexa asks the calls above and its guard refuses every other; restrict its secret's life, and watch the "
            "service principal in the audit log."
        ),
        credential_calls=(WHOAMI,),
    )
