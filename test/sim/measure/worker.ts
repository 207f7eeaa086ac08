import { parentPort, workerData } from 'node:worker_threads';
import { type Job, measure } from './catalogue.js';

/** Takes one measurement in a thread of its own. */
parentPort?.postMessage(await measure(workerData as Job));
