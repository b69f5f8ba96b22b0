"""Components that annotate by rules and tables, without training."""
