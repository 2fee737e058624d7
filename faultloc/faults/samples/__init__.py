"""Faults planted in samples: labels changed, inputs replaced."""
