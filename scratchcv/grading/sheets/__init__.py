"""Exercise sheets: cut from the library, read from their folders, handed out."""
