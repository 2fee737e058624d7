"""The page about samples that are mislabelled or do not belong."""
