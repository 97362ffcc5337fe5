import type { NodeItem } from '../../../../src/http/api/lab.ts';
import { plural } from '../../lib/format.ts';

/** The state of a node; unknown if it was never reported. */
type NodeState = 'free' | 'locked' | 'down' | 'unknown';

const nodeStates: readonly NodeState[] = ['free', 'locked', 'down', 'unknown'];

/** The state of a node. A node that is down counts as down even if it is locked. */
export function nodeState({ up, locked }: NodeItem): NodeState {
  if (up === false) return 'down';
  if (locked) return 'locked';
  return up === null ? 'unknown' : 'free';
}

export function stateCounts(nodes: NodeItem[]): Record<NodeState, number> {
  const counts = { free: 0, locked: 0, down: 0, unknown: 0 };
  for (const node of nodes) counts[nodeState(node)]++;
  return counts;
}

/** "196 nodes: 172 locked · 12 free · 12 down". */
export function summary(nodes: NodeItem[]): string {
  const counts = stateCounts(nodes);
  const parts = nodeStates.filter((state) => counts[state] > 0).map((state) => `${counts[state]} ${state}`);
  const many = plural(nodes.length, 'node');
  return parts.length === 0 ? many : `${many}: ${parts.join(' · ')}`;
}

export interface NodeResult {
  node: NodeItem;
  ended: number;
  bad: number;
  /** Failures above the average for the same number of jobs on nodes of the same machine type. */
  excess: number;
  /** Its place from best to worst, as a number to sort by: larger is worse. */
  infra: number;
}

/** The results of the nodes. Suspect nodes come first, then those with the most infra failures, so that bad nodes stand out, not busy ones. */
export function nodeResults(nodes: NodeItem[]): NodeResult[] {
  const rates = new Map<string, { ended: number; bad: number }>();
  for (const node of nodes) {
    const rate = rates.get(node.machine_type ?? '') ?? { ended: 0, bad: 0 };
    rate.ended += ended(node);
    rate.bad += bad(node);
    rates.set(node.machine_type ?? '', rate);
  }
  const results = nodes.map((node) => {
    const rate = rates.get(node.machine_type ?? '');
    const expected = rate && rate.ended > 0 ? (ended(node) * rate.bad) / rate.ended : 0;
    return { node, ended: ended(node), bad: bad(node), excess: bad(node) - expected, infra: 0 };
  });
  results.sort((a, b) => byInfra(a.node, b.node) || b.excess - a.excess || compareNames(a.node, b.node));
  for (const [place, result] of results.entries()) result.infra = results.length - place;
  return results;
}

function byInfra(a: NodeItem, b: NodeItem): number {
  return (a.suspect?.p ?? 2) - (b.suspect?.p ?? 2) || b.infra.failures - a.infra.failures;
}

function ended({ results }: NodeItem): number {
  return results.pass + results.fail + results.dead;
}

function bad({ results }: NodeItem): number {
  return results.fail + results.dead;
}

/** Orders names by the numbers in them: smithi9 before smithi10. */
export function compareNames(a: NodeItem, b: NodeItem): number {
  return a.name.localeCompare(b.name, 'en', { numeric: true });
}

export interface Owner {
  owner: string;
  machineType: string;
  locked: number;
  idle: number;
  oldest: number | null;
  /** The number of nodes that have been locked for more than a day without a running job. */
  stale: number;
}

const dayMs = 24 * 3600 * 1000;

/** Locks by owner and machine type, the largest number first. */
export function owners(nodes: NodeItem[], now: number): Owner[] {
  const found = new Map<string, Owner>();
  for (const node of nodes) {
    if (!node.locked) continue;
    const [owner, machineType] = [node.locked_by ?? 'unknown', node.machine_type ?? 'no machine type'];
    const key = JSON.stringify([owner, machineType]);
    const entry = found.get(key) ?? { owner, machineType, locked: 0, idle: 0, oldest: null, stale: 0 };
    const idle = node.running === null;
    entry.locked++;
    entry.idle += Number(idle);
    entry.stale += Number(idle && node.locked_since !== null && now - node.locked_since > dayMs);
    if (node.locked_since !== null) entry.oldest = Math.min(entry.oldest ?? Infinity, node.locked_since);
    found.set(key, entry);
  }
  return [...found.values()].sort((a, b) => b.locked - a.locked || a.owner.localeCompare(b.owner));
}

/** The nodes that contain all words in their name, owner, system, note, machine type or state. */
export function filterNodes(nodes: readonly NodeItem[], words: string): NodeItem[] {
  const wanted = words.toLowerCase().split(/\s+/).filter(Boolean);
  return nodes.filter((node) => {
    const { name, locked_by, os_type, os_version, description, machine_type } = node;
    const facts = [name, locked_by, os_type, os_version, description, machine_type, nodeState(node)];
    const text = facts.join(' ').toLowerCase();
    return wanted.every((word) => text.includes(word));
  });
}

/** The note of a node. If a run has locked the node, the note is an archive folder, of which only the run and the job are shown. */
export function noteOf({ description }: NodeItem): string {
  return description?.replace(/^\/.*\/archive\//, '') ?? '';
}

/** "+1.5", "−0.3", "0". */
export function excessText(excess: number): string {
  const rounded = Math.round(excess * 10) / 10;
  if (rounded === 0) return '0';
  return `${rounded > 0 ? '+' : '−'}${Math.abs(rounded).toFixed(1)}`;
}

/** "7 of 20"; "–" without jobs. */
export function infraText({ node: { infra } }: NodeResult): string {
  return infra.jobs === 0 ? '–' : `${infra.failures} of ${infra.jobs}`;
}

/** The share of failed jobs: "12 %"; "–" without jobs. */
export function rateText({ bad, ended }: NodeResult): string {
  return ended === 0 ? '–' : `${Math.round((100 * bad) / ended)} %`;
}
