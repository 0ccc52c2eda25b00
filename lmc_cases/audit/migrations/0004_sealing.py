"""PostgreSQL completes every event, seals them in batches cut by transaction id, and refuses changes to the seals.

The serving role reads the log but writes none of it: it asks ``audit_seal_step`` to seal what is there. The function
decides what that is and computes every hash; nobody can hand it one.
"""

import datetime as dt
import json
import secrets

from django.db import migrations

# Completes the canonical bytes with the time of PostgreSQL's clock and notes the transaction, whatever was handed in:
# a row with an old transaction id would never be sealed.
COMPLETE = r"""
CREATE FUNCTION audit_complete_event() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.xid := pg_catalog.pg_current_xact_id();
    NEW.canonical := pg_catalog.convert_to(
            '{"at":' || (extract(epoch FROM NEW.occurred_at) * 1000000)::bigint::text || ',', 'UTF8')
        || pg_catalog.substring(NEW.canonical, 2);
    RETURN NEW;
END $$;
CREATE TRIGGER audit_rows_are_complete BEFORE INSERT ON audit_auditevent
    FOR EACH ROW EXECUTE FUNCTION audit_complete_event();
ALTER TABLE audit_auditevent
    ADD COLUMN leaf_hash bytea NOT NULL GENERATED ALWAYS AS (sha256('\x00'::bytea || canonical)) STORED;
CREATE INDEX audit_by_transaction ON audit_auditevent (xid, id);
"""

MERKLE = r"""
-- Root over hashes of one level (RFC 6962): pairs are hashed, a lone last one moves up. NULL for none.
CREATE FUNCTION audit_merkle(hashes bytea[]) RETURNS bytea
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    n integer := cardinality(hashes);
BEGIN
    WHILE n > 1 LOOP
        SELECT array_agg(CASE WHEN i < n THEN sha256('\x01'::bytea || hashes[i] || hashes[i + 1]) ELSE hashes[i] END
                         ORDER BY i)
          INTO hashes FROM generate_series(1, n, 2) AS i;
        n := cardinality(hashes);
    END LOOP;
    RETURN hashes[1];
END $$;
"""

# Everything below runs under one lock: 0x6c6d63617564 is "lmcaud".
SEAL = r"""
CREATE FUNCTION audit_mark(OUT epoch_id bigint, OUT cluster varchar, OUT at_xid bigint, OUT at_event bigint,
                           OUT floor bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT e.id, e.cluster, coalesce(s.last_xid, e.first_xid), coalesce(s.last_event, 0), e.last_event_before
      FROM audit_auditepoch e
      LEFT JOIN LATERAL (SELECT last_xid, last_event FROM audit_auditseal WHERE epoch_id = e.id
                          ORDER BY tree_size DESC LIMIT 1) s ON true
     ORDER BY e.number DESC LIMIT 1
$$;

-- Leaves first_index .. tree_size - 1 are in; writes the nodes they complete and returns the root.
CREATE FUNCTION audit_grow(first_index bigint, tree_size bigint) RETURNS bytea
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    low bigint := first_index / 256;
    high bigint := tree_size / 256;
    above integer := 8;
    rest bigint := tree_size;
    part bytea[];
    ragged bytea;
BEGIN
    WHILE high > low LOOP
        IF above = 8 THEN
            INSERT INTO audit_auditnode (level, position, hash)
            SELECT 8, l.leaf_index / 256, audit_merkle(array_agg(l.leaf_hash ORDER BY l.leaf_index))
              FROM audit_auditleaf l WHERE l.leaf_index >= low * 256 AND l.leaf_index < high * 256
             GROUP BY l.leaf_index / 256;
        ELSE
            INSERT INTO audit_auditnode (level, position, hash)
            SELECT above, n.position / 256, audit_merkle(array_agg(n.hash ORDER BY n.position))
              FROM audit_auditnode n
             WHERE n.level = above - 8 AND n.position >= low * 256 AND n.position < high * 256
             GROUP BY n.position / 256;
        END IF;
        low := low / 256;
        high := high / 256;
        above := above + 8;
    END LOOP;
    SELECT array_agg(l.leaf_hash ORDER BY l.leaf_index) INTO part
      FROM audit_auditleaf l WHERE l.leaf_index >= rest / 256 * 256 AND l.leaf_index < rest;
    ragged := audit_merkle(part);
    above := 8;
    rest := rest / 256;
    WHILE rest > 0 LOOP
        SELECT array_agg(n.hash ORDER BY n.position) INTO part
          FROM audit_auditnode n WHERE n.level = above AND n.position >= rest / 256 * 256 AND n.position < rest;
        IF ragged IS NOT NULL THEN
            part := array_append(part, ragged);
        END IF;
        ragged := audit_merkle(part);
        above := above + 8;
        rest := rest / 256;
    END LOOP;
    RETURN ragged;
END $$;

-- Seals up to `most` events whose transactions ended, in the order (transaction, id). NULL where another session
-- seals and `wait` is false; -1 where the transactions are counted anew: a new epoch has to begin.
CREATE FUNCTION audit_seal_step(most integer, wait boolean) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    mark record;
    first bigint;
    added bigint;
    last record;
BEGIN
    IF wait THEN
        PERFORM pg_advisory_xact_lock(119217074566500);
    ELSIF NOT pg_try_advisory_xact_lock(119217074566500) THEN
        RETURN NULL;
    END IF;
    SELECT * INTO mark FROM audit_mark();
    IF mark.at_xid > pg_snapshot_xmax(pg_current_snapshot())::text::bigint
       OR mark.cluster <> (SELECT system_identifier::text FROM pg_control_system()) THEN
        RETURN -1;
    END IF;
    SELECT coalesce(max(leaf_index) + 1, 0) INTO first FROM audit_auditleaf;
    INSERT INTO audit_auditleaf (leaf_index, event_id, leaf_hash)
    SELECT first + row_number() OVER (ORDER BY cut.xid, cut.id) - 1, cut.id, cut.leaf_hash
      FROM (SELECT e.xid, e.id, e.leaf_hash FROM audit_auditevent e
             WHERE (e.xid, e.id) > (mark.at_xid::text::xid8, mark.at_event)
               AND e.xid < pg_snapshot_xmin(pg_current_snapshot()) AND e.id > mark.floor
             ORDER BY e.xid, e.id LIMIT most) cut;
    GET DIAGNOSTICS added = ROW_COUNT;
    IF added > 0 THEN
        SELECT e.xid::text::bigint AS xid, e.id INTO last
          FROM audit_auditleaf l JOIN audit_auditevent e ON e.id = l.event_id WHERE l.leaf_index = first + added - 1;
        INSERT INTO audit_auditseal (epoch_id, first_index, tree_size, root, last_xid, last_event, sealed_at)
        VALUES (mark.epoch_id, first, first + added, audit_grow(first, first + added), last.xid, last.id,
                clock_timestamp());
    END IF;
    RETURN added;
END $$;

-- Seals whatever is left, waiting for those who write, and begins a new epoch; returns its number.
CREATE FUNCTION audit_begin_epoch(why varchar) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    mark record;
    first bigint;
    added bigint;
    begun integer;
BEGIN
    PERFORM pg_advisory_xact_lock(119217074566500);
    LOCK TABLE audit_auditevent IN SHARE ROW EXCLUSIVE MODE;
    SELECT * INTO mark FROM audit_mark();
    SELECT coalesce(max(leaf_index) + 1, 0) INTO first FROM audit_auditleaf;
    INSERT INTO audit_auditleaf (leaf_index, event_id, leaf_hash)
    SELECT first + row_number() OVER (ORDER BY e.xid, e.id) - 1, e.id, e.leaf_hash
      FROM audit_auditevent e WHERE NOT EXISTS (SELECT FROM audit_auditleaf l WHERE l.event_id = e.id);
    GET DIAGNOSTICS added = ROW_COUNT;
    IF added > 0 THEN
        INSERT INTO audit_auditseal (epoch_id, first_index, tree_size, root, last_xid, last_event, sealed_at)
        SELECT mark.epoch_id, first, first + added, audit_grow(first, first + added), e.xid::text::bigint, e.id,
               clock_timestamp()
          FROM audit_auditleaf l JOIN audit_auditevent e ON e.id = l.event_id WHERE l.leaf_index = first + added - 1;
    END IF;
    INSERT INTO audit_auditepoch (number, reason, began_at, cluster, first_xid, last_event_before)
    SELECT e.number + 1, why, clock_timestamp(), (SELECT system_identifier::text FROM pg_control_system()),
           pg_snapshot_xmin(pg_current_snapshot())::text::bigint,
           (SELECT coalesce(max(id), 0) FROM audit_auditevent)
      FROM audit_auditepoch e ORDER BY e.number DESC LIMIT 1
    RETURNING number INTO begun;
    RETURN begun;
END $$;

-- How many events wait (10,000 at most are counted), since when the first of them.
CREATE FUNCTION audit_unsealed(OUT waiting bigint, OUT oldest timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT count(*), min(w.occurred_at)
      FROM (SELECT e.occurred_at FROM audit_auditevent e, audit_mark() m
             WHERE (e.xid, e.id) > (m.at_xid::text::xid8, m.at_event) AND e.id > m.floor
             ORDER BY e.xid, e.id LIMIT 10000) w
$$;

INSERT INTO audit_auditepoch (number, reason, began_at, cluster, first_xid, last_event_before)
SELECT 1, 'beginning', now(), system_identifier::text, 0, 0 FROM pg_control_system();
"""

GUARD = r"""
CREATE FUNCTION refuse_change_of_log() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the log of the audit record is append-only' USING ERRCODE = 'insufficient_privilege';
END $$;
DO $$
DECLARE
    kept text;
BEGIN
    FOREACH kept IN ARRAY ARRAY['audit_auditepoch', 'audit_auditleaf', 'audit_auditnode', 'audit_auditseal',
                                'audit_auditcheckpoint', 'audit_checkpointdelivery'] LOOP
        EXECUTE format('CREATE TRIGGER audit_log_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON %I '
                       'FOR EACH STATEMENT EXECUTE FUNCTION refuse_change_of_log()', kept);
        EXECUTE format('REVOKE UPDATE, DELETE, TRUNCATE ON %I FROM lmc_app, lmc_definer', kept);
    END LOOP;
    FOREACH kept IN ARRAY ARRAY['audit_auditepoch', 'audit_auditleaf', 'audit_auditnode', 'audit_auditseal'] LOOP
        EXECUTE format('REVOKE INSERT ON %I FROM lmc_app', kept);
    END LOOP;
END $$;
REVOKE UPDATE, DELETE, TRUNCATE ON audit_auditevent FROM lmc_definer;
-- For the LOCK TABLE of a new epoch, which changes no row.
GRANT MAINTAIN ON audit_auditevent TO lmc_definer;
ALTER FUNCTION audit_mark() OWNER TO lmc_definer;
ALTER FUNCTION audit_grow(bigint, bigint) OWNER TO lmc_definer;
ALTER FUNCTION audit_seal_step(integer, boolean) OWNER TO lmc_definer;
ALTER FUNCTION audit_begin_epoch(varchar) OWNER TO lmc_definer;
ALTER FUNCTION audit_unsealed() OWNER TO lmc_definer;
REVOKE ALL ON FUNCTION audit_mark(), audit_grow(bigint, bigint), audit_seal_step(integer, boolean),
    audit_begin_epoch(varchar), audit_unsealed() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION audit_mark(), audit_seal_step(integer, boolean), audit_begin_epoch(varchar),
    audit_unsealed() TO lmc_app, lmc_owner;
"""

UNDO = """
DROP FUNCTION audit_unsealed();
DROP FUNCTION audit_begin_epoch(varchar);
DROP FUNCTION audit_seal_step(integer, boolean);
DROP FUNCTION audit_grow(bigint, bigint);
DROP FUNCTION audit_mark();
DROP FUNCTION audit_merkle(bytea[]);
DROP FUNCTION refuse_change_of_log() CASCADE;
DROP INDEX audit_by_transaction;
ALTER TABLE audit_auditevent DROP COLUMN leaf_hash;
DROP TRIGGER audit_rows_are_complete ON audit_auditevent;
DROP FUNCTION audit_complete_event();
"""


def complete_older_events(apps, schema_editor):
    """Give the events that are there already their canonical bytes (layout 1), as the service writes them now."""
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("ALTER TABLE audit_auditevent DISABLE TRIGGER USER")
        cursor.execute(OLDER)
        while rows := cursor.fetchmany(1000):
            _write(schema_editor.connection, [_completed(row) for row in rows])
        cursor.execute("ALTER TABLE audit_auditevent ENABLE TRIGGER USER")


def _write(connection, rows):
    with connection.cursor() as cursor:
        cursor.executemany(
            "UPDATE audit_auditevent SET canonical = %s, address_salt = %s WHERE id = %s", rows
        )


OLDER = """
SELECT e.id, e.occurred_at, e.uuid, e.request_id, e.channel, host(e.address), u.uuid, a.uuid, c.code,
       e.operation, e.verb, e.object_type, e.object_uuid, e.case_uuid, e.reference, o.code, r.code, e.reason_code,
       e.reason_commitment, e.outcome, e.codes
  FROM audit_auditevent e
  LEFT JOIN accounts_user u ON u.id = e.actor_id
  LEFT JOIN jurisdictions_agency a ON a.id = e.actor_agency_id
  LEFT JOIN jurisdictions_jurisdiction c ON c.id = e.actor_country_id
  LEFT JOIN jurisdictions_jurisdiction o ON o.id = e.owner_country_id
  LEFT JOIN jurisdictions_jurisdiction r ON r.id = e.recipient_country_id
 ORDER BY e.id
"""
NAMES = [
    "uuid",
    "request",
    "channel",
    "address",
    "actor",
    "agency",
    "country",
    "operation",
    "verb",
    "object_type",
    "object",
    "case",
    "reference",
    "owner",
    "recipient",
    "reason_code",
    "reason",
    "outcome",
    "codes",
]


def _completed(row):
    """Return canonical bytes, salt of the address, and primary key."""
    from lmc_cases.audit.canonical import SealedFacts, address_commitment, canonical_of

    facts = dict(zip(NAMES, row[2:], strict=True))
    codes = facts.pop("codes")
    facts = {name: str(value or "") for name, value in facts.items()}
    salt = secrets.token_hex(16) if facts["address"] else ""
    facts["address"] = address_commitment(facts["address"], salt)
    codes = json.loads(codes) if isinstance(codes, str) else codes
    return canonical_of(SealedFacts(**facts, codes=codes), row[1].astimezone(dt.UTC)), salt, row[0]


class Migration(migrations.Migration):
    """Sealing."""

    dependencies = [
        ("audit", "0003_sealed_log"),
        ("accounts", "0001_initial"),
        ("jurisdictions", "0001_initial"),
    ]

    operations = [
        migrations.RunPython(complete_older_events, migrations.RunPython.noop),
        migrations.RunSQL(sql="".join([COMPLETE, MERKLE, SEAL, GUARD]), reverse_sql=UNDO),
    ]
