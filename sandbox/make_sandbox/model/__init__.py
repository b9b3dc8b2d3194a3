"""What the practice account consists of, and how it changes. Knows nothing of HTTP."""
