"""Statements that make rows by the million. Each row follows from its number n alone; n = 1 is the newest."""

CUSTOMERS = (
    """
    insert into customer (brand_id, name, created_at)
    select (select min(id) from brand),
      case when n % 97 = 0 then 'Quillon' else
        (array['Ana Petrov', 'Jürgen Groß', 'Minh Nguyễn', 'Zoë van der Berg'])[1 + n % 4] end || ' ' || n,
      now() - n * interval '20 minutes'
    from generate_series(1, :customers) n
    """,
    """
    insert into customer_number (customer_id, brand_id, e164) select id, brand_id, '+1415' || 2000000 + id from customer
    """,
)
"""Every number is that of one customer; one name of a hundred is rare, the others are common."""

TICKETS = (
    """
    insert into ticket (id, brand_id, number, status, priority, department_id, subject, caller, customer_id,
      assignee_id, tags, outcome, born_call_id, created_at, updated_at, solved_at)
    select 1000 + :many - n, brand.id, 1000 + :many - n, s.status, 1 + n / 4 % 4,
      departments.ids[1 + n % array_length(departments.ids, 1)],
      (array['Invoice is too high: ', 'Router is dark: ', 'Wants to move: ', 'Asked for order '])[1 + n % 4]
        || case when n % (:many / 20) = 0 then 'giraffe ' else '' end || n,
      '+1415' || 2000000 + first.id + n % :customers, first.id + n % :customers,
      case when n % 3 > 0 then people.ids[1 + n % array_length(people.ids, 1)] end,
      case when n % (:many / 20) = 0 then array['vip'] when n % 7 = 0 then array['refund'] else '{}' end,
      case when s.is_over then 'answered' end, 1000 + :many - n,
      now() - n * :minutes * interval '1 minute',
      now() - n * :minutes * interval '1 minute' * (0.5 + (n % 100) / 200.0),
      case when s.is_over then
        case when n <= :heap * 1.4 then now() else now() - n * :minutes * interval '1 minute' * 0.9 end
      end
    from generate_series(1, :many) n, (select min(id) as id from brand) brand,
      (select min(id) as id from customer) first,
      (select array_agg(id order by id) as ids from department) departments,
      (select array_agg(a.id order by a.id) as ids from account a
       where exists (select 1 from membership m where m.account_id = a.id)) people,
      lateral (select n > :heap and n % 50 > 0 as is_over) o,
      lateral (select o.is_over, case when o.is_over
        then (array['solved', 'solved', 'solved', 'solved', 'closed', 'closed', 'closed', 'merged', 'spam'])[1 + n % 9]
        else (array['new', 'open', 'pending', 'on_hold'])[1 + case when n > :heap then n / 50 else n / 16 end % 4]
        end as status) s
    """,
    "select setval('ticket_id_seq', 2000 + :many)",
)
"""Work: the newest `heap`, and one of fifty before them. Twenty tickets, spread evenly, speak of a giraffe."""

CALLS = (
    """
    insert into call (id, brand_id, account_sid, sid, from_number, to_number, status, department_id, ticket_id,
      customer_id, outcome, started_at, answered_at, ended_at, last_seen_at, duration)
    overriding system value
    select id, brand_id, 'ACbulk', 'CAbulk' || id, caller, '+14155550199', 'completed', department_id, id, customer_id,
      'informed', created_at, created_at, created_at + interval '2 minutes', created_at + interval '2 minutes', 120
    from ticket
    """,
    """
    insert into leg (id, call_id, account_sid, sid, from_number, to_number, status, started_at, answered_at, ended_at,
      duration)
    overriding system value
    select id, id, account_sid, sid, from_number, to_number, status, started_at, answered_at, ended_at, duration
    from call
    """,
    """
    insert into turn (account_sid, leg_sid, number, happened_at, step, answer)
    select account_sid, sid, 0, started_at, 'choose', '{}' from call
    """,
    """
    insert into event (brand_id, ticket_id, call_id, type, happened_at, recorded_at)
    select brand_id, ticket_id, id, type, started_at, started_at
    from call, unnest(array['call_started', 'call_ended']) type
    """,
    """
    insert into assignment (ticket_id, account_id, assigned_at)
    select id, assignee_id, created_at from ticket where assignee_id is not null
    """,
    "select setval(pg_get_serial_sequence('call', 'id'), 2000 + :many)",
    "select setval(pg_get_serial_sequence('leg', 'id'), 2000 + :many)",
)
"""One finished call for each ticket, with its leg, one turn, two events, and who was given the ticket."""

TAGS = ("refund", "vip", "nothing")
"""Common, rare, and on no ticket."""

SEARCHES = ("invoice", "giraffe", "elsewhere", "invoice dark", "ana", "quillon", "4152000111", "0111", "1500")
"""A common word, a rare one, one that is nowhere; common ones that never meet; a common name and a rare one; a caller's
number, the end of one, a ticket's number or the end of a caller's."""
