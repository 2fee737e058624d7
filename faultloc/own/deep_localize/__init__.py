"""A training script of your own run under the monitor, with no change to it."""
