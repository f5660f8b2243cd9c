"""Exports: complete, and others' text stays inside its place."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from flows import Parallel, StepInput, Workflow, WorkflowAgent
from flows.contained import contained, in_code, one_line, quoted
from flows.export import ToldRun, ToldTurn, file_name, run_markdown, session_markdown, session_values
from flows.exporting import export_run, export_session, find_export
from flows.run_node import RunNode, ToolUse
from storage import NotFound, RunStore
from storage.records import Citation, Decision, Feedback, Run, Session, Turn, Usage

THEN = datetime(2026, 3, 1, 9, 5, tzinfo=UTC)
BREAKING = [
    "# Top",
    "Title\n=====",
    "Title\n---",
    "```\nnever closed",
    "~~~~\n```\n# no heading",
    "<!-- hidden",
    "<script>",
    "\\<script>",
    "`open\n` <b>x</b> `",
    "\\`<b>\\`",
    "[1]: http://evil.example",
    "![x](http://evil.example/x.png)",
    "> # Quoted",
    "- # In a list\n  more",
    "    # code",
    "###### Deep",
    "#",
    "text\n===",
]


def tokens(markdown: str) -> list[Any]:
    return MarkdownIt("commonmark", {"html": True}).parse(markdown)


def headings(markdown: str) -> list[tuple[int, str]]:
    found = tokens(markdown)
    return [
        (int(token.tag[1]), found[place + 1].content)
        for place, token in enumerate(found)
        if token.type == "heading_open" and token.level == 0
    ]


@given(st.lists(st.one_of(st.sampled_from(BREAKING), st.text(max_size=30)), min_size=1, max_size=5))
def test_others_text_neither_opens_our_headings_nor_swallows_what_follows(pieces: list[str]) -> None:
    document = f"## Ours\n\n{contained(chr(10).join(pieces), 2)}\n\n## Next [1]\n"
    found = headings(document)
    assert [text for level, text in found if level <= 2] == ["Ours", "Next [1]"], document
    kinds = [token for top in tokens(document) for token in [top, *(top.children or ())]]
    assert not [token for token in kinds if token.type in ("html_block", "html_inline", "image")], document
    assert "evil.example" not in str([token.attrs for token in tokens(document)[-2].children or ()])


@given(st.text(max_size=60))
def test_a_line_reads_as_it_was_written(text: str) -> None:
    plain = " ".join(text.split())
    for made in (f"> {one_line(text)}", f"- x {one_line(text)}", f"## x {one_line(text)}"):
        assert not [t for top in tokens(made) for t in top.children or () if t.type in ("html_inline", "link_open")]
    if plain.isprintable() and "&" not in plain and plain and not plain.endswith("#"):
        paragraph = tokens(one_line(text))
        assert paragraph[0].type == "paragraph_open"
        assert "".join(token.content for token in paragraph[1].children) == plain
    assert [token.type for token in tokens(f"x {in_code(text)} y")][:1] == ["paragraph_open"]


def test_headings_shift_below_the_step_and_fences_are_closed() -> None:
    assert contained("# One\n\n###### Six\n\nTwo\n---\n\n```py\n# kept", 3) == (
        "#### One\n\n###### Six\n\n##### Two\n\n```py\n# kept\n```"
    )
    assert quoted("# Hello\n\nyou") == "> \\# Hello\n>\n> you"


def test_a_file_is_named_after_its_title_in_plain_letters() -> None:
    assert file_name("Ärger über ../../Öl: “50 %” — 日本", "1a2b3c4d5e") == "arger-uber-ol-50-1a2b3c4d"
    assert file_name("日本", 'x/y\r\n"z') == "refrain-xyz"
    assert len(file_name("a" * 500, "b" * 500)) < 80


def article() -> ToldRun:
    found = {"sources": [{"title": "Tides <1>", "address": "https://tides.example/a b", "snippet": "Moon."}]}
    search = ToolUse("1", "web_search", {"query": "tides"}, THEN, THEN, "found", found)
    tree = [
        RunNode("Researcher", "Researcher", state="done", tokens=30, content="# Notes\n\nMoon.", calls=[search]),
        RunNode("Writer", "Writer", state="done", tokens=12, content={"text": "Tides.", "words": 1}, kept=True),
    ]
    for node in tree:
        node.started_at, node.finished_at = THEN, THEN + timedelta(seconds=2)
    run = Run(
        "run1", "Article", "completed", "tides", "Tides.", started_at=THEN, finished_at=THEN, usage=Usage(30, 12, 4)
    )
    return ToldRun(run, tree)


def test_a_run_is_told_with_its_steps_sources_tokens_and_times() -> None:
    text = run_markdown(article(), Feedback("f", "t", "ada", 0, "Too *short*"))
    assert headings(text) == [
        (1, "Article: tides"),
        (2, "Step Researcher"),
        (3, "Notes"),
        (2, "Step Writer"),
        (2, "Sources"),
    ]
    assert "Run `run1`: completed, begun 1 March 2026, 09:05 UTC, took 4.0 s, 42 tokens" in text
    assert "*done, 2.0 s, 30 tokens*" in text
    assert "*done, 2.0 s, 12 tokens, kept from before*" in text
    assert '- Used `web_search` with `{"query": "tides"}`' in text
    assert "1. Tides \\<1\\>: <https://tides.example/a%20b>" in text
    assert '"words": 1' in text
    assert "**Your verdict:** Thumb down: Too \\*short\\*" in text


def test_a_conversation_is_told_with_decisions_and_numbered_sources() -> None:
    session = Session("s1", "ada", "Tides & moons", THEN, THEN)
    citation = Citation("run0", "Notes", THEN, "The moon pulls.", 2)
    decision = Decision("answer", "It was worked out.", workflow="Article")
    answered = Turn("t1", "# Why?", "ada", "s1", "completed", THEN, None, decision, "# Because [2]", (citation,))
    ran = Turn("t2", "Write", "ada", "s1", "completed", THEN, None, Decision("run", "New."), "Moon.", run_ids=("run1",))
    told = [ToldTurn(answered, workflows={"run0": "Brief"}), ToldTurn(ran, [article()], Feedback("f", "t2", "ada", 1))]
    text = session_markdown(session, told)

    assert headings(text)[:4] == [
        (1, "Tides & moons"),
        (2, "1. \\# Why?"),
        (3, "Answer"),
        (4, "Because [2]"),
    ]
    assert "**Decided: answer Article.** It was worked out." in text
    assert "- [2] Notes of Brief, 1 March 2026, 09:05 UTC, run `run0`\n  > The moon pulls." in text
    assert "**Your verdict:** Thumb up" in text
    assert (4, "Step Writer") in headings(text)

    values = json.loads(json.dumps(session_values(session, told)))
    first, second = values["turns"]
    assert first["citations"][0] == {
        "label": 2,
        "run_id": "run0",
        "path": "Notes",
        "workflow": "Brief",
        "finished_at": "2026-03-01T09:05:00Z",
        "excerpt": "The moon pulls.",
        "edited": None,
    }
    assert second["feedback"] == {"value": 1, "comment": None}
    step = second["runs"][0]["steps"][0]
    assert step["calls"][0]["sources"][0]["address"] == "https://tides.example/a b"
    assert second["runs"][0]["usage"]["total_tokens"] == 42


async def test_what_is_stored_is_exported_for_its_user_alone(store: RunStore) -> None:
    def notes(step_input: StepInput) -> str:
        return f"Notes on {step_input.input}"

    def essay(step_input: StepInput) -> str:
        return "# Essay\n\nAll of it."

    workflow = Workflow("Study", [Parallel(notes, name="Gather"), essay])
    agent = WorkflowAgent([workflow], store=store)
    turn = await agent.respond("/run Study tides", session_id="s1", user_id="ada")
    run = await store.get_run(turn.run_ids[0])
    await store.upsert_feedback(Feedback("f", turn.id, "ada", 1, "Good"), "ada")

    exported = await export_run(agent, run)
    assert exported.name == f"study-tides-{run.id[:8]}"
    assert [text for _, text in headings(exported.markdown)] == [
        "Study: tides",
        "Step Gather",
        "Step Gather/notes",
        "Step essay",
        "Essay",
    ]
    assert json.loads(exported.json)["feedback"] == {"value": 1, "comment": "Good"}
    session = await store.get_session("s1", user_id="ada")
    assert session is not None
    conversation = await export_session(agent, session)
    assert f"Run `{run.id}`" in conversation.markdown
    assert conversation.markdown.count("All of it.") == 1
    assert (await find_export(agent, "s1", "ada")).json == conversation.json
    assert (await find_export(agent, run.id, "ada")).json == exported.json
    for id in (run.id, "s1", "none"):
        with pytest.raises(NotFound):
            await find_export(agent, id, "eve")
