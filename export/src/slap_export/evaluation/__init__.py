"""Measures of what a trained model can do: pure functions over arrays, one kind a file."""
