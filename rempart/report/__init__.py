"""A run read for people: what it means, in which words, on which page."""
