"""The layers whose view of the data selects a deletion set, in the order in which the paper names them."""

LAYERS = ("input", "hidden", "output")
