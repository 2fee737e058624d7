"""Data and models of your own: what the commands and the Python calls share."""
