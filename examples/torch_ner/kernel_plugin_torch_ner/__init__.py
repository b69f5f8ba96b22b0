"""Named entities by a bidirectional LSTM and a conditional random field, in plain PyTorch."""
