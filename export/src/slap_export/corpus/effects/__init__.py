"""Signal-level changes with known ground truth, one a file.

Changes of the voice work on a clip taken apart into excitation and envelope (`source_filter`);
changes of the recording work on samples. Every clip passes through the same chain: where a change
is not wanted it runs with depth zero, so that having been processed says nothing about a label.
"""
