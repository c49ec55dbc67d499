"""One file per sub-command; `runner.py` loads only the one that is asked for."""
