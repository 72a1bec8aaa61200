import { field, textOf } from './json-value.ts';
import type { ToolCall, ToolSpec } from './model.ts';
import { retry } from './retry.ts';
import { lookupAccount, refundOrder, resetPassword } from './tools.ts';

interface Tool {
  description: string;
  parameter: string;
  run(argument: string): Promise<unknown>;
}

/** What the model is told of each tool, and how its call reaches the function. Each of them takes one text. */
const tools = new Map<string, Tool>([
  [
    'lookup_account',
    {
      description: 'Finds the account of a customer by the e-mail address.',
      parameter: 'email',
      run: (email) => lookupAccount({ email }),
    },
  ],
  [
    'reset_password',
    {
      description: 'Mails the customer a link to set a new password.',
      parameter: 'account_id',
      run: (account_id) => retry(3, () => resetPassword({ account_id })),
    },
  ],
  [
    'refund_order',
    {
      description: 'Refunds an order in full.',
      parameter: 'order_id',
      run: (order_id) => refundOrder({ order_id }),
    },
  ],
]);

export const toolSpecs: ToolSpec[] = [...tools].map(([name, { description, parameter }]) => ({
  name,
  description,
  parameters: {
    type: 'object',
    properties: { [parameter]: { type: 'string', description: `The ${parameter}.` } },
    required: [parameter],
  },
}));

export async function runTool(call: ToolCall): Promise<unknown> {
  const tool = tools.get(call.name);
  if (!tool) throw new Error(`no tool named ${call.name}`);
  const argument = textOf(field(call.arguments, tool.parameter));
  if (!argument) throw new Error(`${call.name} needs '${tool.parameter}', a text`);
  return tool.run(argument);
}
