"""AI Gateway: the gateways of an account, how each is set, what it keeps, and to which model providers it leads."""

from collections.abc import Iterator

from annexa.collectors._rest import Read
from annexa.collectors._values import flag, text
from annexa.collectors.cloudflare._api import AI_READ, PAGE, PAGED, UNTYPED, ident, moment_in
from annexa.evidence.call import collects
from annexa.evidence.fact import ABSENT
from annexa.evidence.handle import Handle
from annexa.evidence.kinds import AiSystem, DataConnection, LogSource, Setting

GATEWAYS = Read(
    op="GET /accounts/{account_id}/ai-gateway/gateways", needs=AI_READ, path="result", pager=PAGED, params=PAGE,
    drop=("otel", "stripe", "logpush_public_key"), unconfirmed=UNTYPED,
)  # fmt: skip
PROVIDERS = Read(
    op="GET /accounts/{account_id}/ai-gateway/gateways/{gateway_id}/provider_configs", needs=AI_READ, path="result",
    pager=PAGED, params=PAGE, drop=("secret_id", "secret_preview"), unconfirmed=UNTYPED,
)  # fmt: skip
SWITCHES = {
    name: f"cloudflare.ai_gateway.{name}" for name in ("authentication", "byok_only", "zdr", "collect_logs", "logpush")
}
"""Switches of a gateway, with their names in the settings dictionary."""
LOG = "cloudflare.ai_gateway.logs"
PROVIDER = "cloudflare.ai_gateway"


def gateway_id(account: str, name: str) -> str:
    """The id of a gateway as a subject: its own name is unique in its account only."""
    return f"{account}/ai-gateway/{name}"


@collects(
    (AiSystem, Setting, LogSource), GATEWAYS, per="account",
    where={"ai_system.category": ("gateway",), "setting.name": tuple(SWITCHES.values()), "log_source.name": (LOG,)},
)  # fmt: skip
def gateways(handle: Handle) -> Iterator[AiSystem | Setting | LogSource]:
    """One record per gateway, one for each of its switches, and one for its log of requests."""
    here = str(handle.known["scope"])
    for item in handle.each(GATEWAYS, account_id=here):
        name = ident(GATEWAYS, item)
        subject = gateway_id(here, name)
        yield AiSystem(
            subject=subject, category="gateway", provider=PROVIDER, name=name, created=moment_in(item, "created_at")
        )
        for field, setting in SWITCHES.items():
            value = flag(item.get(field))
            yield Setting(
                subject=f"{subject}/{setting}", name=setting, value=value, set_by=subject,
                updated=moment_in(item, "modified_at"),
            )  # fmt: skip
        yield LogSource(subject=f"{subject}#log", name=LOG, enabled=flag(item.get("collect_logs")))


@collects(DataConnection, GATEWAYS, PROVIDERS, per="account")
def providers(handle: Handle) -> Iterator[DataConnection]:
    """One record per key of a model provider that a gateway holds: what people ask goes there."""
    here = str(handle.known["scope"])
    asked = handle.many(
        PROVIDERS, handle.each(GATEWAYS, account_id=here),
        lambda item: {"account_id": here, "gateway_id": ident(GATEWAYS, item)},
    )  # fmt: skip
    for item, reply in asked:
        subject = gateway_id(here, str(item["id"]))
        with handle.item(subject):
            for config in reply.each():
                with handle.citing(item, config):
                    yield DataConnection(
                        subject=f"{subject}#{ident(PROVIDERS, config)}", ai_system=subject, reached_by=ABSENT,
                        store=ident(PROVIDERS, config, "provider_slug"), direction="both", third_party=True,
                        connector=text("provider_config"),
                    )  # fmt: skip
