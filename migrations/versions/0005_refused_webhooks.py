"""Webhooks that were refused, counted by the hour."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.create_table(
        "refused_webhook",
        sa.Column("hour", sa.DateTime(timezone=True), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("process", sa.Text(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("signed_for", sa.Text(), server_default="", nullable=False),
        sa.CheckConstraint(
            "why in ('unsigned', 'wrong_signature', 'other_address', 'wrong_digest', 'too_large', 'no_form')",
            name=op.f("ck_refused_webhook_why_known"),
        ),
        sa.PrimaryKeyConstraint("hour", "path", "why", "process", name=op.f("pk_refused_webhook")),
    )


def downgrade() -> None:
    op.drop_table("refused_webhook")
