import { errorMonitor, EventEmitter } from 'node:events';
import { errorCode } from '../base/error-code.ts';
import { marker } from '../capture/marker.ts';
import { watchForLoss, type Followed } from './followed.ts';

interface NodeReadable extends EventEmitter {
  readonly destroyed: boolean;
  readonly readableEnded: boolean;
}

/** A Node stream that can be read: an emitter with `pipe`. */
export function isNodeReadable(value: object): value is NodeReadable {
  return (
    value instanceof EventEmitter &&
    'pipe' in value &&
    typeof value.pipe === 'function' &&
    'readableEnded' in value &&
    'destroyed' in value
  );
}

/**
 * Watches a Node stream by its last events alone. A listener for `data` would start it, one for `error` would swallow
 * the error; so its chunks are not recorded, only how and when it ended.
 */
export function followNodeReadable(stream: NodeReadable, followed: Followed): void {
  const outputText = marker('stream', { type: stream.constructor.name });
  const onEnd = (): void => followed.span.conclude({ outcome: 'ok', outputText });
  const onClose = (): void => followed.span.conclude({ outcome: 'cancelled', outputText });
  const onError = (error: unknown): void => {
    // How Node destroys a stream that a `for await` leaves early, or whose signal aborts.
    if (isAbort(error)) onClose();
    else followed.span.conclude({ outcome: 'error', thrown: { error }, outputText });
  };
  if (stream.destroyed || stream.readableEnded) return onEnd();
  stream.once('end', onEnd);
  stream.once('close', onClose);
  stream.once(errorMonitor, onError);
  watchForLoss(stream, followed, 'abandoned');
}

function isAbort(error: unknown): boolean {
  return errorCode(error) === 'ABORT_ERR';
}
