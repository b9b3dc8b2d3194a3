"""A clean environment for each test: what the machine has set must not decide, nor how busy it is."""

import os

import hypothesis
import pytest

hypothesis.settings.register_profile("server", deadline=None)
hypothesis.settings.load_profile("server")


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in os.environ:
        if name.upper().startswith(("MAKE_", "MATON_")) or name.upper().endswith("_PROXY"):
            monkeypatch.delenv(name)
