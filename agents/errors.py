"""What can go wrong with an agent, in words that say what to do."""


class AgentError(Exception):
    """An agent could not do its work."""


class ModelFailed(AgentError):
    """The model gave no usable reply. `permanent` failures come again however often one asks."""

    def __init__(self, message: str, *, permanent: bool = False) -> None:
        super().__init__(message)
        self.permanent = permanent


class WrongOutput(AgentError):
    """The model's reply does not fit the agent's `output_schema`, even after it was told why."""


class ToolFailed(AgentError):
    """A tool gave an error."""


class NotReplayed(AgentError):
    """A step of a recorded conversation failed when it was recorded, or is not in the recording."""

    def __init__(self, message: str, *, permanent: bool = True) -> None:
        super().__init__(message)
        self.permanent = permanent
