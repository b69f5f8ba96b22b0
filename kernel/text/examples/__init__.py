"""Examples: a predicted and a reference doc, aligned, and their forms."""
