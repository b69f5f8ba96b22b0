"""What this package tells the kernel. Cheap to import: no arrays, no models."""
