"""Inputs of workflows, checked before anything runs."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ValidationError

from .errors import InvalidInput


def checked(given: Any, schema: type[BaseModel] | None, workflow: str) -> Any:
    """The input as an instance of `schema` (from one, a dict, or JSON text); as it is without a schema.

    Raises InvalidInput.
    """
    if schema is None or isinstance(given, schema):
        return given
    try:
        return schema.model_validate_json(given) if isinstance(given, str) else schema.model_validate(given)
    except ValidationError as error:
        raise InvalidInput(f"The input does not fit {workflow}: {error}") from error
