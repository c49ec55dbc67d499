"""The engine behind stand-ins of REST vendors: routes, pages, keys, faults."""
