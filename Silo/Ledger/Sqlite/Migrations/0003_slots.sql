-- Which of 256 slots a task's key has, so that a partition of a queue reads its own tasks alone. -1: written before slots were; every partition reads those and sorts them out.
ALTER TABLE tasks ADD COLUMN slot INTEGER NOT NULL DEFAULT -1;
