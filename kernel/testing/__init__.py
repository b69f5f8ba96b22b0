"""The contract of plugins, as checks that plugin authors run in their tests.

    import pytest
    from kernel.testing import component_checks, plugin_checks

    @pytest.mark.parametrize("check", plugin_checks("kernel-plugin-mine"), ids=str)
    def test_plugin(check):
        check()

    @pytest.mark.parametrize("check", component_checks("mine", make_examples), ids=str)
    def test_component(check):
        check()

Each new rule for plugins is added here as a check with its own name.
"""

from kernel.testing.check import Check
from kernel.testing.components import component_checks
from kernel.testing.device import device_checks, device_double, gpu
from kernel.testing.plugins import plugged, plugin_checks

__all__ = [
    "Check",
    "component_checks",
    "device_checks",
    "device_double",
    "gpu",
    "plugged",
    "plugin_checks",
]
