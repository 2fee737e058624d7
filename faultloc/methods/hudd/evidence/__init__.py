"""What the errors are compared by, layer by layer."""
