/** Questions to the NDJSON file, one trace a line, as jq filters. No single quote in them: the shell takes them so. */
export interface Query {
  title: string;
  flags: string;
  filter: string;
}

export const queries: Query[] = [
  {
    title: 'slowest spans',
    flags: '-rn',
    filter:
      '[inputs.spans[] | select(.parent_id and .duration_ms)] | sort_by(-.duration_ms)[:5][] | "\\(.duration_ms | round) ms\\t\\(.name)"',
  },
  {
    title: 'tokens by model',
    flags: '-rn',
    filter:
      '[inputs.spans[] | select(.usage and .usage_scope == "self")] | group_by(.model)[] | ' +
      '"\\(map(.usage.input_tokens) | add) in\\t\\(map(.usage.output_tokens) | add) out\\t\\(.[0].model)"',
  },
  {
    title: 'errors',
    flags: '-r',
    filter:
      '.trace_id[:8] as $id | .spans[] | select(.level == "ERROR") | "\\($id)\\t\\(.name) #\\(.attempt)\\t\\(.error)"',
  },
];

export function commandLine({ flags, filter }: Query, path: string): string {
  return `jq ${flags} '${filter}' ${/[^\w./-]/.test(path) ? `'${path}'` : path}`;
}

export interface DatabaseQuery {
  title: string;
  sql: string;
}

/** Questions to the SQLite file. No double quote in them: the shell takes them so. */
export const databaseQueries: DatabaseQuery[] = [
  {
    title: 'tools, how often they were called and how often they failed',
    sql: "SELECT tool, count(*) AS calls, sum(level = 'ERROR') AS failed, round(avg(duration_ms), 1) AS ms FROM tools GROUP BY tool ORDER BY calls DESC",
  },
  {
    title: 'what each model was asked last',
    sql: 'SELECT model, max(start_time) AS at, substr(prompt, 1, 60) AS prompt FROM prompts GROUP BY model',
  },
  {
    title: 'traces with an error in them',
    sql: 'SELECT substr(trace_id, 1, 8) AS trace, name, error_count, tags FROM traces WHERE error_count > 0',
  },
];

export function databaseCommandLine({ sql }: DatabaseQuery, path: string): string {
  return `sqlite3 -box ${path} "${sql}"`;
}
