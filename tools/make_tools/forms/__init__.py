"""What an agent needs to see of an answer, in few bytes. Pure: from JSON as Make sent it to JSON for a model."""
