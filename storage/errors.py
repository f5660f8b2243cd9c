"""What can go wrong with the store, in words that say what to do."""


class StorageError(Exception):
    """The store could not do what was asked."""


class Closed(StorageError):
    """The store was closed by its own process."""


class NotFound(StorageError):
    """There is no such run, turn or session, or it is another user's."""


class Busy(StorageError):
    """The run is being worked on right now, here or in another process."""


class AlreadyCompleted(StorageError):
    """The run has come to its end; there is nothing to go on with."""


class NewerSchema(StorageError):
    """The file was written by a newer version of Refrain."""
