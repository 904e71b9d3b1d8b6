-- Purpose: the bytes of a file, compressed, piece by piece.
copy raw.file_chunks (load_id, chunk_no, size, data) from stdin (format binary)
