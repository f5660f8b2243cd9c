"""Models and searches that fail in every way there is: what the user is told, what is kept, and that the talk goes on.

Each fault comes from a server over HTTP, to the real ChatOpenAI.
"""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from ddgs.exceptions import DDGSException, RatelimitException, TimeoutException

from agents import Agent, models
from agents.pairs import PairedText, paired_value
from agents.tools import DuckDuckGoTools, duckduckgo
from agents.tools.duckduckgo import MOST_RESULTS, Web
from flows import Step, StepInput, Workflow, WorkflowAgent
from storage import RunStore
from storage.records import Turn, now

from .model_server import ModelServer, Reply
from .remembered import Kept, keep

NO_REPLY = "sent something that is no reply. Check OPENAI_BASE_URL, then try again."
SPOKEN = "Tides follow the Moon"
BROKEN_STREAM = b'data: {"id": "x", "object": "chat.completion.chunk", "choices": [{"ind\n\n'


@dataclass(frozen=True, slots=True)
class Fault:
    """`replies` of a server, and what the user reads; `spoken` is what has streamed before and stays."""

    name: str
    replies: tuple[Reply, ...]
    sentence: str
    spoken: str = ""
    options: dict[str, Any] = field(default_factory=dict)


FAULTS = [
    Fault("401", (Reply(status=401, error="no"),), "refused the key. Check OPENAI_API_KEY."),
    Fault("403", (Reply(status=403, error="no"),), "not allowed to use this model. Check OPENAI_API_KEY"),
    Fault(
        "404 model", (Reply(status=404, error="no model m"),), "Check REFRAIN_MODEL and OPENAI_BASE_URL. (no model m.)"
    ),
    Fault(
        "400", (Reply(status=400, error="no such option"),), "did not accept the request (error 400): no such option."
    ),
    Fault("429", (Reply(status=429, retry_after=3600),), "limit is reached. Try again in 3600 seconds."),
    Fault(
        "429 twice", (Reply(status=429, retry_after=0.01),) * 2, "Try again in 1 second.", options={"max_retries": 1}
    ),
    Fault("500", (Reply(status=500),), "trouble of its own (error 500). Try again in a moment."),
    Fault("503", (Reply(status=503),), "trouble of its own (error 503). Try again in a moment."),
    Fault("cut in mid-word", (Reply(f"{SPOKEN} twi", cut=True),), "broke off in the middle", f"{SPOKEN} twi"),
    Fault("silent", (Reply(SPOKEN, hold=threading.Event()),), "did not answer in time", options={"timeout": 0.2}),
    Fault("endless", (Reply("and on ", endless=True),), "did not come to an end, so it was cut off", "and on and on"),
    Fault("empty", (Reply(""),), "gave an empty reply. Try again, or use another model."),
    Fault("blank", (Reply(" \n "),), "gave an empty reply. Try again, or use another model."),
    Fault("no body", (Reply(raw=b"\n"),), NO_REPLY),
    Fault("a page", (Reply(raw=b"<html>Sign in to the hotel's network</html>"),), NO_REPLY),
    Fault("binary", (Reply(raw=b"\x00\xff\xfe\x1b]0;x\x07" * 50),), NO_REPLY),
    Fault("broken stream", (Reply(raw=BROKEN_STREAM),), NO_REPLY),
    Fault("length", (Reply("", finish="length"),), "reached its length limit before it said anything"),
    Fault("filter", (Reply("", finish="content_filter"),), "content filter stopped"),
    Fault(
        "a tool that loops",
        tuple(Reply(calls=[("look", {"at": str(number)})]) for number in range(4)),
        "called tools again and again and gave no answer",
    ),
]


def look(at: str) -> str:
    """Look at something."""
    return f"Nothing to be seen at {at}."


def talk(server: ModelServer, store: RunStore, *tools: Any, retries: int = 0, **options: Any) -> WorkflowAgent:
    """A conversation over a workflow of one agent, whose model is the server's."""
    model = server.client(**options)
    agent = Agent("Teller", "Tell.", model=model, tools=[look, *tools], max_tool_rounds=3)
    steps = [Step("Teller", agent=agent, retries=retries, backoff=0.001)]
    return WorkflowAgent([Workflow("Tell", steps, description="Tells.")], store=store, model=model)


async def streamed(store: RunStore, turn: Turn) -> str:
    return "".join(event.data["text"] for event in await store.events(turn.id) if event.type == "step_delta")


@pytest.fixture(autouse=True)
def short_of_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """A reply of so many characters does not end."""
    monkeypatch.setattr(models, "REPLY_CHARACTERS", 2_000)


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
async def test_a_run_fails_in_a_sentence_that_says_what_to_do_and_the_talk_goes_on(
    store: RunStore, fault: Fault
) -> None:
    with ModelServer([*fault.replies, "All is well."]) as server:
        agent = talk(server, store, **fault.options)
        turn = await agent.respond("/run Tell of tides", session_id="s")
        after = await agent.respond("/run Tell of moons", session_id="s")

    assert turn.status == "failed"
    assert turn.error is not None
    assert turn.error.startswith("Teller failed: ")
    assert fault.sentence in turn.error
    assert "\n" not in turn.error
    assert len(turn.error) < 400
    run = await store.get_run(turn.run_ids[0])
    assert (run.status, run.steps[-1].success) == ("failed", False)
    assert (await streamed(store, turn)).strip().startswith(fault.spoken)
    assert "step_failed" in [event.type for event in await store.events(turn.id)]
    assert (after.status, after.answer) == ("completed", "All is well.")


@pytest.mark.parametrize("fault", FAULTS[:-1], ids=lambda fault: fault.name)
async def test_an_answer_that_fails_keeps_what_was_said_and_the_talk_goes_on(store: RunStore, fault: Fault) -> None:
    await keep(store, Kept("r", "tides", "Tides follow the Moon twice a day.", user="local"), now=now())
    with ModelServer([*fault.replies, "Twice a day [1]."]) as server:
        agent = talk(server, store, **fault.options)
        turn = await agent.respond("How often do tides follow the Moon?", session_id="s")
        after = await agent.respond("How often a day do tides follow the Moon?", session_id="s")

    assert (turn.status, turn.run_ids) == ("failed", ())
    assert turn.error
    assert turn.answer.strip().startswith(fault.spoken)
    assert (after.status, after.answer) == ("completed", "Twice a day [1].")


async def test_what_passes_by_itself_is_tried_again_and_what_does_not_is_not(store: RunStore) -> None:
    with ModelServer([Reply(status=500), Reply(SPOKEN, cut=True), "Told.", Reply(status=401), "Next."]) as server:
        agent = talk(server, store, retries=3)
        first = await agent.respond("/run Tell of tides", session_id="s")
        second = await agent.respond("/run Tell of moons", session_id="s")
        third = await agent.respond("/run Tell of stars", session_id="s")

    assert (first.status, first.answer) == ("completed", "Told.")
    assert [event.type for event in await store.events(first.id)].count("step_retried") == 2
    assert (second.status, third.answer) == ("failed", "Next.")


async def test_the_wait_that_a_busy_server_asks_for_is_kept(store: RunStore) -> None:
    with ModelServer([Reply(status=429, retry_after=0.3), "Told."]) as server:
        began = time.monotonic()
        turn = await talk(server, store, max_retries=2).respond("/run Tell of tides", session_id="s")
    assert turn.answer == "Told."
    assert time.monotonic() - began >= 0.3


@pytest.mark.parametrize("where", ["nobody listens", "no such name"])
async def test_a_server_that_cannot_be_reached(store: RunStore, where: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with ModelServer([]) as gone:
        options: dict[str, Any] = {"base_url": gone.url}
    if where == "no such name":
        options["base_url"] = "http://model.invalid/v1"
        found = socket.getaddrinfo

        def unknown(host: Any, *asked: Any, **more: Any) -> Any:
            if "invalid" in str(host):
                raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
            return found(host, *asked, **more)

        monkeypatch.setattr(socket, "getaddrinfo", unknown)
    turn = await talk(gone, store, **options).respond("/run Tell of tides", session_id="s")
    assert turn.error is not None
    assert "cannot be reached. Check the network and OPENAI_BASE_URL." in turn.error
    with ModelServer(["Told."]) as server:
        after = await talk(server, store).respond("/run Tell of moons", session_id="s")
    assert after.answer == "Told."


@pytest.mark.parametrize(
    ("calls", "told"),
    [
        ([("look", '{"at": "the se')], "the arguments are not a JSON object"),
        ([("look", "[1, 2]")], "the arguments are not a JSON object"),
        ([("look", {"where": "there"})], "The arguments do not fit: at: Field required"),
        ([("open_door", {})], "There is no tool called 'open_door'. Tools: look"),
        ([("", "")], "There is no tool called"),
        ([("crash", {})], "RuntimeError: out of order"),
        ([("look", {"at": "\ud83d \x00\x1b[2J"})], "Nothing to be seen at \ufffd"),
    ],
)
async def test_a_wrong_call_goes_back_to_the_model(store: RunStore, calls: list[Any], told: str) -> None:
    def crash() -> str:
        """Crash."""
        raise RuntimeError("out of order")

    with ModelServer([Reply("Half \ud83d", calls=calls), "Told."]) as server:
        turn = await talk(server, store, crash).respond("/run Tell of tides", session_id="s")
    assert (turn.status, turn.answer) == ("completed", "Told.")
    assert told in str(server.requests[1]["messages"][-1]["content"])


async def test_a_tool_that_loops_is_ended_and_the_model_concludes(store: RunStore) -> None:
    rounds = [Reply(calls=[("look", {"at": "it"})])] * 3
    with ModelServer([*rounds, "There is nothing."]) as server:
        turn = await talk(server, store).respond("/run Tell of tides", session_id="s")
    assert turn.answer == "There is nothing."
    assert "tools" not in server.requests[-1]


async def test_a_workflow_call_that_cannot_be_read_runs_what_the_rules_chose_or_fails_in_a_sentence(
    store: RunStore,
) -> None:
    await keep(store, Kept("r", "tides", "Tides follow the Moon twice a day.", user="local"), now=now())
    broken = Reply(calls=[("run_tell", '{"input": "ti')])
    with ModelServer([broken, "Told.", broken]) as server:
        agent = talk(server, store)
        asked = await agent.respond("Tell me about volcanoes and geysers", session_id="s")
        question = await agent.respond("How often do tides follow the Moon?", session_id="t")
    assert (asked.status, asked.answer) == ("completed", "Told.")
    assert (question.status, question.run_ids) == ("failed", ())
    assert question.error is not None
    assert "could not be read. Try again" in question.error


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        (("w" * 99 + " ") * 2_000, ("w" * 99 + " ") * 2_000),
        ("x" * 200_000, "x" * 200_000),
        ("one \ud83d two \udc00.", "one \ufffd two \ufffd."),
        ("a\x00b\x07c\x1b[2Jd\u202e", "a\x00b\x07c\x1b[2Jd\u202e"),
        ("```\n[1](javascript:x) <script>", "```\n[1](javascript:x) <script>"),
    ],
    ids=["200 kB in words", "200 kB in one", "lone surrogates", "control characters", "markup"],
)
async def test_odd_text_is_kept_handed_on_and_recalled(
    store: RunStore, text: str, kept: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(models, "REPLY_CHARACTERS", 300_000)

    async def count(step_input: StepInput) -> str:
        return str(len(str(step_input.previous_step_content)))

    with ModelServer([text, "Read."]) as server:
        model = server.client()
        teller, reader = Agent("Teller", model=model), Agent("Reader", model=model)
        workflow = Workflow("Tell", [teller, count, Step("Back", executor=_first), reader])
        agent = WorkflowAgent([workflow], store=store, model=model)
        turn = await agent.respond("/run Tell of tides \ud83d", session_id="s")
    run = await store.get_run(turn.run_ids[0])
    assert (turn.status, turn.answer) == ("completed", "Read.")
    assert run.steps[0].content == kept
    assert run.steps[1].content == str(len(kept))
    assert await streamed(store, turn) == kept + "Read."


def _first(step_input: StepInput) -> str:
    return str(step_input.get_step_content("Teller"))


def test_halves_of_a_pair_in_two_pieces_are_joined() -> None:
    text = PairedText()
    assert [text.take("a \ud83d"), text.take("\ude00 b"), text.take("\ud83d"), text.finish()] == [
        "a ",
        "\U0001f600 b",
        "",
        "\ufffd",
    ]
    assert paired_value({"a\ud83d": ["\udc00", 1, None]}) == {"a\ufffd": ["\ufffd", 1, None]}


def raising(error: Exception) -> Callable[[str], Any]:
    def engine(query: str) -> Any:
        raise error

    return engine


ROW = {"title": "Tides", "href": "https://example.org/tides", "body": "Twice a day."}
UNREADABLE_ROWS: list[Any] = [
    None, 7, "text", [], [None, 7, "row"], [{}], [{"title": None, "href": None, "body": 5}],
    [{**ROW, "href": "file:///etc/passwd"}], [{**ROW, "href": "http://[::1"}], [{**ROW, "href": "javascript:x"}],
    [{**ROW, "href": "https://example.org/" + "a" * 10_000}],
]  # fmt: skip


@pytest.mark.parametrize(
    "engine",
    [
        *(raising(error) for error in (DDGSException("x"), RatelimitException("x"), TimeoutException("x"))),
        *(raising(error) for error in (OSError("x"), ValueError("x"), KeyError(), RecursionError())),
        *((lambda query, rows=rows: rows) for rows in UNREADABLE_ROWS),
    ],
)
def test_a_search_that_fails_is_done_in_the_library_and_says_so(
    engine: Callable[[str], Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("REFRAIN_SEARCH")
    result = DuckDuckGoTools(web=Web(engine)).search("tidal energy")
    assert result["engine"] == "Library"
    assert result["note"].endswith("so the document library was searched instead.")
    assert result["sources"]


def test_a_search_that_hangs_is_left_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("REFRAIN_SEARCH")
    monkeypatch.setattr(duckduckgo, "LONGEST", 0.05)
    never = threading.Event()
    result = DuckDuckGoTools(web=Web(lambda query: [ROW] if never.wait(10) else [])).search("tidal energy")
    never.set()
    assert result["note"] == duckduckgo.UNREACHABLE


def test_a_search_that_gives_too_much_is_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("REFRAIN_SEARCH")
    long = "tide " * 1_000_000
    rows = [{**ROW, "href": f"https://example.org/{n}", "title": long, "body": long} for n in range(10_000)]
    result = DuckDuckGoTools(web=Web(lambda query: rows)).search("tides " * 100_000)
    assert len(result["sources"]) == MOST_RESULTS
    assert len(json.dumps(result)) < 10_000
