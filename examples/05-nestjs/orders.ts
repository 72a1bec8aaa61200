import { Controller, Get, Headers, Inject, Injectable, Module, NotFoundException, Param } from '@nestjs/common';
import { currentTrace, span, trace } from 'clew';

interface Order {
  readonly id: string;
  readonly total: number;
}

@Injectable()
export class OrderService {
  @span({ kind: 'tool' })
  async find(id: string): Promise<Order> {
    if (id === 'ord_404') throw new NotFoundException(`no order ${id}`);
    return { id, total: 12 };
  }
}

// @Inject says what to inject. Nest could read it off the type, but only where the compiler emits decorator metadata:
// tsc and swc do, tsx and esbuild do not.
@Controller('orders')
export class OrderController {
  constructor(@Inject(OrderService) private readonly orders: OrderService) {}

  /** One trace for each request. Nest finds route, parameters, guards and pipes on the traced method as before. */
  @Get(':id')
  @trace('GET /orders/:id')
  async show(@Param('id') id: string, @Headers('x-user') user?: string): Promise<Order> {
    if (user !== undefined) currentTrace()?.update({ userId: user });
    return this.orders.find(id);
  }
}

@Module({ controllers: [OrderController], providers: [OrderService] })
export class OrderModule {}
