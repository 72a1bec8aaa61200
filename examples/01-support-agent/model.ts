/** What the agent asks of a language model. Both implementations speak through the provider's official client. */
export interface Model {
  /** The provider and the model's name, as shown to the user. */
  readonly label: string;
  complete(prompt: Prompt): Promise<Reply>;
  stream(prompt: Prompt): AsyncIterable<string>;
}

export interface Prompt {
  system: string;
  messages: Message[];
  tools?: ToolSpec[];
}

export type Message =
  | { role: 'user'; text: string }
  | { role: 'assistant'; text: string; toolCalls: ToolCall[] }
  | { role: 'tool'; callId: string; text: string; failed: boolean };

export interface Reply {
  text: string;
  toolCalls: ToolCall[];
}

export interface ToolCall {
  id: string;
  name: string;
  /** What the model wrote: JSON, but of any shape. */
  arguments: unknown;
}

export interface ToolSpec {
  name: string;
  description: string;
  parameters: {
    type: 'object';
    properties: Record<string, { type: 'string'; description: string }>;
    required: string[];
  };
}
