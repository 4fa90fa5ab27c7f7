// Each caller sends, fetches and completes, as our own do; two threads with half of them each.
import { PgBoss } from 'pg-boss';
import { inParallel, payload, poolSize, result } from './calls.mjs';

const queue = 'peer';

export const roles = ['live', 'live'];
export const keeps = 'the job with result and times, 7 days';

const open = async options => {
  const boss = new PgBoss({ schedule: false, ...options });
  boss.on('error', fault => { throw fault; });
  await boss.start();
  return boss;
};

export async function prepare({ url }) {
  const boss = await open({ connectionString: url });
  await boss.createQueue(queue);
  await boss.stop();
}

export async function live({ url, callers, batch }) {
  const boss = await open({ connectionString: url, max: poolSize(callers), migrate: false });
  return total => inParallel(callers, total, batch, async count => {
    if (batch === 1) await boss.send(queue, payload);
    else await boss.insert(queue, Array.from({ length: count }, () => ({ data: payload })));
    for (let left = count; left > 0;) {
      const taken = await boss.fetch(queue, { batchSize: left });
      if (taken.length === 0) continue;
      await boss.complete(queue, taken.map(job => job.id), result);
      left -= taken.length;
    }
  });
}
