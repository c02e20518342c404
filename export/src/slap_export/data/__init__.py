"""Recordings: a manifest of them, what keeps splits apart, and how often each is drawn."""
