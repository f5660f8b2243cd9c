"""Labels of evidence pass, labels of nothing go, however the text is cut into pieces."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from flows.citations import CitationFilter

TEXT = "Solar is cheap [1, 2]. Wind too [3]. See [the note](x) and [9]; a[0] stays? [2] done [12"


def filtered(pieces: list[str], labels: list[int]) -> tuple[str, list[int], bool]:
    filter_ = CitationFilter(labels)
    said = "".join(filter_.take(piece) for piece in pieces) + filter_.finish()
    return said, filter_.cited, filter_.removed


def test_known_labels_stay_and_unknown_ones_go() -> None:
    assert filtered([TEXT], [1, 2]) == (
        "Solar is cheap [1] [2]. Wind too. See [the note](x) and; a stays? [2] done [12",
        [1, 2],
        True,
    )


@given(st.lists(st.integers(1, 9), max_size=8))
def test_the_cuts_between_pieces_do_not_matter(cuts: list[int]) -> None:
    pieces, rest = [], TEXT
    for cut in cuts:
        pieces.append(rest[:cut])
        rest = rest[cut:]
    assert filtered([*pieces, rest], [1, 3]) == filtered([TEXT], [1, 3])


def test_text_without_labels_is_let_through_at_once() -> None:
    assert CitationFilter([1]).take("a whole sentence.") == "a whole sentence."
