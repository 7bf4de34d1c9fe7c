"""Who answers: accounts, roles, tokens, brands, numbers, departments, membership, shifts, opening hours, audit.

Every room above reads it; it knows nothing about calls or tickets.
"""
