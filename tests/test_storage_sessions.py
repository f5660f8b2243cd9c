from __future__ import annotations

from typing import Any

import pytest

from storage import JournalEntry, NotFound, RunRequest, RunStore, StepOutput, Turn, Usage


async def test_a_session_is_made_once(store: RunStore) -> None:
    assert await store.get_session("s1") is None
    made = await store.ensure_session("s1", "ada", metadata={"profile": "a"})
    assert (made.title, made.metadata) == (None, {"profile": "a"})
    named = await store.ensure_session("s1", "ada", title="Wind", metadata={"x": 1})
    assert (named.title, named.metadata, named.created_at) == ("Wind", {"profile": "a", "x": 1}, made.created_at)
    again = await store.ensure_session("s1", "ada", title="Other")
    assert again.title == "Wind", "only a session without a title takes one"
    assert await store.get_session("s1", user_id="ada") == again
    assert await store.get_session("s1") == again


async def test_a_session_belongs_to_its_user(store: RunStore) -> None:
    await store.ensure_session("s1", "ada", title="Hers")
    await store.ensure_session("s1", "eve", title="Theirs")
    hers = await store.get_session("s1", user_id="ada")
    assert hers is not None
    assert hers.title == "Hers"
    assert await store.get_session("s1", user_id="bob") is None
    for change in (
        store.rename_session("s1", "bob", "Mine"),
        store.set_session_metadata("s1", "bob", {"a": 1}),
    ):
        with pytest.raises(NotFound):
            await change
    assert not await store.delete_session("s1", "bob")
    assert await store.get_session("s1", user_id="ada") == hers


async def test_titles_and_metadata_change(store: RunStore) -> None:
    await store.ensure_session("s1", "ada", metadata={"a": 1, "b": 2})
    await store.rename_session("s1", "ada", "Sun")
    await store.set_session_metadata("s1", "ada", {"a": None, "c": 3})
    session = await store.get_session("s1", user_id="ada")
    assert session is not None
    assert (session.title, session.metadata) == ("Sun", {"b": 2, "c": 3})


async def test_sessions_are_listed_last_used_first_page_by_page(store: RunStore) -> None:
    for number in range(5):
        await store.ensure_session(f"s{number}", "ada")
    await store.ensure_session("theirs", "eve")
    await store.create_turn(Turn("t1", "hello", "ada", "s1"))
    listed = await store.sessions("ada")
    assert [session.id for session in listed] == ["s1", "s4", "s3", "s2", "s0"]
    assert [session.id for session in await store.sessions("ada", limit=2)] == ["s1", "s4"]
    assert [session.id for session in await store.sessions("ada", limit=2, before="s4")] == ["s3", "s2"]
    assert await store.sessions("ada", before="s0") == []
    assert await store.sessions("ada", before="theirs") == []


async def test_sessions_are_found_by_title_and_message(store: RunStore) -> None:
    await store.ensure_session("s1", "ada", title="100% Wind")
    await store.ensure_session("s2", "ada", title="1000 suns")
    await store.create_turn(Turn("t1", "Tell me about WINDMILLS", "ada", "s3"))
    await store.create_turn(Turn("t2", "wind", "eve", "s1"))
    assert {session.id for session in await store.sessions("ada", search="wind")} == {"s1", "s3"}
    assert {session.id for session in await store.sessions("ada", search="100%")} == {"s1"}
    assert await store.sessions("ada", search="_") == []


async def test_sessions_are_found_by_answers_and_by_what_steps_gave(store: RunStore) -> None:
    await store.create_turn(Turn("t1", "Tell me about wind", "ada", "said"))
    await store.update_turn(Turn("t1", "Tell me about wind", "ada", "said", answer="The Gedser mill stood in Denmark."))
    for user, session in (("ada", "worked"), ("eve", "theirs")):
        await store.create_run(RunRequest(f"r-{user}", "W", "f", "wind", user, session))
        output = StepOutput("Turbines near Gedser were built by Johannes Juul.", step_name="Notes")
        await store.record(f"r-{user}", JournalEntry("Notes", "step", output=output))

    async def found(search: str) -> set[str]:
        return {session.id for session in await store.sessions("ada", search=search)}

    assert await found("gedser") == {"said", "worked"}
    assert await found("juul turbine") == {"worked"}, "all words, in any order and form"
    assert await found("mill denmark") == {"said"}
    assert await found("juul mill") == set()
    assert await found("the") == {"said"}
    assert await found('"') == await found("\u20ac") == set()
    assert {session.id for session in await store.sessions("ada", search="  ")} == {"said", "worked"}
    assert {session.id for session in await store.sessions("eve", search="juul")} == {"theirs"}


async def test_a_session_has_used_what_all_its_runs_have_used(store: RunStore) -> None:
    for run_id, used in (("r1", Usage(70, 30, 1.0)), ("r2", Usage(7, 3, 0.5))):
        await store.create_run(RunRequest(run_id, "W", "f", "x", "ada", "s1"))
        await store.end_run(run_id, status="completed", usage=used)
    await store.create_run(RunRequest("r3", "W", "f", "x", "ada", "s1"))
    await store.record("r3", JournalEntry("a", "step", spent=Usage(600, 400, 2.0)))
    await store.record("r3", JournalEntry("b", "step", spent=Usage(700, 400, 3.0)))
    await store.create_run(RunRequest("r4", "W", "f", "x", "eve", "s1"))
    await store.end_run("r4", status="failed", usage=Usage(1, 1, 1.0))

    assert await store.session_usage("s1", user_id="ada") == Usage(777, 433, 4.5)
    assert await store.session_usage("s1") == Usage(778, 434, 5.5)
    assert await store.session_usage("none") == Usage()


async def test_a_default_that_was_removed_stays_removed_until_it_is_set_again(store: RunStore) -> None:
    async def end(run_id: str, changes: dict[str, Any]) -> dict[str, Any]:
        await store.create_run(RunRequest(run_id, "W", "f", "x", "ada", "s1"))
        await store.end_run(run_id, status="completed", state_changes=changes)
        return await store.starting_state("s1", "ada", {"draft": True, "n": 0})

    assert await store.starting_state("s1", "ada", {"draft": True}) == {"draft": True}
    assert await end("r1", {"set": {"n": 1}, "removed": ["draft"]}) == {"n": 1}
    assert await end("r2", {"set": {"m": 2}, "removed": ["n"]}) == {"m": 2}
    assert await end("r3", {"set": {"draft": False}, "removed": []}) == {"draft": False, "m": 2}
