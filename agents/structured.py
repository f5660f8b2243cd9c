"""Replies in the form of a pydantic model: how they are asked for, and how they are read."""

from __future__ import annotations

import json
from typing import Any

from langchain_core.language_models import BaseChatModel
from langchain_core.utils.function_calling import convert_to_openai_function
from langchain_openai import ChatOpenAI
from pydantic import BaseModel, ValidationError

from agents.toolbox import validation_problem


def native_options(model: BaseChatModel, schema: type[BaseModel]) -> dict[str, Any] | None:
    """Options that make `model` hold to `schema` by itself, or None when it must be asked in words."""
    if not isinstance(model, ChatOpenAI) or model.use_responses_api:
        return None
    form = convert_to_openai_function(schema, strict=True)
    form["schema"] = form.pop("parameters")
    # In the body rather than as `response_format`: the client would parse the reply and raise before it can
    # be repaired, and would demand strict schemas of all tools.
    body = {"response_format": {"type": "json_schema", "json_schema": form}}
    return {"extra_body": {**(model.extra_body or {}), **body}}


def refuses_schema(error: BaseException) -> bool:
    """Whether a server did not accept the request because of the schema that came with it."""
    cause = error.__cause__ or error
    words = str(cause).lower()
    return getattr(cause, "status_code", None) in {400, 422} and any(
        sign in words for sign in ("response_format", "json_schema", "schema", "extra_forbidden", "unrecognized")
    )


def parse_reply(text: str, schema: type[BaseModel]) -> BaseModel:
    """The instance of `schema` that `text` holds; a fence or words around the JSON are let pass.

    Raises ValueError with what does not fit, in one line.
    """
    try:
        return schema.model_validate(_first_object(text))
    except ValidationError as error:
        raise ValueError(validation_problem(error)) from error


def _first_object(text: str) -> Any:
    text = text.strip()
    try:
        return json.loads(text)
    except ValueError:
        pass
    decoder = json.JSONDecoder()
    start = text.find("{")
    while start >= 0:
        try:
            return decoder.raw_decode(text, start)[0]
        except ValueError:
            start = text.find("{", start + 1)
    raise ValueError("it holds no JSON object")
