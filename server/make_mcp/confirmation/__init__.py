"""Confirmation: nobody's automations are changed by accident, by a repeated call or by a hidden instruction."""

from make_mcp.confirmation.codes import Codes
from make_mcp.confirmation.errors import NotConfirmed
from make_mcp.confirmation.gate import Done, Gate, Told
from make_mcp.confirmation.person import AnswerAwaited, Client, Nobody, Reply
from make_mcp.confirmation.policy import CONFIRM, Policy, schema
from make_mcp.confirmation.question import Question

__all__ = [
    "CONFIRM",
    "AnswerAwaited",
    "Client",
    "Codes",
    "Done",
    "Gate",
    "Nobody",
    "NotConfirmed",
    "Policy",
    "Question",
    "Reply",
    "Told",
    "schema",
]
