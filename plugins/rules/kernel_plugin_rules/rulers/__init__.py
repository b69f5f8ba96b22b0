"""Components that annotate by patterns."""
