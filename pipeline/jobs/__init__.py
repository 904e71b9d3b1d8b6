"""Work that is asked for now and done by whoever is there: queue, workers, progress, rescue."""
