"""`/runs`, `/why`, `/export`, `/help`: told by rules, never evidence, never a run."""

from __future__ import annotations

from flows import StepInput, Workflow, WorkflowAgent
from storage import RunStore, Turn
from tests.scripted import ScriptedModel


async def notes(step_input: StepInput) -> str:
    if "fire" in step_input.get_input_as_string():
        raise RuntimeError("It burns.")
    return "Heat pumps move heat instead of making it."


def agent(store: RunStore, *replies: object) -> WorkflowAgent:
    letter = Workflow("Letter", [notes], description="Writes a letter.")
    poem = Workflow("Poem", [notes], description="Writes a poem.")
    return WorkflowAgent([letter, poem], store=store, model=ScriptedModel(replies))  # type: ignore[arg-type]


def told(turn: Turn) -> tuple[str, str, tuple[str, ...]]:
    assert turn.decision is not None
    return turn.status, turn.decision.action, turn.run_ids


async def test_runs_are_listed_as_asked_and_open_the_list(store: RunStore) -> None:
    talking = agent(store)
    run = await talking.respond("/run Letter heat pumps", session_id="s")
    await talking.respond("/run Poem fire", session_id="s")
    await talking.respond("/run Letter their secrets", session_id="s", user_id="eve")

    failed = await talking.respond("/runs failed", session_id="other")
    letters = await talking.respond("/RUNS letter today", session_id="other")
    none = await talking.respond("/runs on whales", session_id="other")

    assert told(failed) == ("completed", "chat", ())
    assert "- **fire** · Poem · just now · failed" in failed.answer
    assert "heat pumps" not in failed.answer
    assert f"- **heat pumps** · Letter · just now · completed · `{run.run_ids[0][:8]}`" in letters.answer
    assert "secrets" not in letters.answer
    assert letters.decision
    assert letters.decision.opens == {
        "panel": "runs",
        "filter": {"workflow": "Letter", "days": 1},
    }
    assert "You have no runs on “whales”." in none.answer


async def test_without_any_runs_it_says_how_to_begin(store: RunStore) -> None:
    turn = await agent(store).respond("/runs", session_id="s")
    assert turn.answer.startswith("You have no runs yet.")


async def test_why_tells_of_the_last_turn_that_was_no_question_about_the_page(store: RunStore) -> None:
    talking = agent(store)
    nothing = await talking.respond("/why", session_id="s")
    await talking.respond("/run Letter heat pumps", session_id="s")
    await talking.respond("heat pumps", session_id="s")
    await talking.respond("/help", session_id="s")
    turn = await talking.respond("/why", session_id="s")

    assert "Nothing has been answered or run" in nothing.answer
    assert "“heat pumps” was answered from memory." in turn.answer
    assert "Letter was run on exactly this just now, which is still current." in turn.answer
    assert "**Would have changed it:** Asking for a fresh run." in turn.answer
    assert "notes of Letter on “heat pumps” · just now, covers 100 %" in turn.answer
    assert told(turn) == ("completed", "chat", ())
    assert turn.citations == ()


async def test_why_says_that_the_user_chose_otherwise(store: RunStore) -> None:
    talking = agent(store)
    await talking.respond("/run Letter heat pumps", session_id="s")
    answered = await talking.respond("heat pumps", session_id="s")
    await store.override_turn(answered.id, "run", user_id="local")
    turn = await talking.respond("/why", session_id="s")
    assert "**You chose otherwise:** a fresh run" in turn.answer


async def test_export_and_help_say_what_there_is(store: RunStore) -> None:
    talking = agent(store)
    export = await talking.respond("/export", session_id="s")
    help = await talking.respond("/help", session_id="s")
    assert export.decision
    assert export.decision.opens == {"panel": "export"}
    assert "Markdown" in export.answer
    for line in ("`/run NAME input`: Run a workflow", "`/why`: Say why", "**Poem**: Writes a poem."):
        assert line in help.answer


async def test_they_take_no_part_in_the_talk_that_follows(store: RunStore) -> None:
    talking = agent(store, "About heat [1].")
    await talking.respond("/run Letter heat pumps", session_id="s")
    await talking.respond("/help", session_id="s")
    turn = await talking.respond("What do they move?", session_id="s")
    assert told(turn)[:2] == ("completed", "answer")
    model = talking._setting.model
    assert isinstance(model, ScriptedModel)
    assert "/help" not in str(model.calls[-1].messages)
    assert len(await store.runs()) == 1


async def test_a_command_that_does_not_exist_runs_nothing_and_says_which_there_are(store: RunStore) -> None:
    turn = await agent(store).respond("/foo heat pumps", session_id="s")
    assert turn.answer == (
        "There is no command /foo. There are: /run, /fresh, /recall, /runs, /why, /export and /help."
    )
    assert await store.runs() == []


async def test_a_path_is_no_command(store: RunStore) -> None:
    turn = await agent(store, "A file of users.").respond("/etc/passwd is what?", session_id="s")
    assert "There is no command" not in turn.answer


async def test_a_name_that_could_be_several_is_asked_about(store: RunStore) -> None:
    flows = [Workflow(name, [notes]) for name in ("Compare", "Compose")]
    talking = WorkflowAgent(flows, store=store)
    both = await talking.respond("/run com heat", session_id="s")
    one = await talking.respond("/run COMPO heat", session_id="s")
    assert both.answer == "“com” could be Compare or Compose. Write more of the name."
    assert one.decision
    assert (one.decision.workflow, one.decision.input) == ("Compose", "heat")
