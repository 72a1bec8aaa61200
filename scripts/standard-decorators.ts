import { transform } from 'esbuild';
import type { Plugin } from 'vite';

const typescriptFile = /\.tsx?$/;
const decoratorSyntax = /^\s*@|[{;(]\s*@\w/m;

/**
 * Lowers standard decorators with esbuild before Vite sees the file: Vite 8 (oxc) passes them on untouched, and no
 * Node release can run them.
 */
export function standardDecorators(): Plugin {
  return {
    name: 'standard-decorators',
    enforce: 'pre',
    async transform(code, id) {
      const file = id.split('?', 1)[0] ?? id;
      if (!typescriptFile.test(file) || !decoratorSyntax.test(code)) return undefined;
      const lowered = await transform(code, {
        loader: file.endsWith('x') ? 'tsx' : 'ts',
        target: 'es2022',
        sourcefile: file,
        sourcemap: true,
        tsconfigRaw: { compilerOptions: { verbatimModuleSyntax: true } },
      });
      return { code: lowered.code, map: lowered.map };
    },
  };
}
