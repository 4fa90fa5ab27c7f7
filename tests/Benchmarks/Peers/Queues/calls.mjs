/** Does a total in steps of up to `batch`, from several callers at once; each waits for its step before it makes the next. */
export const inParallel = (callers, total, batch, step) => {
  let left = total;
  return Promise.all(Array.from({ length: callers }, async () => {
    while (left > 0) {
      const count = Math.min(batch, left);
      left -= count;
      await step(count);
    }
  }));
};

/** Connections that this many callers of a private server with 300 of them share. */
export const poolSize = callers => Math.min(callers, 40);

export const payload = { task_type: 'testing', priority: 3, description: 'benchmark' };
export const result = { ok: true };
