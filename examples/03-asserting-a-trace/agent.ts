import { generation, span, trace } from 'clew';

interface Plan {
  readonly tools: readonly string[];
  readonly model: string;
  readonly usage: object;
}

/** Stands for any agent: it asks a model which tools to use, and uses them. */
export class TravelAgent {
  @trace({ kind: 'agent' })
  async plan(wish: string): Promise<string> {
    const { tools } = await this.choose(wish);
    const found = [];
    for (const tool of tools) found.push(tool === 'find_train' ? await this.findTrain() : await this.findHotel());
    return found.join(', ');
  }

  @generation()
  async choose(wish: string): Promise<Plan> {
    const tools = wish.includes('night') ? ['find_train', 'find_hotel'] : ['find_train'];
    return { tools, model: 'gpt-4.1-mini', usage: { prompt_tokens: 40, completion_tokens: 8 } };
  }

  @span({ name: 'find_train', kind: 'tool' })
  async findTrain(): Promise<string> {
    return 'IC 17';
  }

  @span({ name: 'find_hotel', kind: 'tool' })
  async findHotel(): Promise<string> {
    return 'Hotel Ariadne';
  }
}
