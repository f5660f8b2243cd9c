"""Messages and the files of their conversation: what they are about, what is run, and what is answered."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from agents.offline import OfflineModel
from flows import Workflow, WorkflowAgent
from flows.attached import MISSING, UNREAD, about_files
from flows.attaching import MOST_FILES, attach
from flows.catalog.article import article
from flows.catalog.brief import brief
from flows.catalog.report import report
from storage import RunStore, Turn
from storage.files import Attached

from .pdf_files import ANNUAL_REPORT, pdf

REPORT = Attached("report.pdf", "application/pdf", "r1")
SALES = Attached("sales.csv", "text/csv", "c1")
BROKEN = Attached("scan.pdf", problem="scan.pdf holds pictures of pages and no text.")


@pytest.mark.parametrize(
    ("message", "files", "text"),
    [
        ("Summarise this", (REPORT,), "Summarise report.pdf"),
        ("", (REPORT,), "Summarise report.pdf"),
        ("Please summarise!", (REPORT,), "Please summarise: report.pdf"),
        ("What is this about?", (REPORT,), "What is report.pdf about?"),
        ("What does it say about revenue?", (REPORT,), "What does report.pdf say about revenue?"),
        ("What does the attached report say on costs?", (REPORT, SALES), "What does report.pdf say on costs?"),
        ("How many units are in the spreadsheet?", (REPORT, SALES), "How many units are in sales.csv?"),
        ("Compare these", (REPORT, SALES), "Compare report.pdf and sales.csv"),
        ("What does report.pdf say?", (REPORT,), "What does report.pdf say?"),
        ("Write an article about ocean energy", (REPORT,), "Write an article about ocean energy"),
        ("What happened this year in Brittany?", (REPORT,), "What happened this year in Brittany?"),
    ],
)
def test_a_message_that_comes_with_files_is_put_in_words_that_stand_alone(
    message: str, files: tuple[Attached, ...], text: str
) -> None:
    about = about_files(message, files, (), ())
    assert about is not None
    assert (about.text, about.new) == (text, True)


def test_a_message_without_files_is_about_none_unless_it_says_so() -> None:
    assert about_files("Write an article about the reports of Marram", (), (), ()) is None
    claimed = about_files("What does the attached report say?", (), (), ())
    assert claimed is not None
    assert claimed.problem == MISSING


def test_of_files_that_could_not_be_read_only_a_message_about_them_is_held_up() -> None:
    about = about_files("Summarise this", (BROKEN,), (), ())
    assert about is not None
    assert about.problem == UNREAD
    assert about_files("Write an article about ocean energy", (BROKEN,), (), ()) is None


class Conversation:
    """A person's conversation in which files are attached."""

    def __init__(self, agent: WorkflowAgent, folder: Path, user: str = "ada", session: str = "s") -> None:
        self.agent, self.folder, self.user, self.session = agent, folder, user, session

    async def say(self, message: str, **files: bytes) -> Turn:
        paths = []
        for name, content in files.items():
            path = self.folder / name
            path.write_bytes(content)
            paths.append((path, name.replace("_", ".")))
        whose = {"session_id": self.session, "user_id": self.user}
        attached = await attach(self.agent.store, paths, **whose)
        turn_id = await self.agent.start(message, files=attached, **whose)
        async for _ in self.agent.runner.follow(turn_id):
            pass
        return await self.agent.store.get_turn(turn_id)


@pytest.fixture
async def agent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[WorkflowAgent]:
    monkeypatch.setenv("REFRAIN_SEARCH", "library")
    monkeypatch.setenv("REFRAIN_OFFLINE_WORDS_PER_SECOND", "0")
    store = RunStore(tmp_path / "refrain.db")
    yield WorkflowAgent([article, brief, report], store=store, model=OfflineModel(words_per_second=0))
    await store.close()


@pytest.fixture
def ada(agent: WorkflowAgent, tmp_path: Path) -> Conversation:
    return Conversation(agent, tmp_path)


def decided(turn: Turn) -> tuple[str, str | None]:
    assert turn.decision is not None
    return turn.decision.action, turn.decision.workflow


REVENUE = "Revenue rose by 12 percent to 48 million crowns"


async def test_a_question_about_an_attached_file_is_run_and_cites_its_page(ada: Conversation) -> None:
    turn = await ada.say("What does the attached report say about revenue?", report_pdf=pdf(ANNUAL_REPORT))
    assert decided(turn) == ("run", "Brief")
    assert f"{REVENUE}, driven by orders from harbour authorities. (report.pdf, page 3)" in turn.answer
    assert f"- report.pdf, page 3 — file:{turn.files[0].id}#page=3" in turn.answer
    run = await ada.agent.store.get_run(turn.run_ids[0])
    assert [(file.name, file.read_bytes()) for file in run.files] == [("report.pdf", pdf(ANNUAL_REPORT))]


async def test_what_a_run_has_covered_is_answered_and_what_none_has_is_run(ada: Conversation) -> None:
    await ada.say("What does the attached report say about revenue?", report_pdf=pdf(ANNUAL_REPORT))
    covered = await ada.say("What does the attached report say about revenue?")
    assert decided(covered)[0] == "answer"
    assert REVENUE in covered.answer
    other = await ada.say("What does report.pdf say about calibration?")
    assert decided(other) == ("run", "Brief")
    assert "halved the time that calibration takes. (report.pdf, page 2)" in other.answer
    lacking = await ada.say("What does report.pdf say about penguins?")
    assert decided(lacking)[0] == "run"
    assert "found nothing" in lacking.answer


async def test_another_file_of_the_same_name_is_read_anew(ada: Conversation) -> None:
    await ada.say("What does the attached report say about revenue?", report_pdf=pdf(ANNUAL_REPORT))
    later = pdf(["Revenue\n\nRevenue fell by 3 percent to 46 million crowns in the year after."])
    turn = await ada.say("What does the attached report say about revenue?", report_pdf=later)
    assert decided(turn)[0] == "run"
    assert "Revenue fell by 3 percent" in turn.answer


async def test_summarise_this_means_what_came_with_it(ada: Conversation) -> None:
    await ada.say("Brief me on how vaccines work")
    turn = await ada.say("Summarise this", report_pdf=pdf(ANNUAL_REPORT))
    assert decided(turn) == ("run", "Brief")
    assert turn.decision is not None
    assert turn.decision.input == "Summarise report.pdf"
    assert "Marram Works builds tide gauges" in turn.answer
    assert "vaccine" not in turn.answer.lower()


async def test_a_file_that_cannot_be_read_does_not_lose_the_message(ada: Conversation) -> None:
    about_it = await ada.say("Summarise this", scan_pdf=pdf([""]))
    assert (decided(about_it)[0], about_it.answer) == ("clarify", UNREAD)
    assert about_it.files[0].problem.startswith("scan.pdf holds pictures of pages")
    apart = await ada.say("Brief me on how vaccines work", scan_pdf=pdf([""]))
    assert decided(apart)[0] == "run"


async def test_nobody_else_and_no_other_conversation_is_given_the_file(
    ada: Conversation, agent: WorkflowAgent, tmp_path: Path
) -> None:
    await ada.say("Thanks", report_pdf=pdf(ANNUAL_REPORT))
    for user, session in (("bob", "s"), ("ada", "t")):
        turn = await Conversation(agent, tmp_path, user, session).say("/run Brief revenue of Marram Works")
        assert "Marram Works builds" not in turn.answer
        assert "48 million" not in turn.answer
    own = await ada.say("/run Brief revenue of Marram Works")
    assert REVENUE in own.answer


async def test_a_run_that_is_gone_on_with_still_has_the_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REFRAIN_SEARCH", "library")
    working = False

    def flaky(step_input: object) -> str:
        if not working:
            raise RuntimeError("out of order")
        from agents.tools import LibraryTools

        return "; ".join(source["title"] for source in LibraryTools().search("revenue in report.pdf")["sources"])

    store = RunStore(tmp_path / "refrain.db")
    agent = WorkflowAgent([Workflow(name="Look", steps=[flaky])], store=store, model=OfflineModel(words_per_second=0))
    failed = await Conversation(agent, tmp_path).say("Look into this", report_pdf=pdf(ANNUAL_REPORT))
    assert failed.status == "failed"
    working = True
    stream = await agent.runner.answer(failed.run_ids[0])
    async for _ in agent.runner.follow(stream):
        pass
    assert (await store.get_turn(failed.id)).answer == "report.pdf, page 3"
    await store.close()


async def test_more_files_than_a_message_may_have_are_told(ada: Conversation) -> None:
    turn = await ada.say("Summarise these", **{f"n{place}_txt": b"Tide %d." % place for place in range(MOST_FILES + 1)})
    assert [file.problem for file in turn.files if file.problem] == [
        "n5.txt was left out: 5 files can come with one message."
    ]
