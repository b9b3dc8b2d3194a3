"""Pacing: whose turn it is, where that is counted, and what each budget allows."""

from make_mcp.upstream.pacing.memory import MemorySlots
from make_mcp.upstream.pacing.pace import Leave, Pace
from make_mcp.upstream.pacing.slots import Rate, Slot, Slots

__all__ = ["Leave", "MemorySlots", "Pace", "Rate", "Slot", "Slots"]
