"""Hook implementations of this package. Cheap to import: no arrays, no models."""
