"""Vectors: what an embedding model made of a passage, by which passages are compared in meaning."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
from sqlite_utils import Database

from .encoding import to_json

Vector = npt.NDArray[np.float32]

STORED = np.dtype("<f4")  # the same on every machine


def vectors_of(db: Database, passage_ids: Sequence[int], model: str, user_id: str) -> dict[int, Vector]:
    """The vectors that the model gave these passages, by passage; those that have none, or are another user's, lack."""
    user = db.execute("select number from users where id = ?", [user_id]).fetchone()
    own = [passage_id for passage_id in passage_ids if user is not None and passage_id >> 32 == user[0]]
    rows = db.execute(
        "select passage_id, vector from vectors where passage_id in (select value from json_each(?)) and model = ?",
        [to_json(own), model],
    )
    return {passage_id: np.frombuffer(vector, STORED).astype(np.float32) for passage_id, vector in rows}


def keep_vectors(db: Database, model: str, vectors: Mapping[int, Sequence[float]]) -> None:
    """Keep the model's vectors by passage, in place of earlier ones; not those of passages that are gone."""
    db.conn.executemany(
        "insert or replace into vectors select id, ?, ? from passages where id = ?",
        [(model, np.asarray(vector, STORED).tobytes(), passage_id) for passage_id, vector in vectors.items()],
    )
