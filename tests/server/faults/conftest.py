"""Whom to trust, for the tests that speak TLS."""

import pytest
from tests.server.faults.certificates import Authority
from tests.server.faults.certificates import authority as new_authority


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return new_authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(autouse=True)
def trusted(authority: Authority, monkeypatch: pytest.MonkeyPatch) -> None:
    """Trusts the authority of the tests alone: reading all those that a machine trusts takes longer than most tests."""
    monkeypatch.delenv("SSL_CERT_DIR", raising=False)
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.file))
