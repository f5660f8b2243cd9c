"""The tables, as numbered steps from an empty file to the newest shape."""

from __future__ import annotations

from sqlite_utils import Database
from sqlite_utils.migrations import Migrations

from .errors import NewerSchema
from .first_tables import cascade, make_first_tables, of_session
from .hashes import entry_hash

migration = Migrations("refrain")


def migrate(db: Database, name: str) -> None:
    """Bring the file to the newest shape. Raises NewerSchema, before anything is changed, if it is newer."""
    known = {step.name for step in migration.pending(Database(memory=True))}
    newer = [step.name for step in migration.applied(db) if step.name not in known]
    if newer:
        raise NewerSchema(
            f"{name} was written by a newer version of Refrain ({newer[-1]}). "
            "Update Refrain, or let REFRAIN_DB name another file."
        )
    migration.apply(db)


@migration()
def m001_initial(db: Database) -> None:
    make_first_tables(db)


@migration()
def m002_usage_of_unfinished_runs_and_removed_state(db: Database) -> None:
    db.table("steps").add_column("spent", str)
    db.table("sessions").add_column("removed", str)


@migration()
def m003_overrides_of_turns(db: Database) -> None:
    db.table("turns").add_column("override", str)
    db.table("turns").create_index(["user_id", "started_at"])


@migration()
def m004_known_parts_of_runs(db: Database) -> None:
    db.table("runs").add_column("known", str)
    db.execute("create index idx_runs_known on runs(user_id) where known is not null")


@migration()
def m005_vectors_of_passages(db: Database) -> None:
    db.table("vectors").create(
        {"passage_id": int, "model": str, "vector": bytes},
        pk=("passage_id", "model"),
        not_null={"vector"},
        foreign_keys=[cascade("vectors", "passage_id", "passages")],
    )


@migration()
def m006_lists_of_runs(db: Database) -> None:
    """Totals are added up from the index alone: rows are long, and a user may have many."""
    db.table("runs").create_index(["user_id", "started_at", "id", "workflow", "status", "usage"])


@migration()
def m007_preferences_of_turns(db: Database) -> None:
    db.table("turns").add_column("preferences", str)
    # The one profile of the page there was; a profile is the name of a workflow now.
    db.execute(
        "update sessions set metadata = json_remove(metadata, '$.chat_profile') "
        "where metadata ->> '$.chat_profile' = 'Refrain'"
    )


@migration()
def m008_merging_of_the_index(db: Database) -> None:
    """Parts of the index are merged in pairs, so that few are left."""
    db.execute("insert into passage_words(passage_words, rank) values ('usermerge', 2)")


@migration()
def m009_attachments_of_sessions(db: Database) -> None:
    """In the place of a table that nothing was ever written to."""
    db.table("files").drop()
    db.table("attachments").create(
        {
            "id": str,
            "user_id": str,
            "session_id": str,
            "name": str,
            "media_type": str,
            "digest": str,
            "created_at": str,
        },
        pk="id",
        not_null={"user_id", "session_id", "name", "media_type", "digest", "created_at"},
        foreign_keys=[of_session("attachments")],
    ).create_index(["user_id", "session_id", "digest"], unique=True)
    db.table("attachments").create_index(["user_id", "session_id", "created_at"])
    db.table("attachment_pages").create(
        {"attachment_id": str, "number": int, "label": str, "text": str},
        pk=("attachment_id", "number"),
        not_null={"label", "text"},
        foreign_keys=[cascade("attachment_pages", "attachment_id", "attachments")],
    )
    db.table("turns").add_column("files", str)


@migration()
def m010_hashes_of_steps(db: Database) -> None:
    """What a step gave is hashed when it is kept; what was kept before is hashed as it stands now."""
    db.table("steps").add_column("hash", str)
    db.register_function(entry_hash, name="refrain_entry_hash", deterministic=True)
    db.execute("update steps set hash = refrain_entry_hash(path, kind, status, output, decision, changes)")


@migration()
def m011_edited_steps(db: Database) -> None:
    """What a person put in the place of a step's output is marked from now on, with what came of it."""
    db.table("steps").add_column("edited", str, not_null_default="")
    db.execute("create index idx_steps_edited on steps(run_id) where edited != ''")


@migration()
def m012_search_of_turns(db: Database) -> None:
    """What was said is searched in this index alone: the rows hold long decisions, too."""
    db.table("turns").create_index(["user_id", "session_id", "message", "answer"])
