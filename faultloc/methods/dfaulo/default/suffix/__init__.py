"""Fresh tails on the model's features, and the samples around each sample: what the scorer reads."""
