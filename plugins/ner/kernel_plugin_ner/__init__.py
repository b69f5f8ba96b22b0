"""Named entity recognition for kernel pipelines."""
