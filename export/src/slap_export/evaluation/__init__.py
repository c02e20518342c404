"""Measures of what a trained model can do: functions over arrays, one kind a file.

`of_bundle` measures a bundle through the runtime with them, `of_run` a trained run by PyTorch.
"""
