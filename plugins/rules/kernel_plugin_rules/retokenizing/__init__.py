"""Components that merge and split tokens."""
