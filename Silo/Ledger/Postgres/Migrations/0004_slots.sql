-- Which of 256 slots a task's key has, so that a partition of a queue reads its own tasks alone. -1: written before slots were; every partition reads those and sorts them out.
ALTER TABLE task_states ADD COLUMN slot smallint NOT NULL DEFAULT -1;

-- Each writer counts in a slot of its own, so that writers of one queue do not wait for each other. One slot may fall below zero; the sums do not.
ALTER TABLE task_counts ADD COLUMN slot smallint NOT NULL DEFAULT 0;
ALTER TABLE task_counts DROP CONSTRAINT task_counts_n_check;
ALTER TABLE task_counts DROP CONSTRAINT task_counts_pkey;
ALTER TABLE task_counts ADD PRIMARY KEY (queue, status, slot);
