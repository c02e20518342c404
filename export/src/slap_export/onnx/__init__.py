"""ONNX files of towers: step and window graphs, lighter twins, and the gate they must pass."""
