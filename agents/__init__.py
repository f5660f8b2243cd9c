"""Agents and teams of agents: a chat model with instructions and tools."""

from agents.agent import Agent
from agents.errors import AgentError, ModelFailed, WrongOutput
from agents.team import Team

__all__ = ["Agent", "AgentError", "ModelFailed", "Team", "WrongOutput"]
