"""How long a property is tried: the same short round in CI, a long random one in ``nox -s soak``.

``HYPOTHESIS_PROFILE=soak`` asks for the long one; a failure then prints how to repeat it.
"""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings

IS_LONG = os.environ.get("HYPOTHESIS_PROFILE") == "soak"
TIMES_LONGER = 20


def effort(examples: int) -> settings:
    """Settings for a property: ``examples`` in CI, the same ones each time; more in a soak."""
    return settings(
        max_examples=examples * (TIMES_LONGER if IS_LONG else 1),
        derandomize=not IS_LONG,
        database=None,
        deadline=None,
        print_blob=True,
        suppress_health_check=[
            HealthCheck.too_slow,
            HealthCheck.data_too_large,
            HealthCheck.large_base_example,
            # The fixtures that properties take are servers and clients, which outlive an example.
            HealthCheck.function_scoped_fixture,
        ],
    )
