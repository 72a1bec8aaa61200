import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const source = join(import.meta.dirname, '../../../src');

describe('the door for LiveKit', () => {
  it('V5, V28, V113 imports nothing of LiveKit, so that it loads where that is not installed', () => {
    const folder = join(source, 'voice/livekit');
    const files = [join(source, 'livekit.ts'), ...readdirSync(folder).map((name) => join(folder, name))];
    const imported = files.flatMap((file) =>
      Array.from(
        readFileSync(file, 'utf8').matchAll(/^(?:import|export)\b[^;]*? from '([^']+)';$/gm),
        ([, name = '']) => name,
      ),
    );
    const code = files
      .map((file) => readFileSync(file, 'utf8').replaceAll(/^ *(?:\/\*\*|\*|\/\/).*$/gm, ''))
      .join('\n');
    expect(code).not.toMatch(/\b(?:import|require)\(/);
    expect(imported.length).toBeGreaterThan(20);
    expect(imported.filter((name) => !/^(?:\.|node:)/.test(name))).toEqual([]);
  });

  it('V5 adds to the generic primitives, which know nothing of it', () => {
    const folder = join(source, 'voice');
    const files = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isFile());
    const texts = files.map(({ name }) => readFileSync(join(folder, name), 'utf8'));
    expect(texts.filter((text) => /from '[^']*livekit/.test(text))).toEqual([]);
  });
});
