"""What Refrain needs, and whether it is there."""

from __future__ import annotations

import asyncio
import os
import socket
import stat
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import openai
from langchain_openai import ChatOpenAI

from agents.embeddings import default_embeddings, describe_embeddings
from agents.failures import explain
from agents.models import default_model, describe_model
from agents.tools.library import SHIPPED
from flows.setup import load_workflows
from storage import RunStore
from storage.credentials import Credentials
from storage.errors import StorageError

TIMEOUT = 5.0  # seconds
SEARCH_ADDRESS = ("duckduckgo.com", 443)


@dataclass(frozen=True, slots=True)
class Check:
    """`state`: `ok`, `note` (works, but worth knowing) or `broken`; `detail` is a sentence for the user."""

    name: str
    state: Literal["ok", "note", "broken"]
    detail: str


async def all_checks() -> list[Check]:
    """Every check, in the order in which they are best read."""
    return [
        python(),
        await database(),
        workflows(),
        await model(),
        await embeddings(),
        library(),
        search(),
        users(),
        *secrets(),
    ]


def python() -> Check:
    version = ".".join(map(str, sys.version_info[:3]))
    if (3, 11) <= sys.version_info < (3, 14):
        return Check("Python", "ok", f"{version} at {sys.executable}")
    return Check("Python", "broken", f"{version} does not do: Refrain needs Python 3.11, 3.12 or 3.13.")


def database_path() -> Path:
    return Path(os.environ.get("REFRAIN_DB") or ".refrain/refrain.db").absolute()


async def database() -> Check:
    path = database_path()
    if not path.exists():
        return _place_for(path)
    if not path.is_file() or not os.access(path, os.W_OK):
        return Check("Database", "broken", f"{path} is no file that can be written. Set REFRAIN_DB.")
    try:
        store = RunStore(path)
        recent = await store.runs(limit=1)
        await store.close()
    except (StorageError, OSError) as error:
        return Check("Database", "broken", f"{path}: {error}")
    size = path.stat().st_size / 1_000_000
    newest = f"its newest run is of {recent[0].started_at:%Y-%m-%d}" if recent else "it holds no run yet"
    return Check("Database", "ok", f"{path}, {size:.1f} MB, schema up to date; {newest}.")


def _place_for(path: Path) -> Check:
    parent = next(folder for folder in path.parents if folder.exists())
    if parent.is_dir() and os.access(parent, os.W_OK | os.X_OK):
        return Check("Database", "ok", f"{path} will be made at the first use.")
    return Check("Database", "broken", f"{path} cannot be made: {parent} cannot be written. Set REFRAIN_DB.")


def workflows() -> Check:
    try:
        names = list(load_workflows())
    except Exception as error:  # a workflow's file is anybody's code
        return Check("Workflows", "broken", f"They do not load: {error}")
    if not names:
        return Check("Workflows", "broken", "There are none in flows/catalog.")
    return Check("Workflows", "ok", ", ".join(names))


async def model() -> Check:
    chosen = default_model()
    described = describe_model(chosen)
    if not isinstance(chosen, ChatOpenAI):
        return Check("Model", "ok", f"{described} (no key is set; it needs none and quotes what it finds)")
    client = openai.AsyncOpenAI(api_key=os.environ.get("OPENAI_API_KEY") or "none", timeout=TIMEOUT, max_retries=0)
    try:
        offered = {listed.id async for listed in client.models.list()}
    except openai.NotFoundError:
        return Check("Model", "note", f"{described} answers, but lists no models.")
    except (openai.OpenAIError, ValueError) as error:
        return Check("Model", "broken", f"{described}: {explain(error)}")
    finally:
        await client.close()
    if offered and chosen.model_name not in offered:
        return Check("Model", "broken", f"{described}: there is no such model there. Set REFRAIN_MODEL.")
    return Check("Model", "ok", f"{described} answers and takes the key.")


async def embeddings() -> Check:
    name, chosen = os.environ.get("REFRAIN_EMBEDDINGS"), default_embeddings()
    if not name:
        return Check("Embeddings", "ok", "None: recall goes by words (REFRAIN_EMBEDDINGS names a model to help it).")
    if chosen is None:
        return Check("Embeddings", "note", f"{name} is left aside: it needs a server, as OPENAI_BASE_URL names it.")
    described = describe_embeddings(chosen)
    try:
        async with asyncio.timeout(TIMEOUT):
            vector = await chosen.aembed_query("What gives a passage its meaning?")
    except TimeoutError:
        return Check("Embeddings", "broken", f"{described} gave nothing in {TIMEOUT:g} seconds.")
    except Exception as error:
        return Check("Embeddings", "broken", f"{described}: {explain(error)}")
    return Check("Embeddings", "ok", f"{described} answers with vectors of {len(vector)} numbers.")


def library() -> Check:
    named = os.environ.get("REFRAIN_LIBRARY")
    folder = Path(named or SHIPPED)
    if not folder.is_dir():
        return Check("Library", "broken" if named else "note", f"There is no folder {folder}.")
    count = sum(1 for path in folder.rglob("*") if path.suffix.lower() in {".md", ".txt"} and path.is_file())
    whose = "" if named else " (the sample; REFRAIN_LIBRARY names your own)"
    documents = f"{count} document{'s' if count != 1 else ''}"
    return Check("Library", "ok" if count else "note", f"{documents} in {folder}{whose}")


def search() -> Check:
    if os.environ.get("REFRAIN_SEARCH", "").strip().lower() == "library":
        return Check("Search", "ok", "The library alone (REFRAIN_SEARCH=library).")
    try:
        socket.create_connection(SEARCH_ADDRESS, timeout=TIMEOUT).close()
    except OSError:
        return Check("Search", "note", "DuckDuckGo cannot be reached; the library is searched instead.")
    return Check("Search", "ok", "DuckDuckGo can be reached.")


def users() -> Check:
    credentials = Credentials()
    try:
        names = credentials.names()
    except (StorageError, OSError) as error:
        return Check("Users", "broken", str(error))
    if not names:
        return Check("Users", "ok", "Nobody has to sign in on this machine (refrain user add NAME).")
    return Check("Users", "ok", f"{len(names)} in {credentials.path}: {', '.join(names)}")


def secrets() -> Iterator[Check]:
    """The files that only their owner may read, of those that exist."""
    for path in (Credentials().path, database_path(), database_path().parent / "auth_secret"):
        if path.is_file() and (mode := stat.S_IMODE(path.stat().st_mode)) & 0o077:
            yield Check("Secret files", "broken", f"{path} can be read by others (mode {mode:o}): chmod 600 {path}")
