-- Tasks of a queue that have not ended (status below 5), in submit order: a queue is loaded in pages of them. By seq + 0, so that no plan can walk the primary key instead, as some did where
-- statistics said that all tasks wait: each page then looked through the whole table for the few that run.
CREATE INDEX task_states_live ON task_states (queue, (seq + 0)) WHERE status < 5;
