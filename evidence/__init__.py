"""What a fact is and how it is kept."""
