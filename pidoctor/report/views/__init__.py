"""One view per part of a result: the part's JSON -> lines on a page."""
