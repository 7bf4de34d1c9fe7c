"""The record: people, tickets, calls, recordings, callbacks, background work."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.execute("create sequence ticket_id_seq start 1001")
    op.create_table(
        "brand",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("zone", sa.Text(), nullable=False),
        sa.Column("country", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_brand")),
        sa.UniqueConstraint("key", name=op.f("uq_brand_key")),
    )
    op.create_table(
        "carrier_event",
        sa.Column("account_sid", sa.Text(), nullable=False),
        sa.Column("leg_sid", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("happened_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("account_sid", "leg_sid", "status", "sequence", name=op.f("pk_carrier_event")),
    )
    op.create_table(
        "outbox",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("job", sa.Text(), nullable=False),
        sa.Column("args", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False),
        sa.Column("key", sa.Text(), nullable=True),
        sa.Column("state", sa.Text(), server_default="asked", nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("call_id", sa.BigInteger(), nullable=True),
        sa.Column("ticket_id", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("state in ('asked', 'handed', 'done', 'failed')", name=op.f("ck_outbox_state_known")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox")),
        sa.UniqueConstraint("key", name=op.f("uq_outbox_key")),
    )
    op.create_index("ix_outbox_failed", "outbox", ["id"], unique=False, postgresql_where=sa.text("state = 'failed'"))
    op.create_index(
        "ix_outbox_open",
        "outbox",
        ["due_at"],
        unique=False,
        postgresql_where=sa.text("state in ('asked', 'handed')"),
    )
    op.create_table(
        "repeatable",
        sa.Column("token_id", sa.BigInteger(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("request", sa.Text(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("answer", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("token_id", "key", name=op.f("pk_repeatable")),
    )
    op.create_table(
        "revision",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("number", sa.BigInteger(), server_default="1", nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_revision")),
    )
    op.create_table(
        "timetable_run",
        sa.Column("entry", sa.Text(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("entry", "due_at", name=op.f("pk_timetable_run")),
    )
    op.create_table(
        "turn",
        sa.Column("account_sid", sa.Text(), nullable=False),
        sa.Column("leg_sid", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("happened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("step", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.Column("answer", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.PrimaryKeyConstraint("account_sid", "leg_sid", "number", name=op.f("pk_turn")),
    )
    op.create_table(
        "account",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("brand_id", sa.BigInteger(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("phone", sa.Text(), nullable=True),
        sa.Column("password", sa.Text(), nullable=True),
        sa.Column("active", sa.Boolean(), server_default="true", nullable=False),
        sa.Column("demo", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "role in ('agent', 'reviewer', 'supervisor', 'administrator')", name=op.f("ck_account_role_known")
        ),
        sa.ForeignKeyConstraint(["brand_id"], ["brand.id"], name=op.f("fk_account_brand_id_brand")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account")),
        sa.UniqueConstraint("email", name=op.f("uq_account_email")),
    )
    op.create_table(
        "audit_entry",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("brand_id", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), server_default="", nullable=False),
        sa.Column("facts", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False),
        sa.ForeignKeyConstraint(["brand_id"], ["brand.id"], name=op.f("fk_audit_entry_brand_id_brand")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_entry")),
    )
    op.create_table(
        "carrier_account",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("brand_id", sa.BigInteger(), nullable=False),
        sa.Column("account_sid", sa.Text(), nullable=False),
        sa.Column("tokens", sa.LargeBinary(), nullable=True),
        sa.Column("api_base", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["brand_id"], ["brand.id"], name=op.f("fk_carrier_account_brand_id_brand")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_carrier_account")),
        sa.UniqueConstraint("account_sid", name=op.f("uq_carrier_account_account_sid")),
    )
    op.create_table(
        "customer",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("brand_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("email", sa.Text(), nullable=True),
        sa.Column("zone", sa.Text(), nullable=True),
        sa.Column("tier", sa.Text(), server_default="standard", nullable=False),
        sa.Column("language", sa.Text(), nullable=True),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.Column("demo", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["brand_id"], ["brand.id"], name=op.f("fk_customer_brand_id_brand")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_customer")),
    )
    op.create_table(
        "event",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("brand_id", sa.BigInteger(), nullable=False),
        sa.Column("ticket_id", sa.BigInteger(), nullable=True),
        sa.Column("call_id", sa.BigInteger(), nullable=True),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("version", sa.SmallInteger(), server_default="1", nullable=False),
        sa.Column("happened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.Text(), server_default="system", nullable=False),
        sa.Column("facts", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False),
        sa.Column("content", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False),
        sa.ForeignKeyConstraint(["brand_id"], ["brand.id"], name=op.f("fk_event_brand_id_brand")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event")),
    )
    op.create_index("ix_event_call", "event", ["call_id", "happened_at", "id"], unique=False)
    op.create_index("ix_event_ticket", "event", ["ticket_id", "happened_at", "id"], unique=False)
    op.create_table(
        "phone_number",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("brand_id", sa.BigInteger(), nullable=False),
        sa.Column("e164", sa.Text(), nullable=False),
        sa.Column("flow", sa.Text(), server_default="main", nullable=False),
        sa.Column("name", sa.Text(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(["brand_id"], ["brand.id"], name=op.f("fk_phone_number_brand_id_brand")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_phone_number")),
        sa.UniqueConstraint("e164", name=op.f("uq_phone_number_e164")),
    )
    op.create_table(
        "schedule",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("brand_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("zone", sa.Text(), nullable=False),
        sa.Column("closed_now", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("holiday_country", sa.Text(), nullable=True),
        sa.Column("holiday_subdivision", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["brand_id"], ["brand.id"], name=op.f("fk_schedule_brand_id_brand")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_schedule")),
    )
    op.create_table(
        "token",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("brand_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "role in ('agent', 'reviewer', 'supervisor', 'administrator')", name=op.f("ck_token_role_known")
        ),
        sa.ForeignKeyConstraint(["brand_id"], ["brand.id"], name=op.f("fk_token_brand_id_brand")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_token")),
        sa.UniqueConstraint("digest", name=op.f("uq_token_digest")),
    )
    op.create_table(
        "absence",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("why", sa.Text(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_absence_account_id_account"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_absence")),
    )
    op.create_index(op.f("ix_absence_account_id"), "absence", ["account_id"], unique=False)
    op.create_table(
        "customer_number",
        sa.Column("customer_id", sa.BigInteger(), nullable=False),
        sa.Column("e164", sa.Text(), nullable=False),
        sa.Column("brand_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["brand_id"], ["brand.id"], name=op.f("fk_customer_number_brand_id_brand")),
        sa.ForeignKeyConstraint(
            ["customer_id"],
            ["customer.id"],
            name=op.f("fk_customer_number_customer_id_customer"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("customer_id", "e164", name=op.f("pk_customer_number")),
    )
    op.create_index(op.f("ix_customer_number_brand_id_e164"), "customer_number", ["brand_id", "e164"], unique=False)
    op.create_table(
        "department",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("brand_id", sa.BigInteger(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("schedule_id", sa.BigInteger(), nullable=False),
        sa.Column("missed_is_work", sa.Boolean(), server_default="true", nullable=False),
        sa.Column("callback_number", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["brand_id"], ["brand.id"], name=op.f("fk_department_brand_id_brand")),
        sa.ForeignKeyConstraint(["schedule_id"], ["schedule.id"], name=op.f("fk_department_schedule_id_schedule")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_department")),
        sa.UniqueConstraint("brand_id", "key", name=op.f("uq_department_brand_id_key")),
    )
    op.create_table(
        "schedule_exception",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("schedule_id", sa.BigInteger(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("opens", sa.Time(), nullable=True),
        sa.Column("closes", sa.Time(), nullable=True),
        sa.Column("name", sa.Text(), server_default="", nullable=False),
        sa.Column("source", sa.Text(), server_default="hand", nullable=False),
        sa.ForeignKeyConstraint(
            ["schedule_id"],
            ["schedule.id"],
            name=op.f("fk_schedule_exception_schedule_id_schedule"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_schedule_exception")),
    )
    op.create_index(
        op.f("ix_schedule_exception_schedule_id_day"),
        "schedule_exception",
        ["schedule_id", "day"],
        unique=False,
    )
    op.create_table(
        "schedule_interval",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("schedule_id", sa.BigInteger(), nullable=False),
        sa.Column("weekday", sa.SmallInteger(), nullable=False),
        sa.Column("opens", sa.Time(), nullable=False),
        sa.Column("closes", sa.Time(), nullable=False),
        sa.ForeignKeyConstraint(
            ["schedule_id"],
            ["schedule.id"],
            name=op.f("fk_schedule_interval_schedule_id_schedule"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_schedule_interval")),
    )
    op.create_table(
        "shift",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("weekday", sa.SmallInteger(), nullable=False),
        sa.Column("starts", sa.Time(), nullable=False),
        sa.Column("ends", sa.Time(), nullable=False),
        sa.Column("zone", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_shift_account_id_account"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shift")),
    )
    op.create_index(op.f("ix_shift_account_id"), "shift", ["account_id"], unique=False)
    op.create_table(
        "membership",
        sa.Column("department_id", sa.BigInteger(), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_membership_account_id_account"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["department_id"],
            ["department.id"],
            name=op.f("fk_membership_department_id_department"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("department_id", "account_id", name=op.f("pk_membership")),
    )
    op.create_index(op.f("ix_membership_account_id"), "membership", ["account_id"], unique=False)
    op.create_table(
        "ticket",
        sa.Column("id", sa.BigInteger(), server_default=sa.text("nextval('ticket_id_seq')"), nullable=False),
        sa.Column("brand_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("status", sa.Text(), server_default="new", nullable=False),
        sa.Column("priority", sa.SmallInteger(), server_default="3", nullable=False),
        sa.Column("type", sa.Text(), nullable=True),
        sa.Column("department_id", sa.BigInteger(), nullable=True),
        sa.Column("subject", sa.Text(), server_default="", nullable=False),
        sa.Column("channel", sa.Text(), server_default="phone", nullable=False),
        sa.Column("caller", sa.Text(), nullable=True),
        sa.Column("customer_id", sa.BigInteger(), nullable=True),
        sa.Column("assignee_id", sa.BigInteger(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column("tags", postgresql.ARRAY(sa.Text()), server_default="{}", nullable=False),
        sa.Column("born_call_id", sa.BigInteger(), nullable=True),
        sa.Column("follow_up_of_id", sa.BigInteger(), nullable=True),
        sa.Column("demo", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("solved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.CheckConstraint(
            "status <> 'solved' or assignee_id is not null or outcome is not null",
            name=op.f("ck_ticket_solved_by"),
        ),
        sa.CheckConstraint(
            "status in ('new', 'open', 'pending', 'on_hold', 'solved', 'closed', 'merged', 'spam')",
            name=op.f("ck_ticket_status_known"),
        ),
        sa.CheckConstraint("priority between 1 and 4", name=op.f("ck_ticket_priority_range")),
        sa.ForeignKeyConstraint(["assignee_id"], ["account.id"], name=op.f("fk_ticket_assignee_id_account")),
        sa.ForeignKeyConstraint(["brand_id"], ["brand.id"], name=op.f("fk_ticket_brand_id_brand")),
        sa.ForeignKeyConstraint(["customer_id"], ["customer.id"], name=op.f("fk_ticket_customer_id_customer")),
        sa.ForeignKeyConstraint(["department_id"], ["department.id"], name=op.f("fk_ticket_department_id_department")),
        sa.ForeignKeyConstraint(["follow_up_of_id"], ["ticket.id"], name=op.f("fk_ticket_follow_up_of_id_ticket")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ticket")),
        sa.UniqueConstraint("brand_id", "number", name=op.f("uq_ticket_brand_id_number")),
    )
    op.create_index("ix_ticket_caller", "ticket", ["brand_id", "caller", "id"], unique=False)
    op.create_index(op.f("ix_ticket_customer_id"), "ticket", ["customer_id"], unique=False)
    op.create_index("ix_ticket_department", "ticket", ["brand_id", "department_id", "created_at", "id"], unique=False)
    op.create_index("ix_ticket_newest", "ticket", ["brand_id", "created_at", "id"], unique=False)
    op.create_index("ix_ticket_status", "ticket", ["brand_id", "status", "created_at", "id"], unique=False)
    op.create_index(
        "ix_ticket_work",
        "ticket",
        ["assignee_id"],
        unique=False,
        postgresql_where=sa.text("status in ('new', 'open', 'pending', 'on_hold')"),
    )
    op.create_table(
        "assignment",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("ticket_id", sa.BigInteger(), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("assigned_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("actor", sa.Text(), server_default="system", nullable=False),
        sa.Column("why", sa.Text(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_assignment_account_id_account")),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_assignment_ticket_id_ticket")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assignment")),
    )
    op.create_index("ix_assignment_account", "assignment", ["account_id", "assigned_at"], unique=False)
    op.create_index(
        "uq_assignment_open",
        "assignment",
        ["ticket_id"],
        unique=True,
        postgresql_where=sa.text("ended_at is null"),
    )
    op.create_table(
        "call",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("brand_id", sa.BigInteger(), nullable=False),
        sa.Column("account_sid", sa.Text(), nullable=False),
        sa.Column("sid", sa.Text(), nullable=False),
        sa.Column("direction", sa.Text(), server_default="inbound", nullable=False),
        sa.Column("from_number", sa.Text(), nullable=True),
        sa.Column("to_number", sa.Text(), nullable=True),
        sa.Column("withheld", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("status", sa.Text(), server_default="ringing", nullable=False),
        sa.Column("flow", sa.Text(), nullable=True),
        sa.Column("flow_revision", sa.Text(), nullable=True),
        sa.Column("department_id", sa.BigInteger(), nullable=True),
        sa.Column("ticket_id", sa.BigInteger(), nullable=True),
        sa.Column("customer_id", sa.BigInteger(), nullable=True),
        sa.Column("unrecorded", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("attestation", sa.Text(), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("duration", sa.Integer(), nullable=True),
        sa.Column("demo", sa.Boolean(), server_default="false", nullable=False),
        sa.CheckConstraint(
            "status in ('queued', 'initiated', 'ringing', 'in_progress', 'completed', 'busy', 'failed', 'no_answer', 'canceled')",
            name=op.f("ck_call_status_known"),
        ),
        sa.CheckConstraint("ended_at is null or ticket_id is not null", name=op.f("ck_call_over_has_ticket")),
        sa.ForeignKeyConstraint(["brand_id"], ["brand.id"], name=op.f("fk_call_brand_id_brand")),
        sa.ForeignKeyConstraint(["customer_id"], ["customer.id"], name=op.f("fk_call_customer_id_customer")),
        sa.ForeignKeyConstraint(["department_id"], ["department.id"], name=op.f("fk_call_department_id_department")),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_call_ticket_id_ticket")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_call")),
        sa.UniqueConstraint("account_sid", "sid", name=op.f("uq_call_account_sid_sid")),
    )
    op.create_index(op.f("ix_call_customer_id"), "call", ["customer_id"], unique=False)
    op.create_index("ix_call_from", "call", ["brand_id", "from_number", "id"], unique=False)
    op.create_index("ix_call_newest", "call", ["brand_id", "started_at", "id"], unique=False)
    op.create_index(
        "ix_call_open", "call", ["last_seen_at"], unique=False, postgresql_where=sa.text("ended_at is null")
    )
    op.create_index(op.f("ix_call_ticket_id"), "call", ["ticket_id"], unique=False)
    op.create_table(
        "callback",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("brand_id", sa.BigInteger(), nullable=False),
        sa.Column("ticket_id", sa.BigInteger(), nullable=False),
        sa.Column("department_id", sa.BigInteger(), nullable=True),
        sa.Column("account_sid", sa.Text(), nullable=True),
        sa.Column("leg_sid", sa.Text(), nullable=True),
        sa.Column("turn", sa.Integer(), nullable=True),
        sa.Column("asked_number", sa.Text(), nullable=False),
        sa.Column("e164", sa.Text(), nullable=True),
        sa.Column("state", sa.Text(), server_default="requested", nullable=False),
        sa.Column("why", sa.Text(), server_default="", nullable=False),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("agent_rounds", sa.Integer(), server_default="0", nullable=False),
        sa.Column("requested_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "state in ('requested', 'scheduled', 'queued', 'reserved', 'dialling', 'connected', 'completed', 'exhausted', 'invalid', 'cancelled', 'superseded', 'expired', 'blocked')",
            name=op.f("ck_callback_state_known"),
        ),
        sa.ForeignKeyConstraint(["brand_id"], ["brand.id"], name=op.f("fk_callback_brand_id_brand")),
        sa.ForeignKeyConstraint(
            ["department_id"], ["department.id"], name=op.f("fk_callback_department_id_department")
        ),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_callback_ticket_id_ticket")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_callback")),
        sa.UniqueConstraint("account_sid", "leg_sid", "turn", name=op.f("uq_callback_account_sid_leg_sid_turn")),
    )
    op.create_index(
        "ix_callback_due", "callback", ["due_at"], unique=False, postgresql_where=sa.text("closed_at is null")
    )
    op.create_index("ix_callback_number", "callback", ["e164", "requested_at"], unique=False)
    op.create_index(op.f("ix_callback_ticket_id"), "callback", ["ticket_id"], unique=False)
    op.create_index(
        "uq_callback_open",
        "callback",
        ["brand_id", "e164", "department_id"],
        unique=True,
        postgresql_where=sa.text("e164 is not null and closed_at is null"),
    )
    op.create_table(
        "callback_attempt",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("callback_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=True),
        sa.Column("call_id", sa.BigInteger(), nullable=True),
        sa.Column("sid", sa.Text(), nullable=True),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_callback_attempt_account_id_account")),
        sa.ForeignKeyConstraint(["call_id"], ["call.id"], name=op.f("fk_callback_attempt_call_id_call")),
        sa.ForeignKeyConstraint(
            ["callback_id"], ["callback.id"], name=op.f("fk_callback_attempt_callback_id_callback")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_callback_attempt")),
        sa.UniqueConstraint("callback_id", "number", name=op.f("uq_callback_attempt_callback_id_number")),
    )
    op.create_index(op.f("ix_callback_attempt_callback_id"), "callback_attempt", ["callback_id"], unique=False)
    op.create_table(
        "leg",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("call_id", sa.BigInteger(), nullable=False),
        sa.Column("account_sid", sa.Text(), nullable=False),
        sa.Column("sid", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), server_default="caller", nullable=False),
        sa.Column("parent_sid", sa.Text(), nullable=True),
        sa.Column("from_number", sa.Text(), nullable=True),
        sa.Column("to_number", sa.Text(), nullable=True),
        sa.Column("status", sa.Text(), server_default="ringing", nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("duration", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "role in ('caller', 'agent', 'consult', 'outside', 'supervisor')", name=op.f("ck_leg_role_known")
        ),
        sa.CheckConstraint(
            "status in ('queued', 'initiated', 'ringing', 'in_progress', 'completed', 'busy', 'failed', 'no_answer', 'canceled')",
            name=op.f("ck_leg_status_known"),
        ),
        sa.ForeignKeyConstraint(["call_id"], ["call.id"], name=op.f("fk_leg_call_id_call")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_leg")),
        sa.UniqueConstraint("account_sid", "sid", name=op.f("uq_leg_account_sid_sid")),
    )
    op.create_index(op.f("ix_leg_call_id"), "leg", ["call_id"], unique=False)
    op.create_table(
        "recording",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("brand_id", sa.BigInteger(), nullable=False),
        sa.Column("call_id", sa.BigInteger(), nullable=False),
        sa.Column("account_sid", sa.Text(), nullable=False),
        sa.Column("leg_sid", sa.Text(), nullable=False),
        sa.Column("part", sa.Text(), nullable=False),
        sa.Column("sid", sa.Text(), nullable=True),
        sa.Column("kind", sa.Text(), server_default="message", nullable=False),
        sa.Column("state", sa.Text(), server_default="expected", nullable=False),
        sa.Column("source", sa.Text(), nullable=True),
        sa.Column("channels", sa.SmallInteger(), nullable=True),
        sa.Column("duration", sa.Float(), nullable=True),
        sa.Column("bytes", sa.BigInteger(), nullable=True),
        sa.Column("sha256", sa.Text(), nullable=True),
        sa.Column("storage_key", sa.Text(), nullable=True),
        sa.Column("peaks_key", sa.Text(), nullable=True),
        sa.Column("expected_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("deadline_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ready_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("stored_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("carrier_deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("failure", sa.Text(), nullable=True),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.CheckConstraint(
            "state in ('expected', 'ready', 'stored', 'missing', 'deleted')",
            name=op.f("ck_recording_state_known"),
        ),
        sa.ForeignKeyConstraint(["brand_id"], ["brand.id"], name=op.f("fk_recording_brand_id_brand")),
        sa.ForeignKeyConstraint(["call_id"], ["call.id"], name=op.f("fk_recording_call_id_call")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recording")),
        sa.UniqueConstraint("account_sid", "leg_sid", "part", name=op.f("uq_recording_account_sid_leg_sid_part")),
    )
    op.create_index(op.f("ix_recording_call_id"), "recording", ["call_id"], unique=False)
    op.create_index(
        "ix_recording_due",
        "recording",
        ["deadline_at"],
        unique=False,
        postgresql_where=sa.text("state in ('expected', 'ready')"),
    )
    op.create_index(
        "uq_recording_sid",
        "recording",
        ["account_sid", "sid"],
        unique=True,
        postgresql_where=sa.text("sid is not null"),
    )
    op.create_table(
        "recording_play",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("recording_id", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), server_default="", nullable=False),
        sa.Column("first_byte", sa.BigInteger(), nullable=False),
        sa.Column("last_byte", sa.BigInteger(), nullable=False),
        sa.Column("from_second", sa.Float(), nullable=True),
        sa.Column("to_second", sa.Float(), nullable=True),
        sa.ForeignKeyConstraint(
            ["recording_id"], ["recording.id"], name=op.f("fk_recording_play_recording_id_recording")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recording_play")),
    )
    op.create_index(op.f("ix_recording_play_recording_id"), "recording_play", ["recording_id"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_recording_play_recording_id"), table_name="recording_play")
    op.drop_table("recording_play")
    op.drop_index("uq_recording_sid", table_name="recording", postgresql_where=sa.text("sid is not null"))
    op.drop_index(
        "ix_recording_due", table_name="recording", postgresql_where=sa.text("state in ('expected', 'ready')")
    )
    op.drop_index(op.f("ix_recording_call_id"), table_name="recording")
    op.drop_table("recording")
    op.drop_index(op.f("ix_leg_call_id"), table_name="leg")
    op.drop_table("leg")
    op.drop_index(op.f("ix_callback_attempt_callback_id"), table_name="callback_attempt")
    op.drop_table("callback_attempt")
    op.drop_index(
        "uq_callback_open",
        table_name="callback",
        postgresql_where=sa.text("e164 is not null and closed_at is null"),
    )
    op.drop_index(op.f("ix_callback_ticket_id"), table_name="callback")
    op.drop_index("ix_callback_number", table_name="callback")
    op.drop_index("ix_callback_due", table_name="callback", postgresql_where=sa.text("closed_at is null"))
    op.drop_table("callback")
    op.drop_index(op.f("ix_call_ticket_id"), table_name="call")
    op.drop_index("ix_call_open", table_name="call", postgresql_where=sa.text("ended_at is null"))
    op.drop_index("ix_call_newest", table_name="call")
    op.drop_index("ix_call_from", table_name="call")
    op.drop_index(op.f("ix_call_customer_id"), table_name="call")
    op.drop_table("call")
    op.drop_index("uq_assignment_open", table_name="assignment", postgresql_where=sa.text("ended_at is null"))
    op.drop_index("ix_assignment_account", table_name="assignment")
    op.drop_table("assignment")
    op.drop_index(
        "ix_ticket_work",
        table_name="ticket",
        postgresql_where=sa.text("status in ('new', 'open', 'pending', 'on_hold')"),
    )
    op.drop_index("ix_ticket_status", table_name="ticket")
    op.drop_index("ix_ticket_newest", table_name="ticket")
    op.drop_index("ix_ticket_department", table_name="ticket")
    op.drop_index(op.f("ix_ticket_customer_id"), table_name="ticket")
    op.drop_index("ix_ticket_caller", table_name="ticket")
    op.drop_table("ticket")
    op.drop_index(op.f("ix_membership_account_id"), table_name="membership")
    op.drop_table("membership")
    op.drop_index(op.f("ix_shift_account_id"), table_name="shift")
    op.drop_table("shift")
    op.drop_table("schedule_interval")
    op.drop_index(op.f("ix_schedule_exception_schedule_id_day"), table_name="schedule_exception")
    op.drop_table("schedule_exception")
    op.drop_table("department")
    op.drop_index(op.f("ix_customer_number_brand_id_e164"), table_name="customer_number")
    op.drop_table("customer_number")
    op.drop_index(op.f("ix_absence_account_id"), table_name="absence")
    op.drop_table("absence")
    op.drop_table("token")
    op.drop_table("schedule")
    op.drop_table("phone_number")
    op.drop_index("ix_event_ticket", table_name="event")
    op.drop_index("ix_event_call", table_name="event")
    op.drop_table("event")
    op.drop_table("customer")
    op.drop_table("carrier_account")
    op.drop_table("audit_entry")
    op.drop_table("account")
    op.drop_table("turn")
    op.drop_table("timetable_run")
    op.drop_table("revision")
    op.drop_table("repeatable")
    op.drop_index("ix_outbox_open", table_name="outbox", postgresql_where=sa.text("state in ('asked', 'handed')"))
    op.drop_index("ix_outbox_failed", table_name="outbox", postgresql_where=sa.text("state = 'failed'"))
    op.drop_table("outbox")
    op.drop_table("carrier_event")
    op.drop_table("brand")
    op.execute("drop sequence ticket_id_seq")
