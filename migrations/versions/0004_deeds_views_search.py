"""Changes of many tickets that can be taken back, saved views, and indexes to search tickets by."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.create_table(
        "deed",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("brand_id", sa.BigInteger(), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("once", sa.Text(), nullable=False),
        sa.Column("wanted", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("state", sa.Text(), server_default="running", nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("undo_asked_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("state in ('running', 'done', 'undoing', 'undone')", name=op.f("ck_deed_state_known")),
        sa.ForeignKeyConstraint(["brand_id"], ["brand.id"], name=op.f("fk_deed_brand_id_brand")),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_deed_account_id_account"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deed")),
        sa.UniqueConstraint("account_id", "once", name=op.f("uq_deed_account_id_once")),
    )
    op.create_table(
        "deed_ticket",
        sa.Column("deed_id", sa.BigInteger(), nullable=False),
        sa.Column("ticket_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.Text(), server_default="waiting", nullable=False),
        sa.Column("version", sa.Integer(), nullable=True),
        sa.Column("after_version", sa.Integer(), nullable=True),
        sa.Column("before", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("problem", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.CheckConstraint(
            "state in ('waiting', 'done', 'same', 'refused', 'undone', 'kept')",
            name=op.f("ck_deed_ticket_state_known"),
        ),
        sa.ForeignKeyConstraint(["deed_id"], ["deed.id"], name=op.f("fk_deed_ticket_deed_id_deed"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("deed_id", "ticket_id", name=op.f("pk_deed_ticket")),
    )
    op.create_table(
        "saved_view",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("brand_id", sa.BigInteger(), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("query", sa.Text(), nullable=False),
        sa.Column("shared", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["brand_id"], ["brand.id"], name=op.f("fk_saved_view_brand_id_brand")),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_saved_view_account_id_account"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_view")),
        sa.UniqueConstraint("account_id", "name", name=op.f("uq_saved_view_account_id_name")),
    )
    op.create_index(
        op.f("ix_saved_view_brand_id"), "saved_view", ["brand_id"], unique=False, postgresql_where=sa.text("shared")
    )
    op.create_index(
        "ix_ticket_words", "ticket", [sa.text("to_tsvector('simple'::regconfig, subject)")], postgresql_using="gin"
    )
    op.create_index(
        "ix_ticket_caller_end",
        "ticket",
        ["brand_id", sa.func.reverse(sa.text("caller")).label("reversed")],
        postgresql_ops={"reversed": "text_pattern_ops"},
    )
    op.create_index("ix_ticket_tags", "ticket", ["tags"], postgresql_using="gin")
    op.create_index(
        "ix_customer_words",
        "customer",
        [sa.text("to_tsvector('simple'::regconfig, coalesce(name, ''))")],
        postgresql_using="gin",
    )


def downgrade() -> None:
    op.drop_index("ix_customer_words", table_name="customer")
    op.drop_index("ix_ticket_tags", table_name="ticket")
    op.drop_index("ix_ticket_caller_end", table_name="ticket")
    op.drop_index("ix_ticket_words", table_name="ticket")
    op.drop_table("saved_view")
    op.drop_table("deed_ticket")
    op.drop_table("deed")
