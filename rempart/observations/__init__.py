"""The vocabulary: what can be seen, one module a domain."""
