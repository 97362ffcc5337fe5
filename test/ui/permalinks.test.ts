import { expect, test } from 'vitest';
import { newAddress } from '../../src/http/ui/permalinks.ts';

const run = 'yuriw-2026-11-23_09:00:00-rados-wip-yuri5-distro-default-smithi';

test.each([
  [`/${run}/`, `/runs/${run}`],
  [`/${run}`, `/runs/${run}`],
  [`/${run.replaceAll(':', '%3A')}/`, `/runs/${run}`],
  [`/${run}/detail`, `/runs/${run}?view=jobs`],
  [`/${run}/8600017/`, `/runs/${run}/jobs/8600017`],
  ['/', '/runs'],
  ['/?branch=main&status=running', '/runs?q=branch:main+status:running'],
  ['/?sha1=4e1c&machine_type=smithi&page=2', '/runs?q=machine:smithi+sha1:4e1c'],
  ['/?suite=a%20b', '/runs?q=suite:%22a+b%22'],
  ['/?branch=v1..v2&suite=%22none', '/runs?q=branch:%22v1..v2%22+suite:%22%5C%22none%22'],
  ['/?date=x&suite=none', '/runs?q=suite:%22none%22+scheduled:%22x..x%22'],
  ['/?date=2026-11-01&to_date=2026-11-03', '/runs?q=scheduled:2026-11-01..2026-11-03'],
  ['/?date=today', '/runs?q=scheduled:today..today'],
  ['/date/yesterday/to/today/', '/runs?q=scheduled:yesterday..today'],
  ['/?date=2026-1-2', '/runs?q=scheduled:2026-1-2..2026-1-2'],
  ['/date/2026-11-01/', '/runs?q=scheduled:2026-11-01..2026-11-01'],
  ['/date/2026-11-01/to/2026-11-03/', '/runs?q=scheduled:2026-11-01..2026-11-03'],
  ['/compare?branch=main&suite=rados&count=5', '/history?branch=main&suite=rados&n=5'],
  ['/compare?branch=main&since=2026-11-01', '/history?branch=main&since=2026-11-01'],
  ['/stats/nodes/jobs', '/nodes?view=results'],
  ['/stats/nodes/jobs/?machine_type=smithi&since_days=7', '/nodes?view=results&machine_type=smithi&since_days=7'],
  ['/stats/nodes/lock?machine_type=smithi', '/nodes?view=owners&machine_type=smithi'],
  ['/stats/nodes/lock', '/nodes?view=owners'],
  ['/stats/nodes/locks/', '/nodes?view=owners'],
])('sends a browser from %s to %s', (old, address) => {
  expect(newAddress(old, false)).toBe(address);
});

test.each([
  '/runs/',
  `/runs/${run}/`,
  '/nodes/smithi001/',
  '/queue/',
  '/jobs/',
  '/api/runs',
  '/ui/runs',
  '/healthz',
  '/favicon.ico',
  '/something',
  `/${run}/1/2`,
  '/%E0%A4%A',
])('does not redirect %s', (path) => {
  expect(newAddress(path, false)).toBeNull();
});

test.each([
  [`/runs/${run}/`, `/runs/${run}`],
  [`/runs/${run}/jobs/1`, `/runs/${run}/jobs/1`],
  ['/nodes/smithi001', '/nodes/smithi001'],
  ['/queue', '/queue'],
])('sends a browser from %s to %s when the dashboard claims browsers', (path, address) => {
  expect(newAddress(path, true)).toBe(address);
  expect(newAddress(`${path}?format=json`, true)).toBeNull();
});
