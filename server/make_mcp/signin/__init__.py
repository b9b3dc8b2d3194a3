"""Sign-in over HTTP: who calls, and whether they may read or write. By one token that all callers share, or by those of an issuer."""
