"""The notification dossier: from a run and facts a person typed, drafts for those to be told.

Silence is what cost most in the breaches this project knows; a draft within the hour breaks it.
rempart prepares, people decide and file: nothing here is legal advice.
"""

from rempart.dossier.facts import load, schema
from rempart.dossier.paper import ADDRESSEES, Order, paper
from rempart.dossier.sources import Sources
from rempart.dossier.wording import wording

__all__ = ["ADDRESSEES", "Order", "Sources", "load", "paper", "schema", "wording"]
