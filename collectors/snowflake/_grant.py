"""What `annexa permissions snowflake` says: a user of type SERVICE with a role of its own, in Snowflake's own statements."""

from annexa.collectors._grant import Grant, GrantOrder
from annexa.collectors._rest import rest_grant
from annexa.collectors.snowflake._source import WHOAMI

STEPS = (
    "openssl genrsa 2048 | openssl pkcs8 -topk8 -inform PEM -nocrypt -out annexa.p8; "
    "openssl rsa -in annexa.p8 -pubout -out annexa.pub",
    "CREATE ROLE ANNEXA_READER; GRANT MANAGE GRANTS ON ACCOUNT TO ROLE ANNEXA_READER;",
    "CREATE USER ANNEXA TYPE = SERVICE DEFAULT_ROLE = ANNEXA_READER DEFAULT_SECONDARY_ROLES = () RSA_PUBLIC_KEY = '<the "
    "lines of annexa.pub between its first and its last>'; GRANT ROLE ANNEXA_READER TO USER ANNEXA;",
    "Let the user in from annexa's own address only: CREATE NETWORK POLICY ANNEXA_ONLY ALLOWED_IP_LIST = ('<address>'); "
    "ALTER USER ANNEXA SET NETWORK_POLICY = ANNEXA_ONLY;",
    "Write account, user and private_key_file into the source's table, or set SNOWFLAKE_PRIVATE_KEY.",
    "Without a key pair: ALTER USER ANNEXA ADD PROGRAMMATIC ACCESS TOKEN ANNEXA ROLE_RESTRICTION = 'ANNEXA_READER' "
    "DAYS_TO_EXPIRY = 30; set SNOWFLAKE_TOKEN and SNOWFLAKE_ACCOUNT.",
)


def grant(order: GrantOrder) -> Grant:
    """How to make the user with what the declared statements need; and their texts, which never change."""
    calls = [WHOAMI, *(call for one in order.collectors for call in one.calls)]
    texts = "; ".join(sorted({str(call.params["statement"]) for call in calls if "statement" in call.params}))
    return rest_grant(
        order,
        title="Snowflake",
        who="ACCOUNTADMIN of the account: SECURITYADMIN cannot grant MANAGE GRANTS on the account",
        where="A worksheet of Snowsight, or the command line",
        plan="Any",
        steps=(*STEPS, f"These statements are sent, and no others: {texts}."),
        beyond=(
            "MANAGE GRANTS shows every grant and every user, and lets its holder give away any privilege, to itself too: "
            "Snowflake has nothing smaller that shows them without a warehouse. The guard of annexa refuses every text but "
            "those above. The user owns nothing and has no warehouse."
        ),
        credential_calls=(WHOAMI,),
    )
