"""Running a user's own training script under the monitor, with no change to it."""
