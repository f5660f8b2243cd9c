from __future__ import annotations

import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from hypothesis import settings
from playwright.sync_api import Browser

from storage import RunStore

from .browser import chromium

# No test touches a network, a key of the machine's, or a store of the user's.
# CI goes too: `chainlit run` takes it for an option that sets a key. REFRAIN_TREES asks for more property tests.
for name in [name for name in os.environ if name.startswith(("OPENAI_", "REFRAIN_", "CHAINLIT_", "OAUTH_", "CI"))]:
    if name != "REFRAIN_TREES":
        del os.environ[name]
os.environ["REFRAIN_SEARCH"] = "library"
os.environ["REFRAIN_OFFLINE_WORDS_PER_SECOND"] = "0"

settings.register_profile("untimed", deadline=None)  # how fast anything is does not decide a test
settings.load_profile("untimed")


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[RunStore]:
    """An empty store in a file of its own."""
    opened = RunStore(tmp_path / "refrain.db")
    yield opened
    await opened.close()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A browser for the tests of one file: beyond that it would keep the event loop of others from running."""
    with chromium() as opened:
        yield opened
