import { engines } from '../helpers/engines.ts';
import { classic } from './classic.ts';

/** Every contract on every engine: the rows of `describe.each`. */
export const contractsOnEngines = [classic].flatMap((contract) =>
  engines.map((engine) => ({ name: `${contract.name} on ${engine.name}`, contract, engine })),
);
