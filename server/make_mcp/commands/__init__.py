"""The commands of the command line, one module each: what a person runs, and what prints."""
