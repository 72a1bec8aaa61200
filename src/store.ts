export { readTrace } from './span/reader.ts';
export { SqliteTraceStore } from './store/sqlite/sqlite-trace-store.ts';
export { getTraceStore, setTraceStore, TraceStore, type TraceStoreOptions } from './store/trace-store.ts';
