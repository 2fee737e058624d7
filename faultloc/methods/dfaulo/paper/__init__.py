"""The published method, as in the paper and the authors' code."""
