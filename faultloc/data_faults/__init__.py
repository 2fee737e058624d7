"""DFauLo for a model and a data set at hand: what the command and the Python call share."""
