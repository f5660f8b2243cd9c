"""What a model's failure means, in one plain sentence for users, and whether asking again could help."""

from __future__ import annotations

import json

import openai
from langchain_core.exceptions import ContextOverflowError

from agents.errors import AgentError
from agents.redaction import redacted

PERMANENT = {400, 401, 403, 404}
_DETAIL_LIMIT = 200  # characters of a provider's own words


def is_permanent(error: BaseException) -> bool:
    """Whether the same request would fail again: it, its key or its model is wrong (400, 401, 403, 404).

    An error may say so itself, as `permanent`.
    """
    if isinstance(said := getattr(error, "permanent", None), bool):
        return said
    if isinstance(error, ContextOverflowError | NotImplementedError):
        return True
    return _status(error) in PERMANENT


def explain(error: BaseException) -> str:
    """What went wrong and what to do, in a sentence or two without keys in it."""
    if isinstance(error, AgentError):
        return redacted(str(error))
    if isinstance(error, ContextOverflowError) or _mentions(error, "context_length", "maximum context"):
        return "The conversation is too long for the model. Shorten the input or use a model that reads more."
    if isinstance(error, NotImplementedError):
        return "This model cannot call tools. Choose a model that can."
    if isinstance(error, json.JSONDecodeError | UnicodeDecodeError) or _mentions(error, "No generation chunks"):
        return "The model's server sent something that is no reply. Check OPENAI_BASE_URL, then try again."
    if isinstance(error, openai.APITimeoutError | TimeoutError):
        return "The model did not answer in time. Try again in a moment."
    if isinstance(error, openai.APIConnectionError | ConnectionError):
        return _connection_sentence(error)
    if isinstance(error, openai.LengthFinishReasonError):
        return "The model reached its length limit before the reply was complete."
    if isinstance(error, openai.ContentFilterFinishReasonError):
        return "The provider's content filter stopped the reply."
    status = _status(error)
    if status is not None:
        return _status_sentence(status, error)
    if isinstance(error, openai.APIError):
        return f"The model's server reported an error: {_detail(error)}"
    return f"The model failed: {_detail(error)}"


def _status_sentence(status: int, error: BaseException) -> str:
    if status == 401:
        return "The model's server refused the key. Check OPENAI_API_KEY."
    if status == 403:
        return "The key is not allowed to use this model. Check OPENAI_API_KEY and REFRAIN_MODEL."
    if status == 404:
        return f"The model was not found. Check REFRAIN_MODEL and OPENAI_BASE_URL. ({_detail(error)})"
    if status == 429:
        return _busy_sentence(error)
    if status >= 500:
        return f"The model's server has trouble of its own (error {status}). Try again in a moment."
    return f"The model's server did not accept the request (error {status}): {_detail(error)}"


def _busy_sentence(error: BaseException) -> str:
    if _mentions(error, "insufficient_quota"):
        return "The account of this key has no credit left. Check the plan and billing of the provider."
    wait = _retry_after(error)
    when = f"in {wait} second{'s' if wait != 1 else ''}" if wait else "in a moment"
    return f"The model's server is busy or its limit is reached. Try again {when}."


def _connection_sentence(error: BaseException) -> str:
    causes: list[str] = []
    cause: BaseException | None = error
    while cause is not None and len(causes) < 8:
        causes.append(f"{type(cause).__name__} {cause}".lower())
        cause = cause.__cause__ or cause.__context__
    story = " ".join(causes)
    if any(sign in story for sign in ("peer closed", "incomplete", "readerror", "remoteprotocol")):
        return "The connection to the model broke off in the middle of the reply. Try again."
    return "The model's server cannot be reached. Check the network and OPENAI_BASE_URL."


def _status(error: BaseException) -> int | None:
    given = (error, getattr(error, "response", None))  # httpx keeps it in the response
    return next((status for one in given if isinstance(status := getattr(one, "status_code", None), int)), None)


def _retry_after(error: BaseException) -> int | None:
    headers = getattr(getattr(error, "response", None), "headers", {})
    try:
        seconds = float(headers.get("retry-after", ""))
    except (TypeError, ValueError):
        return None
    return max(1, round(seconds)) if 0 < seconds < 86_400 else None


def _mentions(error: BaseException, *signs: str) -> bool:
    text = f"{getattr(error, 'code', '')} {error}"
    return any(sign in text for sign in signs)


def _detail(error: BaseException) -> str:
    """The provider's own words: one line, bounded, without keys."""
    body = getattr(error, "body", None)
    said = body.get("message") if isinstance(body, dict) else None
    text = redacted(" ".join(str(said or error).split())) or type(error).__name__
    text = text if len(text) <= _DETAIL_LIMIT else f"{text[:_DETAIL_LIMIT]}…"
    return text if text.endswith((".", "!", "?", "…")) else f"{text}."
