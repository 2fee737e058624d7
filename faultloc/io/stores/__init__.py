"""What stages and commands exchange: data sets, predictions, tables, weights, and how a file is written whole."""
