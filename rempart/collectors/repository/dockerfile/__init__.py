"""Dockerfiles, instruction by instruction."""
