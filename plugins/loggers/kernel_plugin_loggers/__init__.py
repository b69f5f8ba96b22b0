"""Training loggers for kernel: the console table, a JSONL log, and experiment trackers."""
