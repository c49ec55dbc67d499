"""Discovery documents of our own, one JSON file per `service.version`: few reads of APIs that the SDK has no document of."""
