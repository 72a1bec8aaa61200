/** Classes of the web platform that a runtime may lack: jsdom leaves out some that Node has. */
interface PlatformClasses {
  readonly ReadableStream: ReadableStream<unknown>;
  readonly WritableStream: WritableStream<unknown>;
  readonly Response: Response;
  readonly AbortController: AbortController;
  readonly AbortSignal: AbortSignal;
}

/** True for an instance of the runtime's own class of that name; false where it has none. */
export function isOfPlatform<Name extends keyof PlatformClasses>(
  name: Name,
  value: unknown,
): value is PlatformClasses[Name] {
  const known: unknown = Reflect.get(globalThis, name);
  return typeof known === 'function' && value instanceof known;
}
