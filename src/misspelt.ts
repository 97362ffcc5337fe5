/** Finds settings that are misspelt in the environment, where a wrong name would otherwise go unnoticed. */
import { settings } from './settings.ts';

const known = ['PADDLES_CONFIG', ...Object.values(settings).flatMap(({ variables }) => variables)];

/** What Kubernetes sets for a service that is called paddles. */
const ofKubernetes = /^PADDLES_(PORT=\w+:\/\/|PORT_\d|SERVICE_)/;

/** The variables `PADDLES_…` that are no settings, each with the setting whose name is closest. */
export function misspelt(environment: NodeJS.ProcessEnv): { name: string; nearest: string }[] {
  return Object.entries(environment)
    .filter(([name]) => name.startsWith('PADDLES_') && !known.includes(name))
    .filter(([name, value]) => !ofKubernetes.test(`${name}=${value}`))
    .map(([name]) => {
      const ranked = known.map((one) => ({ one, rank: difference(part(name), part(one)) }));
      return { name, nearest: ranked.sort((a, b) => a.rank - b.rank)[0]!.one };
    });
}

function part(name: string): string {
  return name.replace(/^PADDLES_/, '').slice(0, 100);
}

/** Which share of the letters of two names must be added or removed to turn one into the other, from 0 to 1. */
function difference(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (const [at, letter] of [...from].entries()) {
    const next = [at + 1];
    for (let index = 0; index < to.length; index++) {
      const edits = Math.min(row[index + 1]!, next[index]!) + 1;
      next.push(letter === to[index] ? row[index]! : edits);
    }
    row = next;
  }
  return row.at(-1)! / (from.length + to.length);
}
