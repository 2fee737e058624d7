"""Peers that need the model itself, how it was trained, or trainings of their own; each gives a suspiciousness."""
