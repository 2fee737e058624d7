"""Planting known faults into a training: in the network, the data, the loss, the optimizer."""
