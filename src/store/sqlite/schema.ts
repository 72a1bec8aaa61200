/**
 * The schema, one step for each version. A step that was released is never changed: a new one is added. What is JSON
 * on the wire is JSON text here, so that `input ->> '$.query'` works in the sqlite3 shell.
 */
export const migrations: readonly string[] = [
  `
  CREATE TABLE trace (
    trace_id TEXT NOT NULL PRIMARY KEY, rev INTEGER NOT NULL, run_id TEXT NOT NULL, name TEXT NOT NULL,
    kind TEXT NOT NULL, service TEXT NOT NULL, environment TEXT, version TEXT, tenant_id ANY NOT NULL,
    session_id TEXT, session_name TEXT, user_id TEXT, tags TEXT NOT NULL, metadata TEXT NOT NULL, links TEXT NOT NULL,
    start_time TEXT NOT NULL, duration_ms REAL, level TEXT NOT NULL, outcome TEXT NOT NULL, status_message TEXT,
    error_count INTEGER NOT NULL, root_id TEXT, usage TEXT, cost_usd REAL, unpriced TEXT NOT NULL,
    sampling TEXT NOT NULL, dropped_spans INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX trace_by_start ON trace (start_time);
  CREATE INDEX trace_by_run ON trace (run_id);
  CREATE INDEX trace_by_session ON trace (session_id) WHERE session_id IS NOT NULL;

  CREATE TABLE span (
    trace_id TEXT NOT NULL, span_id TEXT NOT NULL, rev INTEGER NOT NULL, parent_id TEXT, type TEXT NOT NULL,
    kind TEXT NOT NULL, name TEXT NOT NULL, start_time TEXT NOT NULL, started_at REAL NOT NULL, ended_at REAL,
    duration_ms REAL, level TEXT NOT NULL, outcome TEXT NOT NULL, status_message TEXT, error TEXT, exception TEXT,
    attempt INTEGER NOT NULL, input TEXT, output TEXT, metadata TEXT NOT NULL, links TEXT NOT NULL,
    events TEXT NOT NULL, model TEXT, provider TEXT, model_parameters TEXT, usage TEXT, usage_scope TEXT NOT NULL,
    cost_usd REAL, ttft_ms REAL, response_id TEXT, tool_calls TEXT NOT NULL,
    PRIMARY KEY (trace_id, span_id)
  ) STRICT;

  CREATE VIEW traces AS
    SELECT trace.*, root.input, root.output FROM trace
    LEFT JOIN span AS root ON root.trace_id = trace.trace_id AND root.span_id = trace.root_id;

  CREATE VIEW spans AS SELECT * FROM span;

  CREATE VIEW generations AS
    SELECT trace_id, span_id, parent_id, kind, name, start_time, duration_ms, level, outcome, error, attempt, model,
      provider, usage ->> '$.input_tokens' AS input_tokens, usage ->> '$.output_tokens' AS output_tokens,
      usage ->> '$.total_tokens' AS total_tokens, usage ->> '$.cache_read_tokens' AS cache_read_tokens,
      usage ->> '$.cache_write_tokens' AS cache_write_tokens, usage ->> '$.reasoning_tokens' AS reasoning_tokens,
      usage_scope, cost_usd, ttft_ms, response_id, model_parameters, input, output
    FROM span WHERE type = 'generation';

  CREATE VIEW events AS
    SELECT span.trace_id, span.span_id, event.value ->> '$.name' AS name, event.value ->> '$.time' AS time,
      event.value ->> '$.level' AS level, event.value -> '$.input' AS input
    FROM span, json_each(span.events) AS event;

  CREATE VIEW sessions AS
    SELECT session_id, max(session_name) AS session_name, max(user_id) AS user_id, count(*) AS traces,
      min(start_time) AS first_start_time, max(start_time) AS last_start_time, sum(error_count) AS error_count,
      sum(cost_usd) AS cost_usd
    FROM trace WHERE session_id IS NOT NULL GROUP BY session_id;

  CREATE VIEW prompts AS
    SELECT trace_id, span_id, name, start_time, model, provider, model_parameters, input AS prompt
    FROM span WHERE type = 'generation';

  CREATE VIEW completions AS
    SELECT trace_id, span_id, name, start_time, model, provider, output AS completion,
      usage ->> '$.input_tokens' AS input_tokens, usage ->> '$.output_tokens' AS output_tokens, cost_usd
    FROM span WHERE type = 'generation';

  CREATE VIEW tools AS
    SELECT trace_id, span_id, parent_id, CASE WHEN name LIKE 'tool:%' THEN substr(name, 6) ELSE name END AS tool,
      start_time, duration_ms, level, outcome, error, attempt, input, output
    FROM span WHERE kind = 'tool' OR name LIKE 'tool:%';
  `,
  `ALTER TABLE trace ADD COLUMN evaluations TEXT NOT NULL DEFAULT '[]'`,
];
