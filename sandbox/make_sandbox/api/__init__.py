"""How a request is read and answered: what all resources share, each thing in one place."""
