"""A workflow's tree as a picture: Mermaid text, which READMEs and many editors draw."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from .node import Node

_SHAPES = {
    "condition": ("{{", "}}"),
    "router": ("{", "}"),
    "loop": ("([", "])"),
    "parallel": ("[[", "]]"),
    "workflow": ("[/", "/]"),
}
_WAITS = {"confirm": "asks before it runs", "ask": "asks for details", "review": "waits for a review"}
_MARKUP = str.maketrans({"&": "#amp;", '"': "#quot;", "<": "#lt;", ">": "#gt;", "#": "#35;", "\n": " "})


def mermaid(name: str, nodes: Sequence[Node]) -> str:
    """A flowchart: boxes in order by arrows, what is inside a container by dotted ones, a loop's way back too."""
    lines = ["flowchart TD", f'  w(["{_text(name)}"])']
    lines += _chain(nodes, "w", "-->", "w")
    return "\n".join(lines)


def _chain(nodes: Sequence[Node], parent: str, arrow: str, prefix: str) -> Iterator[str]:
    before = parent
    for number, node in enumerate(nodes):
        here = f"{prefix}_{number}"
        yield from _node(node, here)
        yield f"  {before} {arrow} {here}"
        before, arrow = here, "-->"


def _node(node: Node, here: str) -> Iterator[str]:
    left, right = _SHAPES.get(node.kind, ("[", "]"))
    said = [_text(node.name), *([] if node.kind == "step" else [node.kind])]
    said += [_WAITS[wanted] for wanted in getattr(node, "waits_for", ())]
    yield f'  {here}{left}"{"<br/>".join(said)}"{right}'
    for number, way in enumerate(node.ways):
        inside, label = list(way.nodes), f"|{_text(way.label)}|" if way.label else ""
        if node.kind == "workflow" and len(inside) == 1 and inside[0].kind == "workflow":
            inside = [step for steps in inside[0].ways for step in steps.nodes]  # a step and its workflow are one box
        prefix = f"{here}_{number}"
        yield from _chain(inside, here, f"-.->{label}", prefix)
        if node.kind == "loop" and inside:
            yield f"  {prefix}_{len(inside) - 1} -.->|again| {here}"


def _text(label: str) -> str:
    return label.translate(_MARKUP)
