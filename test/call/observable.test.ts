import {
  BehaviorSubject,
  config,
  defer,
  firstValueFrom,
  from,
  interval,
  lastValueFrom,
  map,
  NEVER,
  of,
  startWith,
  Subject,
  tap,
  throwError,
} from 'rxjs';
import { afterEach, describe, expect, it } from 'vitest';
import { traced } from 'clew';
import { collectUntil } from './garbage.ts';
import { Recording } from './recording.ts';

afterEach(() => void (config.onUnhandledError = null));

/** What RxJS reports of an error that nobody handles. */
function reported(): Promise<unknown> {
  return new Promise((resolve) => void (config.onUnhandledError = resolve));
}

describe('an Observable', () => {
  it('is the caller’s own, and does nothing before somebody subscribes', () => {
    const recording = new Recording();
    let subscribed = 0;
    const source = defer(() => of((subscribed += 1)));
    expect(recording.run(traced('values', () => source))).toBe(source);
    expect([subscribed, recording.trees]).toEqual([0, '']);
  });

  it('is recorded when it completes, whatever stands behind it', async () => {
    const recording = new Recording();
    const values = recording.run(traced('values', () => from([1, 2]).pipe(map((value) => value * 2))));
    const seen: string[] = [];
    await lastValueFrom(
      values.pipe(
        tap((value) => seen.push(`tap ${value}`)),
        map((value) => `${value}`),
      ),
    );
    expect(seen).toEqual(['tap 2', 'tap 4']);
    expect(recording.trees).toBe('values');
    expect(recording.span('values').output).toEqual([2, 4]);
  });

  it('has what it calls nested under it', async () => {
    const recording = new Recording();
    const child = traced('child', () => 1);
    await lastValueFrom(recording.run(traced('values', () => defer(() => of(child())))));
    expect(recording.trees).toBe('values\n  child');
  });

  it('that fails gives its handler the same error', () => {
    const recording = new Recording();
    const error = new Error('cut off');
    const values = recording.run(traced('values', () => throwError(() => error)));
    let caught: unknown;
    values.subscribe({ error: (value: unknown) => (caught = value) });
    expect(caught).toBe(error);
    expect(recording.trees).toBe('values  ERROR: cut off');
  });

  it('that fails without a handler is reported by RxJS', async () => {
    const recording = new Recording();
    const error = new Error('cut off');
    const report = reported();
    recording.run(traced('values', () => throwError(() => error))).subscribe();
    expect(await report).toBe(error);
    expect(recording.trees).toBe('values  ERROR: cut off');
  });

  it('has what its observer throws reported by RxJS', async () => {
    const error = new Error('in next');
    const report = reported();
    new Recording().run(traced('values', () => of(1))).subscribe(() => {
      throw error;
    });
    expect(await report).toBe(error);
  });

  it('calls its observer as a method', () => {
    const observer = {
      seen: 0,
      next() {
        this.seen += 1;
      },
    };
    new Recording().run(traced('values', () => of(1, 2))).subscribe(observer);
    expect(observer.seen).toBe(2);
  });

  it('ends as cancelled when its subscriber leaves', async () => {
    const recording = new Recording();
    recording
      .run(traced('values', () => NEVER.pipe(startWith(1))))
      .subscribe()
      .unsubscribe();
    await firstValueFrom(recording.run(traced('values', () => interval(1))));
    expect(recording.trees).toBe('values  [cancelled]\nvalues  [cancelled]');
    expect(recording.exporter.spans.map(({ output }) => output)).toEqual([[1], [0]]);
  });

  it('may be subscribed to twice: the first is recorded', () => {
    const recording = new Recording();
    let subscribed = 0;
    const values = recording.run(traced('values', () => defer(() => of((subscribed += 1)))));
    const seen: number[] = [];
    values.subscribe((value) => seen.push(value));
    values.subscribe((value) => seen.push(value));
    expect(seen).toEqual([1, 2]);
    expect(recording.trees).toBe('values');
    expect(recording.span('values').output).toEqual([1]);
  });

  it('is abandoned where nobody subscribes', async () => {
    const recording = new Recording();
    recording.run(() => void traced('values', () => of(1))());
    await collectUntil(() => recording.ended.length > 0);
    expect(recording.trees).toBe('values  [abandoned]');
  });

  it.each([
    ['a Subject', () => new Subject()],
    ['a BehaviorSubject', () => new BehaviorSubject<unknown>(1)],
  ])('that goes on by itself is detached: %s', async (_, make: () => Subject<unknown>) => {
    const recording = new Recording();
    recording.run(traced('values', make));
    await recording.run(traced('values', async () => make()));
    expect(recording.trees).toBe('values  [detached]\nvalues  [detached]');
  });

  it('of a Subject is followed', () => {
    const recording = new Recording();
    const subject = new Subject<number>();
    recording.run(traced('values', () => subject.asObservable())).subscribe();
    subject.next(1);
    subject.complete();
    expect(recording.span('values').output).toEqual([1]);
  });
});
