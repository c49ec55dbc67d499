"""Valid but poorer answers on the clean company: an empty list, an unknown value, a declared absence, a shorter list."""

from collections.abc import Iterator
from typing import Any

import msgspec
import pytest
from matrix import PACK, Judge, Judged, Struck, changed, fault, kinds, operations
from matrix_table import Table, justified
from poorer_worlds import Saying, Shortened
from test_deny_matrix import FULLER, depend

from annexa import collectors
from annexa.collectors._collect import Done
from annexa.sandbox._faults import NEW_ENUM_VALUE
from annexa.schemas.words import Result, Verdict

COLLECTORS = collectors.of(collectors.vendor("aws"))
ABSENCES = sorted({(call.op, name) for one in COLLECTORS for call in one.calls for name in call.absent})
