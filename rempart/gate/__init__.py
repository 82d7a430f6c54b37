"""The gate of a repository: what a change declares, judged against what stood before it.

Exceptions, the baseline and the repository's own policy come from a protected revision where one is
named, so that a change cannot excuse itself.
"""
