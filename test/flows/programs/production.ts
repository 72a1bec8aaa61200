import { init, traced } from 'clew';

/** Starts without a mode; its environment decides. */
const clew = init();
process.stdout.write(`${traced('greet', () => 'hello')()} ${clew.isRecording}\n`);
