"""What stands beside a turn's messages: its card, and the button under an answer."""

from __future__ import annotations

from .board import derived_id
from .operations import ActionDict, ElementDict


def turn_card(turn_id: str, turn_step_id: str, message_id: str, answer_id: str) -> ElementDict:
    """The card below a message; `public/elements/TurnCard.jsx` draws it.

    It reads how far the turn is from the metadata of the turn's step, because changing an element makes
    Chainlit draw the whole page anew and close the side panel.
    """
    return {
        "id": derived_id(turn_id, "card"),
        "type": "custom",
        "name": "TurnCard",
        "display": "inline",
        "forId": message_id,
        "props": {"turn": turn_step_id, "answer": answer_id},
        "mime": "application/json",
    }


def answer_card(turn_id: str, turn_step_id: str, answer_id: str) -> ElementDict:
    """The card below the answer that a run has written: the first one stands above, where the run began."""
    card = turn_card(turn_id, turn_step_id, answer_id, answer_id)
    return {**card, "id": derived_id(turn_id, "bar"), "props": {**card["props"], "bar": True}}


def fresh_action(turn_id: str, answer_id: str) -> ActionDict:
    """The button under a direct answer that runs the workflow after all."""
    return {
        "id": derived_id(turn_id, "fresh"),
        "name": "fresh",
        "label": "Run it fresh",
        "tooltip": "Run the workflow again instead of answering from earlier runs",
        "icon": "rotate-cw",
        "payload": {"turn_id": turn_id},
        "forId": answer_id,
    }
