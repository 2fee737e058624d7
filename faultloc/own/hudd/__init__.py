"""HUDD for a model and a data set at hand."""
