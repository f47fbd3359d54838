"""One view per part of a result: the typed part -> sections of a document."""
