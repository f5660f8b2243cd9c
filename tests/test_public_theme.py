"""The colours of the light and the dark theme: every text can be read, and one sees where the keyboard is."""

from __future__ import annotations

import pytest

from .accessibility import blended, contrast, hsl, theme

VARIANTS = ("light", "dark")
TEXTS = [
    ("foreground", "background"),
    ("foreground", "card"),
    ("card-foreground", "card"),
    ("popover-foreground", "popover"),
    ("primary-foreground", "primary"),
    ("secondary-foreground", "secondary"),
    ("accent-foreground", "accent"),
    ("foreground", "accent"),
    ("foreground", "muted"),
    ("muted-foreground", "background"),
    ("muted-foreground", "card"),
    ("muted-foreground", "muted"),
    ("muted-foreground", "accent"),
    ("muted-foreground", "popover"),
    ("muted-foreground", "sidebar-background"),
    ("primary", "background"),
    ("primary", "card"),
    ("primary", "accent"),
    ("destructive", "background"),
    ("destructive", "card"),
    ("destructive", "accent"),
    ("destructive", "popover"),
    ("destructive-foreground", "destructive"),
    ("sidebar-foreground", "sidebar-background"),
    ("sidebar-accent-foreground", "sidebar-accent"),
]
RINGS = [("ring", "background"), ("ring", "card"), ("ring", "accent"), ("sidebar-ring", "sidebar-background")]
CHIP = 0.08  # how much of its colour a chip's background has
MARKED = {"light": (hsl("45 95% 62%"), 0.4), "dark": (hsl("45 90% 55%"), 0.28)}  # a cited passage's, and its share


@pytest.mark.parametrize("variant", VARIANTS)
@pytest.mark.parametrize(("text", "background"), TEXTS)
def test_a_text_stands_out_from_its_background(variant: str, text: str, background: str) -> None:
    colours = theme(variant)
    assert contrast(colours[text], colours[background]) >= 4.5


@pytest.mark.parametrize("variant", VARIANTS)
@pytest.mark.parametrize("page", ["background", "card", "accent"])
def test_a_chip_can_be_read(variant: str, page: str) -> None:
    colours = theme(variant)
    assert contrast(colours["primary"], blended(colours["primary"], CHIP, colours[page])) >= 4.5


@pytest.mark.parametrize("variant", VARIANTS)
def test_a_cited_passage_can_be_read(variant: str) -> None:
    colours = theme(variant)
    assert contrast(colours["foreground"], blended(*MARKED[variant], colours["card"])) >= 4.5


@pytest.mark.parametrize("variant", VARIANTS)
@pytest.mark.parametrize(("ring", "background"), RINGS)
def test_one_sees_where_the_keyboard_is(variant: str, ring: str, background: str) -> None:
    colours = theme(variant)
    assert contrast(colours[ring], colours[background]) >= 3
