-- The three roles; run by a superuser, as often as you like. Used by the embedded server and by docker/.
-- Placeholders: owner_password, app_password.

DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'lmc_owner') THEN
        CREATE ROLE lmc_owner;
    END IF;
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'lmc_app') THEN
        CREATE ROLE lmc_app;
    END IF;
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'lmc_definer') THEN
        CREATE ROLE lmc_definer;
    END IF;
END
$$;

-- Migrates and backs up. Row-level security would filter a data migration or stop a backup, so it is bypassed.
ALTER ROLE lmc_owner LOGIN NOSUPERUSER NOCREATEROLE CREATEDB BYPASSRLS PASSWORD :'owner_password';

-- Serves. Neither owns a table nor bypasses a policy.
ALTER ROLE lmc_app LOGIN NOSUPERUSER NOCREATEROLE NOCREATEDB NOBYPASSRLS PASSWORD :'app_password';

-- Owns trigger and search functions, which must see all rows; nobody signs in as it.
ALTER ROLE lmc_definer NOLOGIN NOSUPERUSER NOCREATEROLE NOCREATEDB BYPASSRLS;

-- So that a migration may say ALTER FUNCTION ... OWNER TO lmc_definer.
GRANT lmc_definer TO lmc_owner;
