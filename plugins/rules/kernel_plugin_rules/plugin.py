"""Hook implementations of this package: none. Cheap to import: no arrays, no models."""
