"""Inputs of workflows, checked before anything runs."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from typing import Any

from pydantic import BaseModel, ValidationError

from storage.files import File

from .errors import InvalidInput
from .plain import ALLOWED, odd_part

FileLike = str | os.PathLike[str] | File


def checked(given: Any, schema: type[BaseModel] | None, workflow: str) -> Any:
    """The input as an instance of `schema` (from one, a dict, or JSON text).

    Without a schema a pydantic model becomes its dict, everything else stays as it is. Raises InvalidInput.
    """
    if schema is not None and isinstance(given, schema):
        return given
    if isinstance(given, BaseModel):
        given = given.model_dump(mode="json")
    if schema is None:
        if odd := odd_part(given):
            raise InvalidInput(f"The input of {workflow} has {odd} in it; it may be {ALLOWED}, or a pydantic model.")
        return given
    try:
        return schema.model_validate_json(given) if isinstance(given, str) else schema.model_validate(given)
    except ValidationError as error:
        raise InvalidInput(f"The input does not fit {workflow}: {error}") from error


def restored(stored: Any, schema: type[BaseModel] | None, workflow: str) -> Any:
    """A stored input as it was when it was checked. Raises InvalidInput when `schema` has changed since."""
    if schema is None or isinstance(stored, schema):
        return stored
    try:
        return schema.model_validate_json(json.dumps(stored), by_alias=True, by_name=True)
    except ValidationError as error:
        raise InvalidInput(f"The stored input no longer fits {workflow}: {error}") from error


def checked_files(given: Iterable[FileLike]) -> tuple[File, ...]:
    """Every file by its absolute path, with its media type. Raises InvalidInput for what is no path of a file."""
    if isinstance(given, str | bytes | os.PathLike | File):
        raise InvalidInput(f"`files` takes a list of paths, not one: files=[{given!r}].")
    files = []
    for item in given:
        if not isinstance(item, str | os.PathLike | File):
            raise InvalidInput(f"`files` takes paths, not {type(item).__name__}.")
        files.append(item if isinstance(item, File) else File.at(os.path.abspath(item)))
    refuse_missing(files)
    return tuple(files)


def refuse_missing(files: Iterable[File]) -> None:
    """Raises InvalidInput that names the first of the files that is not there."""
    for file in files:
        if not os.path.isfile(file.path):
            raise InvalidInput(f"There is no file {file.path}.")
