/** What sort of failure a cause is. */
export const signatureKinds = [
  'timeout',
  'infra',
  'command',
  'crash',
  'clusterlog',
  'test',
  'selinux',
  'ansible',
  'dead',
  'other',
] as const;

/** One of them. */
export type SignatureKind = (typeof signatureKinds)[number];
