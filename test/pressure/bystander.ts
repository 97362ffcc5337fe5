/** Runs as a process of its own. Requests `/healthz` from a server repeatedly and reports how long the server kept it waiting. */
import { readFileSync } from 'node:fs';
import { Agent, get } from 'node:http';

const [url = '', server = ''] = process.argv.slice(2);
const agent = new Agent({ keepAlive: true, maxSockets: 1 });

/** The milliseconds for which a process has run on a processor, and for which it has waited for one. */
function scheduled(pid: string): { worked: number; waited: number } {
  const [worked = 0, waited = 0] = readFileSync(`/proc/${pid}/schedstat`, 'utf8').split(' ').map(Number);
  return { worked: worked / 1e6, waited: waited / 1e6 };
}

function answer(): Promise<void> {
  return new Promise((resolve, reject) => {
    const request = get(`${url}/healthz`, { agent }, (response) => response.resume().on('end', resolve));
    request.on('error', reject);
  });
}

/**
 * The milliseconds for which the server kept this process waiting: the smaller of its processor time until the answer, and of the elapsed
 * time without that in which one of the two processes waited for a processor. Other programs can lengthen either of them.
 */
async function ask(): Promise<number> {
  const before = { server: scheduled(server), self: scheduled('self') };
  const start = performance.now();
  await answer();
  const elapsed = performance.now() - start;
  const after = { server: scheduled(server), self: scheduled('self') };
  const without = after.server.waited - before.server.waited + after.self.waited - before.self.waited;
  return Math.min(after.server.worked - before.server.worked, elapsed - without);
}

let [asked, longest] = [0, 0];
let ended = false;
process.once('message', () => {
  ended = true;
});
process.send?.('asking');
while (!ended) {
  longest = Math.max(longest, await ask());
  asked++;
  await new Promise((resolve) => setTimeout(resolve, 20));
}
process.send?.({ asked, longest });
process.disconnect();
agent.destroy();
