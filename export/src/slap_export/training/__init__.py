"""Training: one flat loop (`loop.py`) over batches, a learner and the recipe's objectives.

Letters in shape comments: B recordings of a batch and b of them in this process, I items heard
by this process (its recordings, and some of them again with tokens hidden), R rows the items are
laid in, T frames, F mel bands, C chunks of a row, S tokens in a chunk, N tokens of a row, W width
of the tower, D embedding.
"""
