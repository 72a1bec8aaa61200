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
  `
  ALTER TABLE trace ADD COLUMN voice TEXT;
  ALTER TABLE span ADD COLUMN voice TEXT;
  CREATE INDEX trace_by_voice ON trace (start_time) WHERE voice IS NOT NULL;

  CREATE VIEW calls AS
    SELECT trace_id, session_id, user_id, start_time, duration_ms, level, outcome, error_count, cost_usd,
      voice ->> '$.status' AS status, voice ->> '$.end_reason' AS end_reason, voice ->> '$.agent_id' AS agent_id,
      voice ->> '$.agent_version' AS agent_version, voice ->> '$.transport' AS transport,
      voice ->> '$.room_id' AS room_id, voice ->> '$.external_session_id' AS external_session_id,
      voice ->> '$.rollup.user_turns' AS user_turns, voice ->> '$.rollup.agent_turns' AS agent_turns,
      voice ->> '$.rollup.interruptions' AS interruptions, voice ->> '$.rollup.failed_interrupts' AS failed_interrupts,
      voice ->> '$.rollup.interrupt_latency_ms.p50' AS interrupt_latency_p50_ms,
      voice ->> '$.rollup.interrupt_latency_ms.p95' AS interrupt_latency_p95_ms,
      voice ->> '$.rollup.ttfa_ms.p50' AS ttfa_p50_ms, voice ->> '$.rollup.ttfa_ms.p95' AS ttfa_p95_ms,
      voice ->> '$.rollup.cost_usd.stt' AS stt_cost_usd, voice ->> '$.rollup.cost_usd.llm' AS llm_cost_usd,
      voice ->> '$.rollup.cost_usd.tts' AS tts_cost_usd, voice ->> '$.transport_quality.mos_score' AS mos_score,
      voice ->> '$.audio.ref' AS audio
    FROM trace WHERE voice IS NOT NULL;

  CREATE VIEW turns AS
    SELECT trace_id, span_id AS turn_id, start_time, duration_ms, level, outcome, voice ->> '$.role' AS role,
      voice ->> '$.transcript' AS transcript, voice ->> '$.ttfa_ms' AS ttfa_ms,
      voice ->> '$.e2e_latency_ms' AS e2e_latency_ms, voice ->> '$.interrupted' AS interrupted,
      voice ->> '$.interrupts_turn_id' AS interrupts_turn_id,
      voice ->> '$.interrupt_latency_ms' AS interrupt_latency_ms, voice ->> '$.cost_usd' AS cost_usd, events
    FROM span WHERE kind = 'turn';

  CREATE VIEW stages AS
    SELECT trace_id, span_id, (
        WITH RECURSIVE above (span_id, parent_id, kind) AS (
          SELECT up.span_id, up.parent_id, up.kind FROM span AS up
            WHERE up.trace_id = span.trace_id AND up.span_id = span.parent_id
          UNION SELECT up.span_id, up.parent_id, up.kind FROM span AS up JOIN above
            ON up.trace_id = span.trace_id AND up.span_id = above.parent_id
        ) SELECT above.span_id FROM above WHERE above.kind = 'turn' LIMIT 1
      ) AS turn_id, kind, name, start_time, duration_ms, level, outcome, error, model,
      provider, ttft_ms, cost_usd, usage, voice -> '$.payload' AS payload
    FROM span WHERE voice -> '$.payload' IS NOT NULL;

  DROP VIEW prompts;
  CREATE VIEW prompts AS
    SELECT trace_id, span_id, name, start_time, model, provider, model_parameters,
      coalesce(input, voice -> '$.payload.prompt') AS prompt
    FROM span WHERE type = 'generation';

  DROP VIEW completions;
  CREATE VIEW completions AS
    SELECT trace_id, span_id, name, start_time, model, provider,
      coalesce(output, voice -> '$.payload.completion') AS completion,
      usage ->> '$.input_tokens' AS input_tokens, usage ->> '$.output_tokens' AS output_tokens, cost_usd
    FROM span WHERE type = 'generation';
  `,
];
