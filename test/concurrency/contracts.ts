import { engines } from '../helpers/engines.ts';
import { classic } from './classic.ts';
import { teuthology } from './teuthology.ts';

/** Every contract. */
export const contracts = [classic, teuthology];

/** Every contract on every engine: the rows of `describe.each`. */
export const contractsOnEngines = contracts.flatMap((contract) =>
  engines.map((engine) => ({ name: `${contract.name} on ${engine.name}`, contract, engine })),
);
