"""rempart audits third-party health payers and renders hardening reports."""

__version__ = "0.1.0"
