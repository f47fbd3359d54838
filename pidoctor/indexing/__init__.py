"""Refreshing the wheels index from the user's package index, and checking what it holds.

The only part of pidoctor that reads index pages. Everything else uses the files it writes.
"""
