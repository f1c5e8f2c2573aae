"""Linux parameters. Most refusals stand in test_registration.py."""

from __future__ import annotations

import pytest

from fakebatch.batch.errors import ClientException
from fakebatch.batch.linux_parameters import check_linux_parameters


@pytest.mark.source("recorded: cdk-preflight device-permissions-value")
def test_a_device_has_no_other_permissions():
    devices = [
        {"hostPath": "/dev/fuse", "permissions": ["READ", "WRITE", "MKNOD"]},
        {"hostPath": "/dev/null", "permissions": ["EXECUTE"]},
    ]
    with pytest.raises(ClientException) as caught:
        check_linux_parameters({"devices": devices})
    assert caught.value.message == "Invalid permission: EXECUTE for device /dev/null"


@pytest.mark.source(
    "recorded: cdk-preflight jd-linux-max-swap-negative, the value that is missing comes first"
)
def test_negative_swap_without_swappiness():
    with pytest.raises(ClientException) as caught:
        check_linux_parameters({"maxSwap": -1})
    assert caught.value.message == ("When container specified swap memory, swappiness value is required.")
