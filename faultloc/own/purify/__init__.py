"""A model of your own trained on with the cleaned data."""
