"""What keeps people out of a page: axe's findings, colours too close to each other, targets too small for a finger."""

from __future__ import annotations

import colorsys
import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page

THEME = Path(__file__).parent.parent / "public" / "theme.json"
GRAVE = ("serious", "critical")

Colour = tuple[float, float, float]  # red, green, blue, each 0 to 1


@dataclass(frozen=True, slots=True)
class Finding:
    """A rule of axe's that an element breaks."""

    rule: str
    selector: str
    html: str
    message: str

    def __str__(self) -> str:
        return f"{self.rule} at {self.selector}: {self.message}\n    {self.html}"


# A fade must not be judged half-way, nor what is drawn but not yet mended.
_SETTLED = """async () => {
    const passing = document.getAnimations().filter((each) => each.effect.getComputedTiming().iterations !== Infinity)
    await Promise.all(passing.map((each) => each.finished.catch(() => null)))
    for (let i = 0; i < 2; i++) await new Promise(requestAnimationFrame)
}"""
_RUN = """async (rules) => {
    const { violations } = await axe.run({ resultTypes: ['violations'], ...(rules && { runOnly: rules }) })
    return violations
}"""


def findings(page: Page, *rules: str) -> list[Finding]:
    """The serious and critical findings of axe, of these rules or of all, on the page as it stands after its fades."""
    page.evaluate(_SETTLED)
    page.evaluate(AXE_SCRIPT)
    violations: list[dict[str, Any]] = page.evaluate(_RUN, list(rules) or None)
    return [
        Finding(each["id"], " ".join(map(str, node["target"])), node["html"], _message(node))
        for each in violations
        if each["impact"] in GRAVE
        for node in each["nodes"]
    ]


def _message(node: dict[str, Any]) -> str:
    checks = [*node["any"], *node["all"], *node["none"]]
    return str(checks[0]["message"]) if checks else ""


def overflow(page: Page) -> int:
    """How many pixels of the page stand beyond its right edge."""
    return int(page.evaluate("Math.max(0, document.documentElement.scrollWidth - innerWidth)"))


_SMALL = """(least) => [...document.querySelectorAll('button, a, [role=button], [role=menuitem], input, select')]
    .filter((each) => each.checkVisibility({ opacityProperty: true, visibilityProperty: true }) && each.tabIndex >= 0)
    .filter((each) => getComputedStyle(each).display !== 'inline')
    .map((each) => [each, each.getBoundingClientRect()])
    .filter(([each, box]) => box.width > 1 && box.height > 1 && Math.min(box.width, box.height) < least)
    .map(([each, box]) => `${each.id || each.className || each.tagName} ${box.width | 0}×${box.height | 0}`)"""


def small_targets(page: Page, least: int = 32) -> list[str]:
    """What can be pressed and is smaller than `least` pixels; links in a text may be (WCAG 2.5.8)."""
    return list(page.evaluate(_SMALL, least))


@cache
def theme(variant: str) -> dict[str, Colour]:
    """The colours of the light or the dark theme, by name without the leading dashes."""
    variables: dict[str, str] = json.loads(THEME.read_text(encoding="utf-8"))["variables"][variant]
    return {name.removeprefix("--"): hsl(value) for name, value in variables.items() if value.endswith("%")}


def hsl(written: str) -> Colour:
    """A colour as style sheets write it: "178 62% 26%"."""
    hue, saturation, lightness = (float(part.rstrip("%")) for part in written.split())
    return colorsys.hls_to_rgb(hue / 360, lightness / 100, saturation / 100)


def blended(colour: Colour, share: float, below: Colour) -> Colour:
    """A colour of which `share` (0 to 1) covers what is below."""
    red, green, blue = (share * top + (1 - share) * bottom for top, bottom in zip(colour, below, strict=True))
    return red, green, blue


def contrast(one: Colour, other: Colour) -> float:
    """How far two colours stand apart, 1 to 21 (WCAG 2.2)."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: Colour) -> float:
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
