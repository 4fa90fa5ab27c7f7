// One thread adds, one works. In batches as its documentation says for throughput: addJobs, a local queue, completions joined.
import { Logger, makeWorkerUtils, run } from 'graphile-worker';
import pg from 'pg';
import { inParallel, payload, poolSize } from './calls.mjs';

const concurrencyInBatches = 64;
const lookMs = 2;
const logger = new Logger(() => (level, message) => { if (level === 'error') throw new Error(message); });

export const roles = ['add', 'work'];
export const keeps = 'nothing: deletes the job';

export async function prepare({ url }) {
  const utils = await makeWorkerUtils({ connectionString: url, logger });
  await utils.migrate();
  await utils.release();
}

export async function add({ url, callers, batch }) {
  const utils = await makeWorkerUtils({ connectionString: url, maxPoolSize: poolSize(callers), logger });
  return total => inParallel(callers, total, batch, count =>
    batch === 1 ? utils.addJob('noop', payload) : utils.addJobs(Array.from({ length: count }, () => ({ identifier: 'noop', payload }))));
}

export async function work({ url, callers, batch }) {
  let [open, worked] = [0, () => {}];
  const batches = batch === 1 ? {} : { localQueue: { size: batch }, completeJobBatchDelay: 0, failJobBatchDelay: 0 };
  const concurrentJobs = batch === 1 ? callers : concurrencyInBatches;
  await run({
    preset: { worker: { connectionString: url, concurrentJobs, maxPoolSize: poolSize(concurrentJobs) + 2, logger, ...batches } },
    noHandleSignals: true,
    taskList: { noop: () => { if (--open === 0) worked(); } },
  });
  // It says that a job is done before its completion is written: the end is when the last one is gone from the table.
  const database = new pg.Client(url);
  await database.connect();
  return async total => {
    await new Promise(resolve => {
      worked = resolve;
      if ((open += total) === 0) worked();
    });
    while ((await database.query('SELECT FROM graphile_worker._private_jobs LIMIT 1')).rowCount > 0) await new Promise(resolve => setTimeout(resolve, lookMs));
  };
}
