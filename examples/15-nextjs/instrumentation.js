/** Next calls this once when a server starts, before the first request. */
export async function register() {
  // The edge runtime has no files and no Node: there, nothing is loaded and nothing is traced.
  if (process.env.NEXT_RUNTIME === 'nodejs') await import('./tracing.js');
}
