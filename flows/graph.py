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


def mermaid(name: str, nodes: Sequence[Node]) -> str:
    """A flowchart: boxes in order, the inside of containers indented below an arrow."""
    lines = ["flowchart TD", f'  w(["{_text(name)}"])']
    lines += _chain(nodes, "w", "w")
    return "\n".join(lines)


def _chain(nodes: Sequence[Node], parent: str, prefix: str) -> Iterator[str]:
    before = parent
    for number, node in enumerate(nodes):
        here = f"{prefix}_{number}"
        yield from _node(node, here)
        yield f"  {before} --> {here}"
        before = here


def _node(node: Node, here: str) -> Iterator[str]:
    left, right = _SHAPES.get(node.kind, ("[", "]"))
    label = node.name if node.kind == "step" else f"{node.name}<br/>{node.kind}"
    yield f'  {here}{left}"{_text(label)}"{right}'
    if node.kind in ("parallel", "router", "condition"):
        for number, child in enumerate(node.children):
            yield from _node(child, f"{here}_{number}")
            yield f"  {here} -.-> {here}_{number}"
    elif node.kind == "workflow" and len(node.children) == 1 and node.children[0].kind == "workflow":
        yield from _chain(node.children[0].children, here, here)
    else:
        yield from _chain(node.children, here, here)


def _text(label: str) -> str:
    return label.replace('"', "#quot;").replace("\n", " ")
