-- Rights and extensions inside the database; run there by a superuser after roles.sql, as often as you like.
-- The database itself belongs to lmc_owner.

CREATE EXTENSION IF NOT EXISTS pg_trgm;
CREATE EXTENSION IF NOT EXISTS btree_gin;

REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT USAGE, CREATE ON SCHEMA public TO lmc_owner;
GRANT USAGE ON SCHEMA public TO lmc_app;
GRANT USAGE, CREATE ON SCHEMA public TO lmc_definer;

-- What a migration makes, the other two may use; a migration takes update and delete away where rows are kept for good.
ALTER DEFAULT PRIVILEGES FOR ROLE lmc_owner IN SCHEMA public
    GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO lmc_app, lmc_definer;
ALTER DEFAULT PRIVILEGES FOR ROLE lmc_owner IN SCHEMA public
    GRANT USAGE, SELECT ON SEQUENCES TO lmc_app, lmc_definer;
