/** Run as a process of its own: asks a server for `/healthz` again and again, and tells for how long it was kept waiting. */
import { readFileSync } from 'node:fs';
import { Agent, get } from 'node:http';

const [url = '', server = ''] = process.argv.slice(2);
const agent = new Agent({ keepAlive: true, maxSockets: 1 });

/** For how many milliseconds a process has had a processor, and for how many it has waited for one. */
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
 * For how many milliseconds the server kept this process waiting: it worked for so long before it answered, and so long is what is
 * left of the time until the answer without that in which one of the two had no processor. Other programs make each of them longer.
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
