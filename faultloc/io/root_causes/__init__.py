"""What HUDD's steps exchange."""
