"""Lists of work in two more orders: by urgency, and by the latest change."""

from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.create_index("ix_ticket_urgency", "ticket", ["brand_id", "priority", "created_at", "id"], unique=False)
    op.create_index("ix_ticket_changed", "ticket", ["brand_id", "updated_at", "id"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_ticket_changed", table_name="ticket")
    op.drop_index("ix_ticket_urgency", table_name="ticket")
