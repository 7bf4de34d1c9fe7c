"""Comparisons with what the carrier knows of calls and recordings."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.create_table(
        "reconciliation",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("repaired", sa.Integer(), nullable=False),
        sa.Column("unread", sa.Text(), server_default="", nullable=False),
        sa.Column("report", JSONB(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reconciliation")),
    )
    op.create_index("ix_reconciliation_ended_at", "reconciliation", ["ended_at"])


def downgrade() -> None:
    op.drop_table("reconciliation")
