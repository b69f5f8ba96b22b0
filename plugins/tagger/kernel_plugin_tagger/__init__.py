"""Components that assign one class to each token."""
