-- Streams that were live before the column existed: they went live at the latest when they were created.
UPDATE streams
   SET live_started_at = created_at
 WHERE status = 'live' AND live_started_at IS NULL;
