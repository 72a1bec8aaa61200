import { createTracer, FileTraceExporter } from 'clew';
import { createHandler } from './handler.ts';

// On a platform: HttpTraceExporter. Where `waitUntil` is not there, await the flush before the answer goes out.
const handler = createHandler(createTracer({ name: 'api', exporter: new FileTraceExporter('.clew/api.ndjson') }));

const background: Promise<unknown>[] = [];
console.log(await handler('where is my parcel?', { waitUntil: (work) => background.push(work) }));
console.log(await Promise.all(background));
