"""What a run does: module by module through a blueprint, and what becomes of it."""
