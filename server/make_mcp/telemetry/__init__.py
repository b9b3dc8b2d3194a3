"""What the server tells of itself to those who run it: metrics and traces. Both are extras; `observer` alone is always there."""
