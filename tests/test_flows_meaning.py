"""With an embedding model what is recalled is ranked by meaning too; without one, or when it fails, by words alone."""

from __future__ import annotations

import pytest

from flows import WorkflowAgent, recall
from flows.judgement import Judgement, judge
from storage import RunStore
from tests.remembered import CHOICES, NOW, Kept, keep
from tests.scripted import ScriptedEmbeddings, ScriptedModel

PUMPS = Kept("pumps", "heat pumps", "A compressor moves three units of warmth for one of power.", hours=30)
WIND = Kept("wind", "wind turbines", "They met 47 percent of demand in Denmark.", hours=20)
BEES = Kept("bees", "honey bees", "A hive holds forty thousand of them in summer.", hours=10)
MEANINGS = ("compressor warmth pumps cosy snug", "turbines wind", "bees hive honey")
SNUG = "Which gadget keeps my flat snug, in summer and winter?"


async def judged(
    store: RunStore, message: str, embeddings: ScriptedEmbeddings | None = None, *, user: str = "ann"
) -> Judgement:
    return await judge(store, message, (), CHOICES, user_id=user, session_id="now", now=NOW, embeddings=embeddings)


def shown(judgement: Judgement) -> list[str]:
    return [piece.passage.run_id for piece in judgement.decision.evidence]


async def test_a_paraphrase_without_a_common_word_comes_first(store: RunStore) -> None:
    await keep(store, PUMPS, WIND, BEES)
    assert shown(await judged(store, SNUG))[0] == "bees"
    assert shown(await judged(store, SNUG, ScriptedEmbeddings(*MEANINGS)))[0] == "pumps"


async def test_the_model_that_answers_is_shown_the_paraphrase_first(store: RunStore) -> None:
    await keep(store, PUMPS, WIND, BEES)
    model = ScriptedModel(["Heat pumps do [1]."])
    agent = WorkflowAgent([], store=store, model=model, embeddings=ScriptedEmbeddings(*MEANINGS))
    turn = await agent.respond(SNUG, session_id="now", user_id="ann")
    assert [citation.run_id for citation in turn.citations] == ["pumps"]


async def test_words_count_as_before_beside_meaning(store: RunStore) -> None:
    await keep(store, PUMPS, WIND, BEES)
    assert shown(await judged(store, "wind turbines in Denmark?", ScriptedEmbeddings(*MEANINGS)))[0] == "wind"


@pytest.mark.parametrize("message", [SNUG, "how much demand did turbines meet in Denmark?", "and bees?", "thanks!"])
async def test_what_is_decided_does_not_hang_on_it(store: RunStore, message: str) -> None:
    await keep(store, PUMPS, WIND, BEES)
    by_words = (await judged(store, message)).decision
    by_meaning = (await judged(store, message, ScriptedEmbeddings(*MEANINGS))).decision
    assert (by_meaning.action, by_meaning.reason, by_meaning.confidence) == (
        by_words.action,
        by_words.reason,
        by_words.confidence,
    )


async def test_a_passage_is_embedded_once(store: RunStore) -> None:
    await keep(store, PUMPS, WIND)
    embeddings = ScriptedEmbeddings(*MEANINGS)
    await judged(store, SNUG, embeddings)
    assert len(embeddings.documents) == 2
    await keep(store, BEES)
    again = ScriptedEmbeddings(*MEANINGS)
    assert shown(await judged(store, SNUG, again))[0] == "pumps"
    assert [text.splitlines()[0] for text in again.documents] == ["honey bees"]
    assert again.questions == [SNUG]


async def test_another_model_embeds_anew_and_a_changed_one_too(store: RunStore) -> None:
    await keep(store, PUMPS, WIND)
    for embeddings in (
        ScriptedEmbeddings(*MEANINGS),
        ScriptedEmbeddings(*MEANINGS, model="other"),
        ScriptedEmbeddings(*MEANINGS[:2]),
    ):
        assert shown(await judged(store, SNUG, embeddings))[0] == "pumps"
        assert len(embeddings.documents) == 2


async def test_nothing_is_embedded_where_nothing_is_to_be_ranked(store: RunStore) -> None:
    embeddings = ScriptedEmbeddings(*MEANINGS)
    await judged(store, SNUG, embeddings)
    await keep(store, PUMPS, WIND)
    await judged(store, "thank you!", embeddings)
    await judged(store, "heat pumps", embeddings)
    assert (embeddings.questions, embeddings.documents) == ([], [])


@pytest.mark.parametrize(
    "embeddings",
    [
        ScriptedEmbeddings(*MEANINGS, refused="gadget"),
        ScriptedEmbeddings(*MEANINGS, refused="\n"),
        ScriptedEmbeddings(*MEANINGS, stuck=True),
        ScriptedEmbeddings(),
    ],
    ids=["the question is refused", "the passages are refused", "too slow", "all alike"],
)
async def test_embeddings_that_fail_change_nothing(
    store: RunStore, embeddings: ScriptedEmbeddings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recall, "_EMBEDDING_SECONDS", 0.05)
    await keep(store, PUMPS, WIND, BEES)
    assert (await judged(store, SNUG, embeddings)).decision == (await judged(store, SNUG)).decision


async def test_passages_that_are_refused_keep_no_others_from_being_compared(
    store: RunStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recall, "_BATCH", 1)
    await keep(store, PUMPS, WIND, BEES)
    assert shown(await judged(store, SNUG, ScriptedEmbeddings(*MEANINGS, refused="Denmark")))[0] == "pumps"


async def test_what_a_slow_model_has_done_is_kept(store: RunStore, monkeypatch: pytest.MonkeyPatch) -> None:
    class SlowAfterTwo(ScriptedEmbeddings):
        async def aembed_documents(self, texts: list[str]) -> list[list[float]]:
            self.stuck = len(self.documents) == 2
            return await super().aembed_documents(texts)

    monkeypatch.setattr(recall, "_BATCH", 1)
    monkeypatch.setattr(recall, "_EMBEDDING_SECONDS", 0.5)
    await keep(store, PUMPS, WIND, BEES)
    await judged(store, SNUG, SlowAfterTwo(*MEANINGS))
    later = ScriptedEmbeddings(*MEANINGS)
    assert shown(await judged(store, SNUG, later))[0] == "pumps"
    assert len(later.documents) == 1


async def test_nothing_of_others_is_embedded_or_compared(store: RunStore) -> None:
    await keep(store, WIND, BEES, Kept("eve", PUMPS.asked, PUMPS.text, user="eve"))
    embeddings = ScriptedEmbeddings(*MEANINGS)
    judgement = await judged(store, SNUG, embeddings)
    assert set(shown(judgement)) == {"wind", "bees"}
    assert not any("compressor" in text for text in embeddings.documents)
    own = {passage.id for passage in await store.passages_of("wind", "bees")}
    assert set(judgement.known.near) <= own
