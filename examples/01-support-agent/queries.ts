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
