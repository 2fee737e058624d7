"""Coverage of a test set by a model at hand."""
