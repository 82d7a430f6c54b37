"""How many people each account reads, measured in one pass and bounded memory; pure of sources.

A collector brings a log as batches of keyed hashes (`batch`) to `measure.Measure`, whose `done()`
answers with observations. No name, number or address comes in here, so none can go out.
"""
