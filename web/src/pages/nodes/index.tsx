import { useMemo } from 'react';
import { Link } from 'wouter';
import { apiPath, pagePath } from '../../../../src/core/paths.ts';
import type { NodeList } from '../../../../src/http/api/lab.ts';
import { useTitle, useUrlChoice, useUrlState } from '../../lib/address.ts';
import { useApi } from '../../lib/api.ts';
import { plural } from '../../lib/format.ts';
import { useLive, useThrottled } from '../../lib/live.ts';
import { Button } from '../../ui/Button.tsx';
import { Select } from '../../ui/Choices.tsx';
import { Empty, Loaded } from '../../ui/States.tsx';
import { Tabs } from '../../ui/Tabs.tsx';
import { NodesList } from './list.tsx';
import { filterNodes, nodeState, stateCounts, summary } from './node-facts.ts';
import { NodesOwners, NodesResults } from './sums.tsx';
import './nodes.css';

const views = { list: 'List', results: 'Results', owners: 'Owners' };

/** The nodes of the lab: their states, their results and their owners. */
export default function NodesPage() {
  const [view, setView] = useUrlChoice('view', Object.keys(views), 'list');
  const [machineType, setMachineType] = useUrlState('machine_type', '');
  const [days, setDays] = useUrlState('since_days', '14');
  const [words, setWords] = useUrlState('q', '');
  const path = apiPath.nodes({ machine_type: machineType, since_days: days === '14' ? '' : days });
  const list = useApi<NodeList>(path);
  const { data } = list;
  useLive('nodes', useThrottled(list.refetch));
  useTitle(data ? `${plural(data.nodes.length, 'node')}, ${stateCounts(data.nodes).free} free` : 'Nodes');
  const shown = useMemo(() => filterNodes(data?.nodes ?? [], words), [data, words]);
  return (
    <>
      <section className="page-head">
        <h1>Nodes</h1>
        {data && <NodeMap data={data} />}
      </section>
      <div className="tools">
        <Tabs tabs={views} current={view} onPick={setView} />
        <Select
          label="machine type"
          value={machineType}
          values={['', ...(data?.machine_types ?? [])]}
          print={(type) => type || 'all'}
          onChange={setMachineType}
        />
        {view !== 'owners' && (
          <Select
            label="results of the last"
            value={days}
            values={['1', '7', '14', '30', '90']}
            print={(days) => `${days} d`}
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
      <Loaded of={list} rows={20}>
        {({ nodes: all }) => {
          if (shown.length === 0) return <NoNodes all={all.length} onClear={() => setWords('')} />;
          if (view === 'results') return <NodesResults nodes={shown} />;
          if (view === 'owners') return <NodesOwners nodes={shown} />;
          return <NodesList nodes={shown} days={Number(days)} />;
        }}
      </Loaded>
    </>
  );
}

function NoNodes({ all, onClear }: { all: number; onClear: () => void }) {
  if (all === 0) {
    return <Empty title="No nodes yet. To add one, run:" command="teuthology-update-inventory -m MACHINE_TYPE HOST" />;
  }
  return (
    <p className="state">
      0 of {plural(all, 'node')} match. <Button onClick={onClear}>Clear the filter</Button>
    </p>
  );
}

/** One square per node, for the mouse only. The list below has the same information. */
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
