"""Text classification for kernel pipelines."""
