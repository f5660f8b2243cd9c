"""What tokens cost, as far as somebody said so."""

from __future__ import annotations

import os
from dataclasses import dataclass

from storage.records import Usage

MILLION = 1_000_000


@dataclass(frozen=True, slots=True)
class Price:
    """Money for a million tokens read, and for a million written, in whatever currency the prices are."""

    input: float
    output: float

    def of(self, usage: Usage) -> float:
        """What this usage cost."""
        return (usage.input_tokens * self.input + usage.output_tokens * self.output) / MILLION


def price() -> Price | None:
    """The price that `REFRAIN_PRICE` names ("0.15,0.60": a million tokens in, a million out); None without one."""
    try:
        given = [float(part) for part in os.environ.get("REFRAIN_PRICE", "").split(",")]
    except ValueError:
        return None
    return Price(*given) if len(given) == 2 and min(given) >= 0 else None
