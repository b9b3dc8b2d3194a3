"""What is read, and how much of it is shown."""
