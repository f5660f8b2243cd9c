"""Tools for agents."""

from agents.tools.duckduckgo import DuckDuckGoTools
from agents.tools.library import LibraryTools

__all__ = ["DuckDuckGoTools", "LibraryTools"]
