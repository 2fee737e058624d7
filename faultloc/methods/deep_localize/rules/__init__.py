"""What is odd in what was seen: each rule gives symptoms, and `catalogue` knows what they mean."""
