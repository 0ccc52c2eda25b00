#!/bin/sh
# Run once by the PostgreSQL image on an empty volume: the same roles and rights as on a developer's machine.
set -eu
sql="${LMC_SQL_DIR:-/lmc-sql}"
psql --set ON_ERROR_STOP=1 --dbname postgres \
    --set "owner_password=$LMC_OWNER_PASSWORD" --set "app_password=$LMC_APP_PASSWORD" --file "$sql/roles.sql"
psql --set ON_ERROR_STOP=1 --dbname postgres --command "CREATE DATABASE lmc OWNER lmc_owner TEMPLATE template0"
psql --set ON_ERROR_STOP=1 --dbname lmc --file "$sql/database.sql"
