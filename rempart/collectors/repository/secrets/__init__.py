"""Secrets in a repository: by structure, by rules over every text, and people's numbers."""
