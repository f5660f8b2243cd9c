"""What Refrain remembers: one SQLite file, and the values that go in and come out."""

from .encoding import content_text
from .errors import AlreadyCompleted, Busy, NewerSchema, NotFound, StorageError
from .files import File
from .records import (
    Action,
    Citation,
    Decision,
    EventRecord,
    Evidence,
    Feedback,
    JournalEntry,
    Passage,
    Preferences,
    Question,
    Run,
    RunRequest,
    RunStatus,
    Session,
    StepOutput,
    Turn,
    TurnStatus,
    Usage,
    User,
    now,
)
from .store import RunStore

__all__ = [
    "Action",
    "AlreadyCompleted",
    "Busy",
    "Citation",
    "Decision",
    "EventRecord",
    "Evidence",
    "Feedback",
    "File",
    "JournalEntry",
    "NewerSchema",
    "NotFound",
    "Passage",
    "Preferences",
    "Question",
    "Run",
    "RunRequest",
    "RunStatus",
    "RunStore",
    "Session",
    "StepOutput",
    "StorageError",
    "Turn",
    "TurnStatus",
    "Usage",
    "User",
    "content_text",
    "now",
]
