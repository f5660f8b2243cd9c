"""The printed tables: plain lines, the same in a terminal and in a pipe."""

from __future__ import annotations

from collections.abc import Sequence

from .metrics import Figure, Figures, Report, Verdict
from .pairs import Count, PairReport, PairVerdict

NOTHING = "–"
_HEADS = {
    "accuracy": "accuracy",
    "false_hit_rate": "false hit",
    "stale_hit_rate": "stale hit",
    "needless_run_rate": "needless",
    "recall_at_1": "recall@1",
    "recall_at_5": "recall@5",
    "mrr": "MRR",
    "citation_precision": "cited ok",
    "citation_recall": "gold cited",
}
LEGEND = (
    "In percent, ms a decision; 95 % intervals by family. False hit: answered where work was needed. Needless: worked "
    "where the answer was known. Cited ok: of the cited steps. Gold cited: of the runs that were wanted."
)


def table(report: Report) -> list[str]:
    """The product in all, with intervals; its strata; the baselines; and what the columns mean."""
    groups = [
        [["", "turns", *_HEADS.values(), "leaks", "ms"]],
        [_row("overall", report.overall), _intervals(report.overall)],
        [_row(name, figures) for name, figures in report.strata.items()],
        [_row(name.replace("_", " "), figures) for name, figures in report.baselines.items()],
    ]
    return [*_aligned(groups), "", LEGEND]


def misses(verdicts: Sequence[Verdict]) -> list[str]:
    """Two lines for each message about which the wrong thing was done."""
    told = []
    for verdict in verdicts:
        if not verdict.right:
            turn, family = verdict.turn, verdict.family.family
            wrong = f"wanted {turn.label}, got {verdict.action}"
            told += [f"{family} · {turn.stratum} · {wrong} · {_line(turn.message)}", f"    {_line(verdict.reason)}"]
    return told


def pairs_table(report: PairReport) -> list[str]:
    """How many pairs of each kind were served, then the shares of true repeats and of traps."""
    groups = [
        [["", "pairs", "served", "%"]],
        [_counted("overall", report.overall)],
        [_counted(kind, count) for kind, count in report.kinds.items()],
    ]
    shares = [
        f"{name} {_share(share)} % ({_between(share)}) of {what} served"
        for name, share, what in (("hits", report.hits, "true repeats"), ("traps", report.traps, "the others"))
        if share.value is not None
    ]
    return [*_aligned(groups), "", *shares]


def pair_misses(verdicts: Sequence[PairVerdict]) -> list[str]:
    """Two lines for each pair that was wrongly served, or not."""
    told = []
    for verdict in verdicts:
        if not verdict.right:
            pair = verdict.pair
            wrong = f"{'same' if pair.same else 'another'}, {'served' if verdict.served else 'not served'}"
            told += [f"{pair.kind} · {wrong} · {_line(pair.first)} → {_line(pair.second)}"]
            told += [f"    {_line(verdict.reason)}"]
    return told


def _row(name: str, figures: Figures) -> list[str]:
    milliseconds = figures.rates["ms_per_decision"].value
    return [
        name,
        str(figures.turns),
        *(_share(figures.rates[rate]) for rate in _HEADS),
        NOTHING if figures.leaks is None else str(figures.leaks),
        NOTHING if milliseconds is None else f"{milliseconds:.1f}",
    ]


def _intervals(figures: Figures) -> list[str]:
    milliseconds = figures.rates["ms_per_decision"].interval
    last = "" if milliseconds is None else f"{milliseconds[0]:.1f}–{milliseconds[1]:.1f}"
    return ["", "", *(_between(figures.rates[rate]) for rate in _HEADS), "", last]


def _counted(name: str, count: Count) -> list[str]:
    share = Figure(count.served / count.pairs if count.pairs else None)
    return [name, str(count.pairs), str(count.served), _share(share)]


def _share(figure: Figure) -> str:
    return NOTHING if figure.value is None else f"{100 * figure.value:.1f}"


def _between(figure: Figure) -> str:
    return "" if figure.interval is None else "–".join(f"{100 * end:.1f}" for end in figure.interval)


def _aligned(groups: Sequence[Sequence[Sequence[str]]]) -> list[str]:
    """The rows in columns as wide as they need to be, the first to the left, with a blank line between groups."""
    widths = [max(map(len, column)) for column in zip(*(row for group in groups for row in group), strict=True)]
    lines: list[str] = []
    for group in groups:
        if lines and group:
            lines.append("")
        for first, *others in group:
            cells = [cell.rjust(width) for cell, width in zip(others, widths[1:], strict=True)]
            lines.append("  ".join([first.ljust(widths[0]), *cells]).rstrip())
    return lines


def _line(text: str) -> str:
    return " ".join(text.split())
