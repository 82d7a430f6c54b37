"""Judgement that several checks share: pure functions and the topics authorities speak on."""
