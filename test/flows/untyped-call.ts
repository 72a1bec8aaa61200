/** Makes a call that a program without types can make. */
export function call(target: object, method: string, ...args: readonly unknown[]): unknown {
  const member: unknown = Reflect.get(target, method);
  if (typeof member !== 'function') throw new Error(`no method ${method}`);
  return Reflect.apply(member, target, args);
}
