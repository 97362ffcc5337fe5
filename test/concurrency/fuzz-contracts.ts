import { contracts } from './contracts.ts';
import { classicRequests } from './fuzz-classic.ts';
import type { Requests } from './fuzz-parts.ts';
import { teuthologyRequests } from './fuzz-teuthology.ts';

const requestsOf: Record<string, Requests> = { classic: classicRequests, teuthology: teuthologyRequests };

/** Every contract with its random requests: the rows of `describe.each`. */
export const fuzzedContracts = contracts.map((contract) => ({
  name: contract.name,
  contract,
  requests: requestsOf[contract.name] as Requests,
}));
