"""Identifiers of people and bodies, told by structure and check digits. Pure and fast.

Each function takes text without separators (`spelling.compact` removes them) and answers with a
boolean. A value that passes is not proof: one of 97 random numbers passes a key. Columns are judged
by how many of their values pass, `rempart.judge.identifiers`.
"""
