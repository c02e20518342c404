"""Training objectives: one file each, pure functions of tensors with their equations.

Letters in shape comments: B recordings or captions, D width of an embedding,
N tokens or patches of a recording, P values of a patch, K prototypes or
classes, L words of a caption, V vocabulary, F flipped captions, S spans.

Masks are bool. Positions, captions and recordings that are not `present` may
hold anything, and change neither the loss nor a gradient. Where nothing at all
takes part, the loss is 0 and so are its gradients. Pairs that are `unsure` are
of real recordings and captions, and only the pair is left out.
"""
