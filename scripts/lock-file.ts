/**
 * `npm run lock`, after any `npm install`: writes into the lock file the optional packages of other platforms that the
 * registry in use did not have. npm leaves those out without a word, and then `npm ci` refuses the lock file, here and
 * on those platforms alike.
 */
import { readFileSync, writeFileSync } from 'node:fs';

interface LockedPackage {
  readonly version?: string;
  readonly cpu?: readonly string[];
  readonly dev?: boolean;
  readonly libc?: readonly string[];
  readonly license?: string;
  readonly optional?: boolean;
  readonly os?: readonly string[];
  readonly engines?: Record<string, string>;
  readonly optionalDependencies?: Record<string, string>;
}

interface LockFile {
  packages: Record<string, LockedPackage>;
}

const file = 'package-lock.json';
const exactVersion = /^\d+\.\d+\.\d+(-[\w.]+)?$/;
const platformName =
  /(?<os>aix|android|darwin|freebsd|linux|netbsd|openbsd|openharmony|sunos|wasm32|win32)-(?<cpu>[a-z0-9]+)(?:-(?<abi>\w+))?$/;

function isLockFile(value: unknown): value is LockFile {
  return typeof value === 'object' && value !== null && 'packages' in value;
}

/** As Node resolves: in the package's own node_modules, then in each folder above it. */
function isLocked(packages: LockFile['packages'], from: string, name: string): boolean {
  for (let base = from; ; base = base.slice(0, Math.max(base.lastIndexOf('/node_modules/'), 0))) {
    if (`${base === '' ? '' : `${base}/`}node_modules/${name}` in packages) return true;
    if (base === '') return false;
  }
}

function platformEntry(name: string, version: string, parent: LockedPackage): LockedPackage | undefined {
  const { os, cpu, abi } = platformName.exec(name)?.groups ?? {};
  if (os === undefined || cpu === undefined || !exactVersion.test(version)) return undefined;
  const libc = os !== 'linux' ? undefined : abi?.startsWith('musl') === true ? 'musl' : 'glibc';
  return {
    version,
    cpu: [cpu],
    ...(parent.dev === undefined ? {} : { dev: parent.dev }),
    ...(abi === undefined || libc === undefined ? {} : { libc: [libc] }),
    ...(parent.license === undefined ? {} : { license: parent.license }),
    optional: true,
    os: [os],
    ...(parent.engines === undefined ? {} : { engines: parent.engines }),
  };
}

const lock: unknown = JSON.parse(readFileSync(file, 'utf8'));
if (!isLockFile(lock)) throw new Error(`${file} is no lock file`);

let added = 0;
for (const [path, parent] of Object.entries(lock.packages)) {
  for (const [name, version] of Object.entries(parent.optionalDependencies ?? {})) {
    if (isLocked(lock.packages, path, name)) continue;
    const entry = platformEntry(name, version, parent);
    if (entry === undefined) {
      console.log(`left out: ${name}@${version}, wanted by ${path}`);
      continue;
    }
    lock.packages[`node_modules/${name}`] = entry;
    added += 1;
  }
}

lock.packages = Object.fromEntries(Object.entries(lock.packages).toSorted(([a], [b]) => a.localeCompare(b, 'en')));
writeFileSync(file, `${JSON.stringify(lock, null, 2)}\n`);
console.log(`${added} packages of other platforms added to ${file}`);
