"""What the training monitor found, for people."""
