/** The one rule oxlint has no equivalent for. Its plugin interface is ESLint's; these are the parts used here. */
interface Report {
  readonly node: unknown;
  readonly message: string;
}

interface RuleContext {
  report(report: Report): void;
}

const noExportAll = {
  create(context: RuleContext) {
    return {
      ExportAllDeclaration(node: unknown): void {
        context.report({ node, message: 'Name what is exported; `export *` hides what a door shows.' });
      },
    };
  },
};

export default { meta: { name: 'clew' }, rules: { 'no-export-all': noExportAll } };
