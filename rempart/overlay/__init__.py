"""The consultant's hand: what a person adds to a run, in a file that outlives every rendering.

Keyed by the fingerprint of a result, so it still fits after the next audit and after a retest.

    schema: rempart.overlay/1
    document:
      editions:
        - {version: "0.1", date: 2026-11-26, author: A. Martin, changes: Avant restitution}
    results:
      3f0c6d1be0f2a94c7a11:
        rating: {impact: important, exploitability: hard, by: A. Martin, on: 2026-11-26,
                 reason: Le serveur n’est joignable que depuis le bastion.}
        answer: {says: Corrigé en décembre., by: Production, on: 2026-11-28, decision: planned}
    findings:
      - id: E-01
        about: [pro]
        ...

A false positive names the digest of the facts it speaks of: when they change, the result is back.
"""

from rempart.overlay.applying import Applied, applied
from rempart.overlay.draft import draft
from rempart.overlay.reading import Overlay, load, schema

__all__ = ["Applied", "Overlay", "applied", "draft", "load", "schema"]
