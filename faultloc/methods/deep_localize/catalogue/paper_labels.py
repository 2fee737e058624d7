"""The labels of the paper's algorithm, each with what the released tool prints for it."""

FORWARD = ("Error Before/After Activation", "Error in forward, terminating training")
WEIGHTS = ("Error Backward in Weight", "Error in Weights, terminating training")
LOSS = ("Error Loss Function", "Invalid loss, terminating training")
DELTA = ("Error Backward in Delta Weight", "Error in delta Weights, terminating training")
GRADIENT = ("Error Backward in Delta Weight", "Error in Output Gradient, terminating training")
FLAT = ("Model Does not Learn", "MDL, terminating training")
NONE = ("", "")
