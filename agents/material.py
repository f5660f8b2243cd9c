"""Text that others wrote, made fit to stand in a prompt: nothing in it is hidden, or passes for another's turn."""

from __future__ import annotations

import re

# Terminal sequences, HTML comments, and characters that a person does not see but a model reads. Joiners are part of
# scripts and emoji; a row of them is not.
_HIDDEN = re.compile(
    r"\x1b\][^\x07\x1b]{0,2000}(?:\x07|\x1b\\)?|\x1b\[[0-9;:?<=>]*[ -/]*[@-~]?|\x1b.?|<!--.*?(?:-->|\Z)"
    r"|[\u200c\u200d]{2,}|[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff"
    r"\U000e0000-\U000e0fff]",
    re.DOTALL,
)
_SURROGATE = re.compile(r"[\ud800-\udfff]")
# The marks by which chat templates and servers tell turns and tool calls apart.
_MARKS = re.compile(
    r"<\|[^<>|\n]{1,40}\|>|</?s>|\[/?INST\]|<</?SYS>>|</?(?:antml:)?(?:system|assistant|developer|im_start|im_end|"
    r"tools?|tool_calls?|tool_response|tool_result|function_calls?|function_results?|functions?|invoke|parameter)"
    r"(?:\s[^<>\n]{0,200})?/?>",
    re.IGNORECASE,
)
_ROLE = re.compile(
    r"^(?=[ \t>#*_\[(]{0,12}(?:system|assistant|developer|human|user|tool|function)(?: (?:prompt|message|turn|note))?"
    r"[ \t*_\])]{0,6}:)",
    re.IGNORECASE | re.MULTILINE,
)
_LABEL = re.compile(r"\[(\s*\d{1,3}(?:\s*[,;]\s*\d{1,3})*\s*)\]")
_LAYOUT = re.compile(
    r"^(?=[ \t]*(?:The rules suggest:|What past workflow runs hold|Past runs hold nothing))", re.MULTILINE
)


def material(text: str) -> str:
    """The text without what is hidden in it; marks of turns and tool calls are left as words that mark nothing."""
    text = _SURROGATE.sub("\ufffd", _HIDDEN.sub("", text))
    text = _MARKS.sub(lambda mark: mark[0].translate(_UNMARKED), text)
    return _ROLE.sub("| ", text)


def evidence(text: str) -> str:
    """The text as `material`; its own labels are in round brackets, so that those around it are the only ones."""
    return _LAYOUT.sub("| ", _LABEL.sub(r"(\1)", material(text)))


_UNMARKED = str.maketrans("<>[]", "‹›()")
