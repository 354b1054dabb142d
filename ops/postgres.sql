-- The role and the database of the nodes. Run it once on the primary server: psql -v password=… -f ops/postgres.sql
CREATE ROLE tenantry LOGIN PASSWORD :'password';
CREATE DATABASE tenantry OWNER tenantry TEMPLATE template0 ENCODING 'UTF8';

-- Nodes ask for these settings when they connect. A pooler cannot pass them on, so the role gets them.
ALTER ROLE tenantry SET lock_timeout = '4s';
ALTER ROLE tenantry SET jit = off;
ALTER ROLE tenantry SET enable_hashjoin = off;
ALTER ROLE tenantry SET enable_mergejoin = off;
ALTER ROLE tenantry SET plan_cache_mode = force_generic_plan;
