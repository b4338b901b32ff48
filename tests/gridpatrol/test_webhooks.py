"""Where webhooks of a node may lead."""

from __future__ import annotations

from ipaddress import ip_network

import pytest

from detector.sources import AddressPolicy
from dispatch.webhooks import TargetRefused
from gridpatrol.webhooks import checked_by


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/",
        "http://localhost:8600/api/v1/cases",
        "http://[::1]/",
        "http://[::ffff:127.0.0.1]/",
        "http://169.254.169.254/latest/meta-data/",
        "http://100.100.100.200/",
        "http://0.0.0.0/",
        "http://0x7f000001/",
        "http://2130706433/",
        "file:///etc/passwd",
        "gopher://10.0.0.1/",
        "http://user:pw@10.0.0.1/",
        "http://10.0.0.1:99999/",
        "http:///x",
    ],
)
def test_no_webhook_leads_to_this_machine_or_a_metadata_service(url: str) -> None:
    with pytest.raises(TargetRefused) as refused:
        checked_by(AddressPolicy())(url)
    assert "pw" not in refused.value.what


def test_the_connection_goes_to_the_address_that_was_checked() -> None:
    target = checked_by(AddressPolicy((ip_network("127.0.0.0/8"),)))("http://localhost:8080/hook?a=1")
    assert (target.url, target.host) == ("http://127.0.0.1:8080/hook?a=1", "localhost")
    private = checked_by(AddressPolicy())("https://10.1.2.3/hook")
    assert (private.url, private.host) == ("https://10.1.2.3/hook", "10.1.2.3")
