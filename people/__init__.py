"""Who answers, and when: brands, numbers, departments, accounts, roles, tokens, shifts, opening hours, audit.

Called by every room above it: the carrier's door asks which flow a number has and which departments are open, jobs ask
who is on shift, console and API ask who somebody is and what they may do. It never looks at calls, tickets or
recordings, and what the caller's path needs of it loads neither `phonenumbers` nor `holidays`.
"""
