"""What the inputs alone say of the labels: an opinion that does not pass through the memory of the user's model."""
