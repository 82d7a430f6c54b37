"""Compose files: services, what they publish, and what they are told."""
