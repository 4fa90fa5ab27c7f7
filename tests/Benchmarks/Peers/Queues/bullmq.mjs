// One thread adds, one works: each completion brings the worker its next job. It takes and completes jobs one by one; more at once share the round trips and the fsync.
import { Redis } from 'ioredis';
import { Queue, Worker } from 'bullmq';
import { inParallel, payload, result } from './calls.mjs';

const queue = 'peer';
const workers = 8;
const concurrencyInBatches = 32;

export const roles = ['add', 'work'];
export const keeps = 'the job with result and times';
export const prepare = async () => {};

export async function add({ url, callers, batch }) {
  const jobs = new Queue(queue, { connection: new Redis(url, { maxRetriesPerRequest: null }) });
  await jobs.waitUntilReady();
  return total => inParallel(callers, total, batch, count =>
    batch === 1 ? jobs.add('noop', payload) : jobs.addBulk(Array.from({ length: count }, () => ({ name: 'noop', data: payload }))));
}

export async function work({ url, callers, batch }) {
  let [open, completed] = [0, () => {}];
  const concurrency = batch === 1 ? Math.max(1, Math.round(callers / workers)) : concurrencyInBatches;
  for (let i = 0; i < Math.min(workers, callers); i++) {
    const worker = new Worker(queue, async () => result, { connection: new Redis(url, { maxRetriesPerRequest: null }), concurrency });
    worker.on('completed', () => { if (--open === 0) completed(); });
    worker.on('failed', (job, fault) => { throw fault; });
    worker.on('error', fault => { throw fault; });
    await worker.waitUntilReady();
  }
  return total => new Promise(resolve => {
    completed = resolve;
    if ((open += total) === 0) completed();
  });
}
