import { useMemo } from 'react';
import { Link } from 'wouter';
import { apiPath, pagePath } from '../../../../src/core/paths.ts';
import type { NodeList } from '../../../../src/http/api/lab-schema.ts';
import { useTitle, useUrlState } from '../../lib/address.ts';
import { useApi } from '../../lib/api.ts';
import { plural } from '../../lib/format.ts';
import { useLive, useThrottled } from '../../lib/live.ts';
import { Empty, ErrorBox, FetchLine, Skeleton } from '../../ui/States.tsx';
import { Tabs } from '../../ui/Tabs.tsx';
import { NodesList } from './list.tsx';
import { filterNodes, nodeState, stateCounts, summary } from './node-facts.ts';
import { NodesOwners } from './owners.tsx';
import { NodesResults } from './results.tsx';
import './nodes.css';

const views = [
  { id: 'list', label: 'List' },
  { id: 'results', label: 'Results' },
  { id: 'owners', label: 'Owners' },
];

/** The nodes of the lab: their states, their results and their owners. */
export default function NodesPage() {
  const [view, setView] = useUrlState('view', 'list');
  const [machineType, setMachineType] = useUrlState('machine_type', '');
  const [days, setDays] = useUrlState('since_days', '14');
  const [words, setWords] = useUrlState('q', '');
  const path = apiPath.nodes({ machine_type: machineType, since_days: days === '14' ? '' : days });
  const { data, error, isFetching, refetch } = useApi<NodeList>(path);
  useLive('nodes', useThrottled(refetch));
  useTitle(data ? `${plural(data.nodes.length, 'node')}, ${stateCounts(data.nodes).free} free` : 'Nodes');
  const shown = useMemo(() => filterNodes(data?.nodes ?? [], words), [data, words]);
  return (
    <>
      <FetchLine active={isFetching} />
      <section className="page-head">
        <h1>Nodes</h1>
        {data && <NodeMap data={data} />}
      </section>
      <div className="tools">
        <Tabs tabs={views} current={view} onPick={setView} />
        <Choice
          label="machine type"
          value={machineType}
          values={['', ...(data?.machine_types ?? [])]}
          empty="all"
          onChange={setMachineType}
        />
        {view !== 'owners' && (
          <Choice
            label="results of the last"
            value={days}
            values={['1', '7', '14', '30', '90']}
            unit="d"
            onChange={setDays}
          />
        )}
        <input
          type="search"
          value={words}
          aria-label="Filter nodes"
          placeholder="filter: name, owner, system, note"
          onChange={(event) => setWords(event.target.value, { replace: true })}
        />
      </div>
      {error && <ErrorBox error={error} onRetry={refetch} />}
      {!data && !error && <Skeleton rows={20} />}
      {data?.nodes.length === 0 && (
        <Empty title="No nodes yet. To add one, run:" command="teuthology-update-inventory -m MACHINE_TYPE HOST" />
      )}
      {shown.length > 0 && <View view={view} nodes={shown} days={Number(days)} />}
      {data && data.nodes.length > 0 && shown.length === 0 && (
        <p className="state">
          0 of {plural(data.nodes.length, 'node')} match.{' '}
          <button type="button" className="button" onClick={() => setWords('')}>
            Clear the filter
          </button>
        </p>
      )}
    </>
  );
}

function View({ view, nodes, days }: { view: string; nodes: NodeList['nodes']; days: number }) {
  if (view === 'results') return <NodesResults nodes={nodes} />;
  if (view === 'owners') return <NodesOwners nodes={nodes} />;
  return <NodesList nodes={nodes} days={days} />;
}

/** One square per node, for the mouse only: the list below has the same information. */
function NodeMap({ data: { nodes } }: { data: NodeList }) {
  return (
    <>
      <p className="line">{summary(nodes)}</p>
      {nodes.length <= 600 && (
        <div className="nodes-map" aria-hidden="true">
          {nodes.map((node) => (
            <Link
              key={node.name}
              href={pagePath.node(node.name)}
              tabIndex={-1}
              className={`nodes-square nodes-${nodeState(node)}`}
              title={`${node.name}: ${nodeState(node)}${node.locked_by ? ` by ${node.locked_by}` : ''}`}
            />
          ))}
        </div>
      )}
    </>
  );
}

interface ChoiceProps {
  label: string;
  value: string;
  values: string[];
  empty?: string;
  unit?: string;
  onChange: (value: string) => void;
}

function Choice({ label, value, values, empty = '', unit = '', onChange }: ChoiceProps) {
  return (
    <label>
      {label}{' '}
      <select value={value} onChange={(event) => onChange(event.target.value)}>
        {(values.includes(value) ? values : [value, ...values]).map((one) => (
          <option key={one} value={one}>
            {one === '' ? empty : `${one}${unit && ` ${unit}`}`}
          </option>
        ))}
      </select>
    </label>
  );
}
