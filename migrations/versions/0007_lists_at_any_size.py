"""Lists of tickets by each filter in each order, and customers by digits of a number, at the same cost at any size.

Built while the installation works. One that was cut off leaves an index that is not valid: it is made again.
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"

WORK = sa.text("status in ('new', 'open', 'pending', 'on_hold')")
BY = {
    "work_newest": ("created_at", "id"),
    "work_urgency": ("priority", "created_at", "id"),
    "work_changed": ("updated_at", "id"),
    "status_urgency": ("status", "priority", "created_at", "id"),
    "status_changed": ("status", "updated_at", "id"),
    "department_urgency": ("department_id", "priority", "created_at", "id"),
    "department_changed": ("department_id", "updated_at", "id"),
    "assignee_newest": ("assignee_id", "created_at", "id"),
    "assignee_urgency": ("assignee_id", "priority", "created_at", "id"),
    "assignee_changed": ("assignee_id", "updated_at", "id"),
    "priority_changed": ("priority", "updated_at", "id"),
}
GRAMS = """
create or replace function digit_grams(number text) returns text[] immutable strict parallel safe language sql
return (select coalesce(array_agg(distinct substr(number, n, 3)), '{}') from generate_series(1, length(number) - 2) n)
"""


def upgrade() -> None:
    op.execute(GRAMS)
    with op.get_context().autocommit_block():
        # A large table takes longer than a page may.
        op.execute("set statement_timeout = 0")
        op.execute("set lock_timeout = 0")
        for name, columns in BY.items():
            where = WORK if name.startswith("work_") else None
            _create(f"ix_ticket_{name}", "ticket", ["brand_id", *columns], postgresql_where=where)
        _create(
            "ix_ticket_solved", "ticket", ["brand_id", "solved_at"], postgresql_where=sa.text("solved_at is not null")
        )
        grams = [sa.text("digit_grams(e164)")]
        _create("ix_customer_number_digits", "customer_number", grams, postgresql_using="gin")
        op.execute("set statement_timeout = '5min'")
        op.execute("set lock_timeout = '5s'")


def downgrade() -> None:
    op.drop_index("ix_customer_number_digits", table_name="customer_number")
    op.drop_index("ix_ticket_solved", table_name="ticket")
    for name in reversed(BY):
        op.drop_index(f"ix_ticket_{name}", table_name="ticket")
    op.execute("drop function digit_grams(text)")


def _create(name: str, table: str, columns: list[str | sa.TextClause], **more: object) -> None:
    op.drop_index(name, table_name=table, if_exists=True, postgresql_concurrently=True)
    op.create_index(name, table, columns, postgresql_concurrently=True, **more)
