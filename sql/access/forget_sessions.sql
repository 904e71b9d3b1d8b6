-- Purpose: sessions that were over a month ago; the audit chain keeps that they were.
delete from app.sessions
where coalesce(ended_at, seen_at) < now() - interval '30 days'
