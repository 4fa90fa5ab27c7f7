// Whole lives of no-op jobs per second in one queue product: submitted, taken, completed.
//
//   PEER_URL=… node run.mjs bullmq|graphile-worker|pg-boss --callers N --batch N --jobs N
//
// The first run of a fifth of the jobs warms up. Then "started" is printed, and at the end one line of JSON. A product's module exports
//   roles     what its threads do: names of its functions, each (settings) → (jobs) → done; a role that is named twice is done by two threads, half each
//   prepare   makes what it needs in the database
//   keeps     what it remembers of a completed job
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { Worker, isMainThread, parentPort, workerData } from 'node:worker_threads';

if (isMainThread) await measure(); else await serve(workerData);

async function serve({ product, role, settings }) {
  const work = await (await import(`./${product}.mjs`))[role](settings);
  parentPort.on('message', async jobs => {
    await work(jobs);
    parentPort.postMessage('done');
  });
  parentPort.postMessage('ready');
}

async function measure() {
  const { positionals: [product], values } = parseArgs({ allowPositionals: true, options: { callers: { type: 'string' }, batch: { type: 'string' }, jobs: { type: 'string' } } });
  const [callers, batch, jobs] = [values.callers, values.batch, values.jobs].map(Number);
  const { roles, prepare, keeps } = await import(`./${product}.mjs`);
  const url = process.env.PEER_URL;
  await prepare({ url });
  const threads = roles.map(role => {
    const twins = roles.filter(other => other === role).length;
    return { twins, worker: new Worker(new URL(import.meta.url), { workerData: { product, role, settings: { url, batch, callers: callers / twins } } }) };
  });
  const answers = word => Promise.all(threads.map(({ worker }) => new Promise((resolve, reject) => {
    worker.once('message', said => said === word ? resolve() : reject(new Error(`${said} instead of ${word}`)));
    worker.once('error', reject);
  })));
  const run = async count => {
    const done = answers('done');
    for (const { twins, worker } of threads) worker.postMessage(Math.ceil(count / twins));
    await done;
  };
  await answers('ready');
  await run(Math.ceil(jobs / 5));

  console.log('started');
  const [start, cpu] = [process.hrtime.bigint(), process.cpuUsage()];
  await run(jobs);
  const [seconds, used] = [Number(process.hrtime.bigint() - start) / 1e9, process.cpuUsage(cpu)];
  console.log(JSON.stringify({
    peer: product,
    version: JSON.parse(readFileSync(new URL(`node_modules/${product}/package.json`, import.meta.url))).version,
    runtime: `Node.js ${process.versions.node}`,
    keeps, callers, batch, jobs, seconds,
    per_second: jobs / seconds,
    client_cpu_us_per_job: (used.user + used.system) / jobs,
  }));
  process.exit(0);
}
