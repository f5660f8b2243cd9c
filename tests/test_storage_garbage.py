from __future__ import annotations

import gc
from contextlib import suppress

from storage.garbage import without_collections


def test_garbage_is_looked_for_again_once_all_have_left_the_pause() -> None:
    assert gc.isenabled()
    with without_collections:
        with suppress(ValueError), without_collections:
            raise ValueError
        assert not gc.isenabled()
    assert gc.isenabled()


def test_who_has_turned_the_search_off_finds_it_off() -> None:
    gc.disable()
    try:
        with without_collections:
            pass
        assert not gc.isenabled()
    finally:
        gc.enable()
