"""What scenarios do: started, run module by module, called through hooks, retried, removed."""
