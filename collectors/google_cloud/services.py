"""AI services that projects have enabled, and whether the one that needs no more than an API key is among them."""

from collections.abc import Iterator

from annexa.collectors._values import inside, text
from annexa.collectors.google_cloud._api import GENERATIVE_LANGUAGE, SERVICES, ai_services, here
from annexa.evidence.call import collects
from annexa.evidence.handle import Handle
from annexa.evidence.kinds import AiSystem, Setting

GENERATIVE = "google_cloud.generative_language_api"


@collects((AiSystem, Setting), SERVICES, per="project",
          where={"ai_system.category": ("service",), "setting.name": (GENERATIVE,)})  # fmt: skip
def services(handle: Handle) -> Iterator[AiSystem | Setting]:
    """One record per AI service that the project has enabled, and whether the Generative Language API is one of them."""
    found = ai_services(handle)
    for name, service in found.items():
        with handle.citing(service):
            yield AiSystem(
                subject=f"//serviceusage.googleapis.com/{here(handle)}/services/{name}", category="service",
                provider=name, name=text(inside(service, "config").get("title")), state="enabled",
            )  # fmt: skip
    yield Setting(subject=f"{here(handle)}/{GENERATIVE}", name=GENERATIVE, value=GENERATIVE_LANGUAGE in found)
