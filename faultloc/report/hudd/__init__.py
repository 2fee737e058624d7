"""The page about the root causes behind a model's errors."""
