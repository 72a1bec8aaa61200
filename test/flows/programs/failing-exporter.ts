import { init } from 'clew';

/** Its exporter fails, and one of its calls is wrong; what it does itself goes well. */
const clew = init({
  exporter: {
    export: () => {
      throw new Error('backend is down');
    },
  },
});
for (let turn = 0; turn < 3; turn += 1) {
  const span = clew.span('step');
  span.end();
  span.end();
}
process.stdout.write('the agent is fine\n');
