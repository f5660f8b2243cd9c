"""Which embedding model compares meanings, if one is to."""

from __future__ import annotations

import os
from urllib.parse import urlsplit

from langchain_core.embeddings import Embeddings
from langchain_openai import OpenAIEmbeddings
from pydantic import SecretStr

from agents.models import default_model
from agents.offline import OfflineModel

RETRIES = 1


def default_embeddings() -> Embeddings | None:
    """The model that REFRAIN_EMBEDDINGS names, at the server of the chat model; None without a name or a server."""
    name = os.environ.get("REFRAIN_EMBEDDINGS")
    if not name or isinstance(default_model(), OfflineModel):
        return None
    return OpenAIEmbeddings(
        model=name,
        base_url=os.environ.get("OPENAI_BASE_URL") or None,
        api_key=SecretStr(os.environ.get("OPENAI_API_KEY") or "none"),  # servers of one's own ask for none
        max_retries=RETRIES,
        default_headers={"Connection": "close"},  # a connection kept open breaks when its event loop has ended
        # Else texts are sent as OpenAI's own tokens, made by a table from the web, and vectors come packed.
        check_embedding_ctx_length=False,
        model_kwargs={"encoding_format": "float"},
    )


def name_of(embeddings: Embeddings) -> str:
    """The model's name, under which its vectors are kept."""
    for attribute in ("model", "model_name", "model_id"):
        if name := getattr(embeddings, attribute, None):
            return str(name)
    return type(embeddings).__name__


def describe_embeddings(embeddings: Embeddings) -> str:
    """The model's name and, if it is known, where it answers: `text-embedding-3-small at api.openai.com`."""
    if not isinstance(embeddings, OpenAIEmbeddings):
        return name_of(embeddings)
    base = embeddings.openai_api_base or "https://api.openai.com"
    address = urlsplit(base)
    port = f":{address.port}" if address.port else ""
    return f"{embeddings.model} at {address.hostname or base}{port}"
