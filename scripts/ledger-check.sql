-- What must hold in the tables of a ledger at any moment; a line for each rule that is broken, with an example. Status: 1 pending, 2 to 4 held, 5 completed, 6 failed, 7 cancelled.
SELECT rule || ': ' || count(*) || ', such as ' || min(example) FROM (
    SELECT 'task without its state' AS rule, id AS example FROM tasks t WHERE NOT EXISTS (SELECT FROM task_states s WHERE s.seq = t.seq)
    UNION ALL
    SELECT 'state without its task', s.seq::text FROM task_states s WHERE NOT EXISTS (SELECT FROM tasks t WHERE t.seq = s.seq)
    UNION ALL
    SELECT 'task held by nobody', seq::text FROM task_states WHERE status BETWEEN 2 AND 4 AND (agent IS NULL OR held_by = 0)
    UNION ALL
    SELECT 'lease of a task that nobody holds', seq::text FROM task_states WHERE status NOT BETWEEN 2 AND 4 AND (token IS NOT NULL OR held_by <> 0)
    UNION ALL
    SELECT 'token of two leases', min(seq)::text FROM task_states WHERE token IS NOT NULL GROUP BY token HAVING count(*) > 1
    UNION ALL
    SELECT 'ended task without its time', seq::text FROM task_states WHERE status >= 5 AND completed_at IS NULL
    UNION ALL
    SELECT 'count of tasks', coalesce(c.queue, s.queue) || ', status ' || coalesce(c.status, s.status)
    FROM (SELECT queue, status, sum(n) AS n FROM task_counts GROUP BY queue, status HAVING sum(n) <> 0) c
    FULL JOIN (SELECT queue, status, count(*) AS n FROM task_states GROUP BY queue, status) s ON s.queue = c.queue AND s.status = c.status
    WHERE c.n IS DISTINCT FROM s.n
    UNION ALL
    SELECT 'edge without its child', child_id FROM edges e WHERE NOT EXISTS (SELECT FROM tasks t WHERE t.seq = e.child_seq)
    UNION ALL
    SELECT 'position of two events', seq::text FROM events GROUP BY seq HAVING count(*) > 1
    UNION ALL
    SELECT 'event of no task', seq::text FROM events e WHERE task_seq IS NOT NULL AND NOT EXISTS (SELECT FROM tasks t WHERE t.seq = e.task_seq AND t.id = e.task_id)
    UNION ALL
    SELECT 'load of an agent that holds nothing', id FROM agents a WHERE load > 0 AND NOT EXISTS (SELECT FROM task_states s WHERE s.agent = a.id AND s.status BETWEEN 2 AND 4)
    UNION ALL
    SELECT 'count of experiences', '' WHERE (SELECT coalesce(sum(n), 0) FROM experience_counts) <> (SELECT count(*) FROM experiences)
    UNION ALL
    SELECT 'count of experiences by minute', '' WHERE (SELECT coalesce(sum(n), 0) FROM experience_minutes) <> (SELECT count(*) FROM experiences)
    UNION ALL
    SELECT 'number of a task that will be given again', max(seq)::text FROM tasks HAVING max(seq) > (SELECT last_value FROM tasks_seq_seq)
    UNION ALL
    SELECT 'number of an experience that will be given again', max(seq)::text FROM experiences HAVING max(seq) > (SELECT last_value FROM experiences_seq_seq)
    UNION ALL
    SELECT 'number of a document that will be given again', max(seq)::text FROM documents HAVING max(seq) > (SELECT last_value FROM documents_seq_seq)
    UNION ALL
    SELECT 'position that was given already', seq::text FROM (SELECT max(seq) AS seq FROM events) newest WHERE seq >= event_positions()
) broken GROUP BY rule ORDER BY rule
