"""Make's mapping language: the expressions in the fields of modules, and the functions that people write for them."""
