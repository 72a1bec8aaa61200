import { getTracer } from 'clew';
import { revalidatePath } from 'next/cache';
import { lookup } from '../agent.js';

async function track(form) {
  'use server';
  await getTracer().trace('track-order', () => lookup(String(form.get('order'))));
  revalidatePath('/');
}

export default function Page() {
  return (
    <form action={track}>
      <input name="order" defaultValue="ord_1" />
      <button type="submit">Track</button>
    </form>
  );
}
