"""From the bytes of a file to lines and cells."""
