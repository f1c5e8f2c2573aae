"""How thoroughly properties are tested.

By default always the same examples, and a failure isn't made smaller: that takes minutes for stories of many
calls. `FAKEBATCH_PROPERTIES=thorough` looks further, at random, and shrinks what it finds.
"""

import os

from hypothesis import HealthCheck, Phase, settings

_SLOW_IS_FINE = [HealthCheck.too_slow, HealthCheck.data_too_large]

settings.register_profile(
    "fakebatch-quick",
    max_examples=40,
    derandomize=True,
    phases=[Phase.explicit, Phase.generate],
    database=None,
    deadline=None,
    suppress_health_check=_SLOW_IS_FINE,
)
settings.register_profile(
    "fakebatch-thorough", max_examples=2_000, deadline=None, suppress_health_check=_SLOW_IS_FINE
)
settings.register_profile(
    "fakebatch", settings.get_profile(f"fakebatch-{os.environ.get('FAKEBATCH_PROPERTIES', 'quick')}")
)
