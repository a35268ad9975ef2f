"""Other programs that symkv is held against: what they measured, and how to measure again."""
