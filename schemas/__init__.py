"""The JSON contracts and the one list of words."""
