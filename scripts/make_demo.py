"""Makes the shipped demo: a conversation with the real engine, the sample library, and a server that plays the model.

    python scripts/make_demo.py [FILE]

The same bytes every time, apart from the time in the first line.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

HOME = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(HOME))

from agents.boundary import installed  # noqa: E402
from agents.recording import Recorder  # noqa: E402
from cli.demo import SHIPPED  # noqa: E402
from flows.setup import build_agent  # noqa: E402
from scripts import demo_texts as texts  # noqa: E402
from storage import RunStore  # noqa: E402
from tests.model_server import ModelServer, Reply  # noqa: E402

MODEL = "a scripted model"

# Seconds, as a hosted model takes them: until the first piece, for a piece, and for each character of it.
FIRST, PIECE, CHARACTER = 0.7, 0.014, 0.0035
SEARCHING = 0.8


class Script:
    """What the model says to a request; how often the same was asked decides between the first and the second time."""

    def __init__(self) -> None:
        self._asked: Counter[str] = Counter()

    def __call__(self, request: dict[str, Any]) -> Reply:
        messages = request["messages"]
        system, last = str(messages[0]["content"]), messages[-1]
        who = system.partition("\n")[0].removeprefix("You are ").rstrip(".")
        asked = next(str(m["content"]) for m in reversed(messages) if m["role"] == "user")
        if last["role"] == "tool" and "The rules suggest:" in last["content"]:
            reply = self._decide(asked, str(last["content"]))
        elif who == "Researcher" and last["role"] != "tool":
            reply = Reply(calls=[("web_search", {"query": _query(asked)})])
        else:
            reply = Reply(self._write(who, asked.partition("\n")[0]))
        words = len(re.findall(r"\w+", reply.text)) or 20
        reply.usage = (sum(len(re.findall(r"\w+", str(m["content"]))) for m in messages) * 4 // 3, words * 4 // 3)
        return reply

    def _decide(self, asked: str, known: str) -> Reply:
        if asked == texts.MESSAGES[0]:
            return _run("run_article", asked, texts.ARTICLE_REASON)
        if asked == texts.MESSAGES[2]:
            return _run("run_compare", asked, texts.COMPARE_REASON)
        if asked == texts.MESSAGES[5]:
            return _run("run_report", asked, texts.REPORT_REASON)
        if asked == texts.MESSAGES[1]:
            writer, researcher = _label(known, "Writer of", "85 percent"), _label(known, "Researcher of", "few hours")
            return Reply(texts.FOLLOW_UP.format(writer=writer, researcher=researcher))
        solar, wind = _label(known, "1,000 gigawatts"), _label(known, "47 percent")
        return Reply(texts.WHY.format(solar=solar, wind=wind))

    def _write(self, who: str, asked: str) -> str:
        said: dict[tuple[str, str], tuple[str, ...]] = {
            ("Researcher", texts.MESSAGES[0]): (texts.ARTICLE_NOTES,),
            ("Writer", texts.MESSAGES[0]): (texts.ARTICLE,),
            ("Researcher", "solar power"): (texts.SOLAR_NOTES, texts.SOLAR_NOTES_AGAIN),
            ("Researcher", "wind power"): (texts.WIND_NOTES, texts.WIND_NOTES_AGAIN),
            ("For the first", texts.MESSAGES[2]): (texts.FOR_SOLAR,),
            ("For the other", texts.MESSAGES[2]): (texts.FOR_WIND,),
            ("Debate", texts.MESSAGES[2]): (texts.DEBATE, texts.DEBATE_AGAIN),
            ("Summariser", texts.MESSAGES[5]): (texts.REPORT,),
        }
        versions = said[who, asked]
        self._asked[f"{who} {asked}"] += 1
        return versions[min(self._asked[f"{who} {asked}"], len(versions)) - 1]


def _run(tool: str, asked: str, reason: str) -> Reply:
    return Reply(calls=[(tool, {"input": asked, "reason": reason})])


def _query(asked: str) -> str:
    return asked.partition("\n")[0].removeprefix("Write an article about ")


def _label(known: str, *holding: str) -> str:
    """The label of the first passage that holds all of it."""
    for passage in re.split(r"\n\n(?=\[\d+\] )", known):
        if all(text in passage for text in holding) and (found := re.match(r"\[(\d+)\]", passage)):
            return found[1]
    raise ValueError(f"Nothing that is known holds {holding}.")


async def record(path: Path, folder: Path) -> None:
    """Hold the conversation, and record it."""
    with ModelServer(Script()) as server:
        os.environ["OPENAI_BASE_URL"] = server.url
        agent = build_agent(RunStore(folder / "refrain.db"))
        recorder = Recorder(path, model=MODEL, workflows=agent.workflows)
        with installed(recorder):
            for message in texts.MESSAGES:
                turn = await agent.respond(message, session_id="demo")
                expected = "paused" if message == texts.MESSAGES[5] else "completed"
                assert turn.status == expected, f"{message}: {turn.status}, {turn.error}"
            await agent.runner.answer(turn.run_ids[-1], approve=True)
            async for _ in agent.runner.follow(turn.id):
                pass
        recorder.close()
        await agent.runner.close()
        await agent.store.close()


def steady(lines: list[str]) -> list[str]:
    """The lines with the pace of a hosted model, what was asked at the same time in one order."""
    head, *values = [json.loads(line) for line in lines]
    paced, waiting = [head], list[dict[str, Any]]()
    for value in [*values, {"kind": "message"}]:
        if value["kind"] in ("message", "answer"):
            paced += [*sorted(waiting, key=_place), value]
            waiting = []
        else:
            waiting.append(_at_pace(value))
    return [json.dumps(value, ensure_ascii=False) for value in paced[:-1]]


def _place(value: dict[str, Any]) -> tuple[str, str]:
    return value["kind"], value["key"]


def _at_pace(value: dict[str, Any]) -> dict[str, Any]:
    if value["kind"] == "tool":
        return {**value, "seconds": SEARCHING}
    at, chunks = FIRST, []
    for _, written in value["chunks"]:
        chunks.append([round(at, 3), written])
        at += PIECE + CHARACTER * len(str(written["data"].get("content") or "xxxx"))
    return {**value, "chunks": chunks}


def main(path: Path) -> None:
    for name in [name for name in os.environ if name.startswith(("OPENAI_", "REFRAIN_"))]:
        del os.environ[name]
    os.environ.update(REFRAIN_SEARCH="library", OPENAI_API_KEY="a-key-for-nobody")
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        raw = Path(folder) / "raw.jsonl"
        asyncio.run(record(raw, Path(folder)))
        lines = steady(raw.read_text(encoding="utf-8").splitlines())
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    print(f"{path}: {len(lines)} lines, {path.stat().st_size:,} bytes")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else SHIPPED)
