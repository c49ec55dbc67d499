"""What facts mean: catalogue, rules, needs, settings dictionary, judge."""
