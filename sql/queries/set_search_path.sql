-- Purpose: lets any client name the tables and views without their schemas.
alter database {database} set search_path = public, app, raw, canonical, dq, dim, kpi
