"""Ask vendors; one file or folder per vendor, a leading underscore marks machinery that vendors share.

A vendor is found by its presence here, or through the entry-point group `annexa.collectors`; it is imported only when it is
asked for, so that the SDKs of other vendors stay unloaded. Its module offers `connect(settings, lent) -> Source`,
`Settings` (the keys that its table in `annexa.toml` may have), `CANNOT_SEE` (what stays out of sight whatever is granted),
`grant(order) -> Grant` (what to hand out), `CREDENTIALS` (environment variables that let it be asked without a
configuration) and collectors, wherever they stand in its files. Importing it must not import an SDK.
"""

from collections.abc import Mapping
from functools import cache
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points
from pkgutil import iter_modules
from types import ModuleType

from annexa.evidence.call import Collector

GROUP = "annexa.collectors"
EXTRAS = {
    "aws": "aws",
    "google_workspace": "google",
    "google_cloud": "google",
    "microsoft": "microsoft",
    "azure": "microsoft",
}
"""The extra that brings a vendor's SDK; the others need none."""


def names() -> list[str]:
    """Every vendor found, without importing any of them."""
    here = {module.name for module in iter_modules(__path__) if not module.name.startswith("_")}
    return sorted(here | set(_elsewhere()))


def vendor(name: str) -> ModuleType:
    """Import one vendor; an `ImportError` names the package that its extra would install."""
    point = _elsewhere().get(name)
    if point is None:
        return import_module(f"annexa.collectors.{name}")
    loaded = point.load()
    return loaded if isinstance(loaded, ModuleType) else import_module(loaded.__module__)


@cache
def _elsewhere() -> Mapping[str, EntryPoint]:
    """Vendors of other packages; read once, because every installed distribution is looked at."""
    return {point.name: point for point in entry_points(group=GROUP)}


def extra_of(name: str) -> str:
    """The extra of the package that brings what this vendor needs."""
    return EXTRAS.get(name, "all")


def of(module: ModuleType) -> tuple[Collector, ...]:
    """Every collector of a vendor's module and of the public modules inside it, by name."""
    modules = [module]
    for found in iter_modules(getattr(module, "__path__", [])):
        if not found.name.startswith("_"):
            modules.append(import_module(f"{module.__name__}.{found.name}"))
    collectors = {item.name: item for each in modules for item in vars(each).values() if isinstance(item, Collector)}
    return tuple(collectors[name] for name in sorted(collectors))
