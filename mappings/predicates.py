"""Every named predicate, found by its presence: a new one is a function with a docstring in a `predicates_*.py` here.

Operators come first: a predicate is for joins with another kind, and for what no single field says.
"""

import importlib
import pkgutil
from pathlib import Path

from annexa.mappings.predicate import PREDICATES, Predicate, predicate

__all__ = ["MODULES", "PREDICATES", "Predicate", "predicate"]

_HERE = [str(Path(__file__).parent)]
_NAMES = sorted(found.name for found in pkgutil.iter_modules(_HERE) if found.name.startswith("predicates_"))
MODULES = tuple(importlib.import_module(f"annexa.mappings.{name}") for name in _NAMES)
"""Where they are written."""
