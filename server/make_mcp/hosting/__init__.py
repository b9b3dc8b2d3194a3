"""The HTTP transports: who may reach the server, what one caller may take, and what is served."""
