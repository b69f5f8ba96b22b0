"""Pretrained transformers as shared layers of pipelines."""
