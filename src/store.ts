export { report, Report } from './report/report.ts';
export type { ReportData, WrongAnswer } from './report/report-data.ts';
export type { ReportPaint } from './report/text.ts';
export { readTrace } from './span/reader.ts';
export { SqliteTraceStore } from './store/sqlite/sqlite-trace-store.ts';
export { getTraceStore, setTraceStore, TraceStore, type TraceStoreOptions } from './store/trace-store.ts';
