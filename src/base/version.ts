/** The name and version that records carry; a test holds it against package.json. */
export const SDK = { name: 'clew', version: '0.1.0' } as const;
