/**
 * Makes `npx clew` run `src/bin.ts` in this repository, built or not: npm links the commands of what a package depends on,
 * and never its own. Runs after `npm ci` and before the demo, whose traces one wants to look at.
 */
import { chmodSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';

const folder = 'node_modules/.bin';
const program = 'src/bin.ts';

mkdirSync(folder, { recursive: true });
if (process.platform === 'win32') {
  writeFileSync(`${folder}/clew.cmd`, `@node "%~dp0\\..\\..\\${program}" %*\r\n`);
} else {
  chmodSync(program, 0o755);
  rmSync(`${folder}/clew`, { force: true });
  symlinkSync(`../../${program}`, `${folder}/clew`);
}
