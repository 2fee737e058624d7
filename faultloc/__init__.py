"""Fault localization for deep learning: which sample, layer, neuron or test is to blame."""
