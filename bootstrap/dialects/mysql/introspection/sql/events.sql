-- Times are in the event's own time zone.
SELECT event_name, definer, time_zone, event_definition, event_type, execute_at, interval_value, interval_field,
       sql_mode, starts, ends, status, on_completion, event_comment, character_set_client, collation_connection
FROM information_schema.events
WHERE event_schema = :database
ORDER BY event_name
