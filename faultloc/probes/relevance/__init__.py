"""Layer-wise relevance propagation: how much each value that a network holds adds to what it says.

The network is traced once (`tracing`); a batch runs through the traced graph and back (`walk`), each operation handing
what it was given to its inputs (`operations`, `sharing`, `weighted`, `attention`), layers with weights by a named rule
(`rules`). What to call is in `reading`.

Source: Bach et al., "On Pixel-Wise Explanations for Non-Linear Classifier Decisions by Layer-Wise Relevance
Propagation", PLoS ONE 2015.
"""
