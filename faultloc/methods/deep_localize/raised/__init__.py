"""What is known of an error that ended a training: of those that are common, and say one thing for certain."""
