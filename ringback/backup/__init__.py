"""A backup of all that an installation remembers, in one file, and putting it back.

What is in the file, in this order: secrets made once, the journal, the database, the recordings, and the manifest with
every part's length and SHA-256. The order of taking is what makes it whole: what leaves the journal meanwhile is in the
database by then, and what the database calls stored is in the store.
"""
