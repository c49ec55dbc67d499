"""Every named predicate. A new one is a function with a docstring in one of the modules below.

Operators come first: a predicate is for joins with another kind, and for what no single field says.
"""

from annexa.mappings import predicates_access, predicates_governance, predicates_inventory, predicates_systems
from annexa.mappings.predicate import PREDICATES, Predicate, predicate

__all__ = ["MODULES", "PREDICATES", "Predicate", "predicate"]

MODULES = (predicates_inventory, predicates_access, predicates_systems, predicates_governance)
"""Where they are written."""
