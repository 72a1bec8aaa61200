import { stripVTControlCharacters } from 'node:util';

/** Rows of cells under each other, two spaces between; cells may be coloured. `right` are the columns of numbers. */
export function aligned(rows: readonly (readonly string[])[], right: readonly number[] = []): string {
  const widths: number[] = [];
  for (const row of rows) {
    for (const [at, cell] of row.entries()) widths[at] = Math.max(widths[at] ?? 0, widthOf(cell));
  }
  return rows
    .map((row) =>
      row
        .map((cell, at) => padded(cell, widths[at] ?? 0, right.includes(at)))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

function padded(cell: string, width: number, isRight: boolean): string {
  const space = ' '.repeat(width - widthOf(cell));
  return isRight ? space + cell : cell + space;
}

function widthOf(cell: string): number {
  return stripVTControlCharacters(cell).length;
}
