"""What is seen of a training step: by hooks, in the graph of the loss, in gradients and weights. It judges nothing."""
