/** Hears of objects that nobody holds any more. */
export type LossRegistry<Held> = Pick<FinalizationRegistry<Held>, 'register' | 'unregister'>;

/** As `new FinalizationRegistry`; where the runtime has none, nothing is heard of what is lost. */
export function createLossRegistry<Held>(onLoss: (held: Held) => void): LossRegistry<Held> {
  if (typeof FinalizationRegistry !== 'undefined') return new FinalizationRegistry(onLoss);
  return { register: () => {}, unregister: () => false };
}
