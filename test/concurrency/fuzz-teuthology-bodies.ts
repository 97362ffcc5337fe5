/** Mostly valid bodies for a server of the teuthology contract: jobs, nodes, locks, queues. */
import fc from 'fast-check';
import { bodyText, objectText, stringText, valueText } from './fuzz-json.ts';
import { nodeName, queueName, runName } from './fuzz-teuthology-names.ts';

const times = ['"2024-03-01_20:00:15"', '"1999-1-2_3:4:5"', '"2024-02-30_00:00:00"', '"9999-12-31_23:59:59"', 'null'];
const wholeNumbers = ['1', '0', '-5', '2.5', '"17"', '9007199254740991', '1e300', 'NaN', 'null'];
const booleans = ['true', 'false', '0', '1', 'null', '"true"'];
const targets = [
  ...['{"ubuntu@node0":"key"}', '{"node1":"key","ubuntu@node2":null}', '{}', 'null', '[]', '{"@":1,"a b":2,"u@-x":3}'],
  ...[
    '{"ubuntu@node0":"key","ubuntu@node1":"key","ubuntu@node3":"key"}',
    `{"${'x'.repeat(300)}":1}`,
    '{"__proto__":1}',
  ],
];

const jobValues = new Map([
  ...['duration', 'priority', 'seed', 'sleep_before_teardown'].map((key) => [key, wholeNumbers] as const),
  ...['last-in-suite', 'nuke-on-error', 'verbose', 'success', 'no_nested_subset', 'first_in_suite'].map(
    (key) => [key, booleans] as const,
  ),
  ['status', ['"queued"', '"running"', '"pass"', '"fail"', '"dead"', '"waiting"', '"unknown"', 'null', '"done"']],
  ['updated', ['"2024-03-01 20:00:15"', '"2024-03-01 20:00:15.5"', '"2255-01-01 00:00:00"', '"yesterday"', 'null']],
  ['timestamp', times],
  ['targets', targets],
  ['branch', ['"main"', '"wip/x"', '"%"', '""', 'null']],
  ['sha1', ['"abc"', '"abd"', '"a%"', '"_"', 'null']],
  ['flavor', ['"default"', '"none"', 'null']],
  ['machine_type', ['"smithi"', '"mira"', '"smithi,mira"', 'null']],
  ['queue', ['"queue0"', '"queue1"', 'null']],
  ['user', ['"ana"', '"bob"', 'null']],
  ['suite', ['"rados"', '"rbd"', 'null']],
  ['os_version', ['22.10', '"22.04"', '8', 'null']],
  ['failure_reason', ['"Command failed"', '{"a":[1]}', '["x"]', 'true', 'null']],
  ...['kernel', 'overrides', 'roles', 'tasks', 'failure_reason_detail'].map(
    (key) => [key, ['{"b":1,"a":2}', '[1.0,2e1]', '"text"', '[NaN,Infinity]', 'null']] as const,
  ),
] as [string, string[]][]);

const jobKeys = [
  ...jobValues.keys(),
  ...['archive_path', 'description', 'email', 'name', 'os_type', 'owner', 'pid', 'sentry_event', 'subset', 'comment'],
  ...['suite_branch', 'suite_path', 'suite_relpath', 'suite_repo', 'suite_sha1', 'teuthology_branch', 'repo', 'id'],
  ...['pcp_grafana_url', 'package_source', 'posted', 'started', 'run_id', '__proto__', 'constructor', 'log_href', ''],
];

const jobIdMember = fc.oneof(
  { arbitrary: fc.nat(5).map((id) => `"job_id":"${id}"`), weight: 8 },
  fc.constantFrom('"job_id":1500', '"job_id":null', '"job_id":""', '"job_id":"a/b"', '"job_id":1.50', '"job_id":{}'),
);

/** The document of a new job. */
export const newJobText = bodyText(jobIdMember, objectText(jobKeys, jobValues));

/** A change of a job. */
export const jobChangeText = bodyText(
  fc.constantFrom('"status":"running"', '"success":true', '"success":false', '"status":"dead"', '"priority":3'),
  objectText(jobKeys, jobValues),
);

const nodeValues = new Map([
  ...['up', 'is_vm', 'locked'].map((key) => [key, booleans] as const),
  ['machine_type', ['"smithi"', '"mira"', 'null']],
  ['vm_host', ['"node0"', '"node1"', '"nobody"', 'null']],
  ['locked_by', ['"ana"', '"bob"', '""', 'null']],
  ['os_version', ['22.10', '"22.04"', '8.0', 'null']],
  ['locked_since', ['"2024-03-01 20:00:15"', '5', 'null']],
] as [string, string[]][]);

const nodeObject = objectText(
  [...nodeValues.keys(), 'arch', 'description', 'os_type', 'mac_address', 'ssh_pub_key', 'name', 'id', 'vm_host_id'],
  nodeValues,
);

/** A new node. */
export const newNodeText = bodyText(
  fc.oneof(
    { arbitrary: nodeName.map((name) => `"name":"${name}","up":true,"machine_type":"smithi"`), weight: 6 },
    stringText.map((name) => `"name":${name}`),
  ),
  nodeObject,
);

const owner = fc.constantFrom('"ana"', '"bob"', 'null');

/** A change, a lock or an unlock of a node. */
export const nodeChangeText = bodyText(
  fc.oneof(
    { arbitrary: owner.map((name) => `"locked":true,"locked_by":${name}`), weight: 2 },
    { arbitrary: owner.map((name) => `"locked":false,"locked_by":${name}`), weight: 2 },
    fc.constant('"up":true'),
  ),
  nodeObject,
);

/** A body for `POST /nodes/lock_many/`. */
export const lockManyText = bodyText(
  fc
    .tuple(fc.constantFrom('1', '2', '1', '10.0', '0', '-1', '1e300', '1e15', '"1"', '1.5'), owner)
    .map(([count, name]) => `"count":${count},"locked_by":${name},"machine_type":"smithi|mira","description":null`),
  objectText(['os_type', 'os_version', 'arch', 'machine_type', 'description', 'reimage'], nodeValues),
);

/** A body for `POST /nodes/unlock_many/`. */
export const unlockManyText = fc.oneof(
  {
    arbitrary: fc
      .tuple(fc.array(nodeName, { maxLength: 3 }), owner)
      .map(([names, name]) => `{"names":${JSON.stringify(names)},"locked_by":${name}}`),
    weight: 6,
  },
  valueText.map((names) => `{"names":${names},"locked_by":"ana"}`),
  fc.array(valueText, { maxLength: 3 }).map((names) => `{"names":[${names.join()}],"locked_by":"ana"}`),
  valueText,
);

const durations = ['60', '0', '"5"', '0.0000001', '-1', '1e300', 'null', 'true'];

/** A new or changed queue. Most pauses are so short that they end at once. */
export const queueText = bodyText(
  queueName.map((name) => `"queue":"${name}"`),
  objectText(
    ['paused_by', 'pause_duration', 'paused_since', 'paused_until', 'priority'],
    new Map([
      ['paused_by', ['"ana"', '"ana"', '""', 'null']],
      ['pause_duration', durations],
      ['paused_since', ['"2024-03-01 20:00:15"', 'null']],
      ['paused_until', ['"2024-03-01T20:00:15.123456Z"', '"2100-01-01"', 'null', 'null']],
    ]),
  ),
);

/** A query about a queue. */
export const queueQuestionText = bodyText(
  queueName.map((name) => `"queue":"${name}"`),
  objectText(
    ['run_name', 'user', 'queue'],
    new Map([
      ['user', ['"ana"', '"bob"']],
      ['run_name', ['"run-0"', '"run-1"', '"nothing"']],
      ['queue', ['"queue0"']],
    ]),
  ),
);

/** Filters for `POST /jobs/`. */
export const jobFilterText = objectText(
  ['description', 'status', 'sha1', 'branch', 'user', 'posted_after', 'posted_before', 'count'],
  new Map([
    ['posted_after', ['"2024-01-01"', '"today"', '"never"', '7']],
    ['posted_before', ['"2100-01-01"', '"yesterday"', '[]']],
    ['status', ['"queued"', '"running"']],
  ]),
);

/** A new run, or new tags of a run. */
export const taggedRunText = bodyText(
  fc.oneof(
    { arbitrary: runName.map((name) => `"name":"${name}"`), weight: 6 },
    stringText.map((name) => `"name":${name}`),
  ),
  objectText(
    ['tags', 'name'],
    new Map([
      ['tags', ['["a","b"]', '[]', '["\\ud800"]', '[1]', 'null', '"a"']],
      ['name', ['"run-2"']],
    ]),
  ),
);
