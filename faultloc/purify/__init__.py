"""After the review: a better data set, and a model trained on it."""
