"""DeepLocalize: which layer and phase of a training run is at fault, seen by a monitor inside the training loop."""
