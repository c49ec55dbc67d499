"""What leaves us, one file per format; a report decides nothing, it only says what was judged."""
