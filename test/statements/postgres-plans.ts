import pg from 'pg';
import { bigTables, type Finding, fewRows, readForOne, sortedForOne } from './plan.ts';
import type { Recorded } from './recorder.ts';

interface PlanNode {
  'Node Type': string;
  'Relation Name'?: string;
  'Index Name'?: string;
  'Index Cond'?: string;
  'Actual Rows'?: number;
  'Actual Loops'?: number;
  'Rows Removed by Filter'?: number;
  'Rows Removed by Index Recheck'?: number;
  Plans?: PlanNode[];
}

/** The number of executions after which PostgreSQL considers a generic plan for a prepared statement. */
const customPlans = 5;

/** Judges prepared statements by EXPLAIN ANALYZE, in a transaction that is rolled back. */
export async function judgePostgres(url: string, statements: Recorded[]): Promise<Map<Recorded, Finding[]>> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const findings = new Map<Recorded, Finding[]>();
  try {
    await client.query('set jit = off');
    const { rows } = await client.query<{ name: string; count: string }>(
      bigTables.map((table) => `select '${table}' as name, count(*) as count from ${table}`).join(' union all '),
    );
    const sizes = new Map(rows.map(({ name, count }) => [name, Number(count)]));
    for (const statement of statements) findings.set(statement, await judge(client, statement, sizes));
  } finally {
    await client.end();
  }
  return findings;
}

async function judge(client: pg.Client, { text, parameters }: Recorded, sizes: Map<string, number>) {
  // Writes are only planned, because a row cannot be inserted again.
  const analyze = /^\s*(select|with)\b/i.test(text) && !/\b(insert into|update \w+ set|delete from)\b/i.test(text);
  const findings: Finding[] = [];
  await client.query('begin');
  await client.query(`prepare judged as ${text}`);
  try {
    for (let time = 0; time < customPlans; time++) {
      await client.query(`explain ${execute(parameters[time % parameters.length] ?? [])}`);
    }
    for (const values of parameters) {
      const { rows } = await client.query<{ 'QUERY PLAN': [{ Plan: PlanNode }] }>(
        `explain (format json${analyze ? ', analyze, timing off' : ''}) ${execute(values)}`,
      );
      const plan = rows[0]?.['QUERY PLAN'][0].Plan as PlanNode;
      findings.push(...nodesOf(plan).flatMap((node) => faultsOf(node, rowsOf(plan), sizes)));
    }
  } finally {
    await client.query('rollback');
    await client.query('deallocate judged');
  }
  return findings;
}

function execute(values: unknown[]): string {
  const literals = values.map((value) => {
    if (value === null || value === undefined) return 'null';
    return pg.escapeLiteral(Array.isArray(value) ? `{${value.map((one) => JSON.stringify(one))}}` : String(value));
  });
  return `execute judged${literals.length > 0 ? `(${literals.join(', ')})` : ''}`;
}

function nodesOf(node: PlanNode): PlanNode[] {
  return [node, ...(node.Plans ?? []).flatMap(nodesOf)];
}

function rowsOf(node: PlanNode | undefined): number {
  return (node?.['Actual Rows'] ?? 0) * (node?.['Actual Loops'] ?? 1);
}

function removedBy(node: PlanNode): number {
  const removed = (node['Rows Removed by Filter'] ?? 0) + (node['Rows Removed by Index Recheck'] ?? 0);
  return removed * (node['Actual Loops'] ?? 1);
}

function faultsOf(node: PlanNode, answered: number, sizes: Map<string, number>): Finding[] {
  const table = node['Relation Name'] ?? '';
  const kind = node['Node Type'];
  const size = sizes.get(table);
  const findings: Finding[] = [];
  const read = rowsOf(node) + removedBy(node);
  const through = `${kind} ${node['Index Name'] ?? ''} of ${table}`;
  if (size !== undefined) {
    const wholeIndex = /^Index/.test(kind) && !node['Index Cond'] && read > Math.max(size / 2, fewRows);
    // Reading a few rows without an index is fine if a limit ends the scan.
    if (kind === 'Seq Scan' || wholeIndex) findings.push({ kind: 'scan', table, details: `${through}: ${read} rows` });
  }
  if (/Sort$/.test(kind)) {
    const sorted = rowsOf(node.Plans?.[0]);
    if (sorted > Math.max(fewRows, sortedForOne * answered))
      findings.push({ kind: 'sort', table: '', details: `sorts ${sorted} rows for ${answered}` });
  }
  if (removedBy(node) > Math.max(fewRows, readForOne * answered))
    findings.push({ kind: 'discard', table, details: `${through}: ${removedBy(node)} rows in vain for ${answered}` });
  return findings;
}
