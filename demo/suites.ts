import {
  distro,
  distroAll,
  election,
  erasure,
  messengerFailures,
  mount,
  objectstore,
  type SubSuite,
} from './suite-parts.ts';
import { crimsonRados, rados } from './suites-rados.ts';

const fs: SubSuite[] = [
  {
    name: 'fs/workload',
    weight: 40,
    nodes: 3,
    mds: true,
    workload: 'tasks/6-workunit',
    facets: [
      ['', ['begin']],
      ['clusters', ['1a5s-mds-1c-client-3node']],
      ['conf', ['{client mds mon osd}']],
      ['distro', ['{centos_latest}', '{ubuntu_latest}']],
      mount,
      ['objectstore-ec', ['bluestore-bitmap', 'bluestore-ec-root']],
      ['omap_limit', ['10', '10000']],
      ['ranks', ['1', 'multi/{balancer/automatic n/3}']],
      ['scrub', ['no', 'yes']],
    ],
    works: {
      direct_io: { workunit: 'direct_io/misc.sh' },
      'fs/misc': { workunit: 'fs/misc/multiple_rsync.sh' },
      'fs/norstats': { workunit: 'fs/norstats/kernel_untar_tar.sh' },
      'suites/blogbench': { workunit: 'suites/blogbench.sh' },
      'suites/dbench': { workunit: 'suites/dbench.sh' },
      'suites/ffsb': { workunit: 'suites/ffsb.sh' },
      'suites/fsstress': { workunit: 'suites/fsstress.sh' },
      'suites/iozone': { workunit: 'suites/iozone.sh' },
      'suites/pjd': { workunit: 'suites/pjd.sh' },
    },
  },
  {
    name: 'fs/functional',
    weight: 40,
    nodes: 2,
    mds: true,
    workload: 'tasks',
    facets: [
      ['', ['begin']],
      ['clusters', ['1a3s-mds-4c-client']],
      ['conf', ['{client mds mon osd}']],
      ['distro', ['{centos_latest}', '{ubuntu_latest}']],
      mount,
      ['objectstore', ['bluestore-bitmap', 'bluestore-ec-root']],
      ['overrides', ['{frag_enable no_client_pidfile}']],
    ],
    works: {
      acls: { test: 'tasks.cephfs.test_acls.TestACLs.test_acls' },
      admin: { test: 'tasks.cephfs.test_admin.TestAdminCommands.test_fs_status' },
      'auto-repair': { test: 'tasks.cephfs.test_auto_repair.TestMDSAutoRepair.test_backtrace_repair' },
      'client-recovery': { test: 'tasks.cephfs.test_client_recovery.TestClientRecovery.test_stale_caps' },
      damage: { test: 'tasks.cephfs.test_damage.TestDamage.test_object_deletion' },
      quota: { test: 'tasks.cephfs.test_quota.TestQuota.test_remote_update_getfattr' },
      snapshots: { test: 'tasks.cephfs.test_snapshots.TestSnapshots.test_snapclient_cache' },
      strays: { test: 'tasks.cephfs.test_strays.TestStrays.test_migration_on_shutdown' },
    },
  },
  {
    name: 'fs/thrash/workloads',
    weight: 20,
    nodes: 3,
    mds: true,
    thrashes: true,
    workload: 'tasks/2-workunit',
    facets: [
      ['', ['begin']],
      ['clusters', ['1a5s-mds-1c-client']],
      ['conf', ['{client mds mon osd}']],
      ['distro', ['{centos_latest}', '{ubuntu_latest}']],
      mount,
      ['msgr-failures', ['none', 'osd-mds-delay']],
      ['ranks', ['1', '3', '5']],
      ['tasks/1-thrash', ['mds', 'mon', 'osd']],
    ],
    works: {
      'suites/fsstress': { workunit: 'suites/fsstress.sh' },
      'suites/iozone': { workunit: 'suites/iozone.sh' },
      'fs/snaps': { workunit: 'fs/snaps/untar_snap_rm.sh' },
    },
  },
];

const rgw: SubSuite[] = [
  {
    name: 'rgw/verify',
    weight: 60,
    nodes: 2,
    workload: 'tasks',
    facets: [
      ['', ['0-install']],
      ['clusters', ['fixed-2']],
      ['datacache', ['no_datacache', 'rgw-datacache']],
      ['frontend', ['beast']],
      messengerFailures,
      objectstore,
      ['', ['overrides']],
      ['proto', ['http', 'https']],
      ['rgw_pool_type', ['ec', 'ec-profile', 'replicated']],
      ['sharding$', ['{default}', '{single}']],
      ['striping$', ['{stripe-equals-chunk}', '{stripe-greater-than-chunk}']],
      distro,
      ['validater', ['lockdep', 'valgrind']],
    ],
    works: {
      '{cls ragweed reshard s3tests-java versioning}': { workunit: 'rgw/run-reshard.sh' },
      s3tests: { s3tests: true },
    },
  },
  {
    name: 'rgw/crypt',
    weight: 40,
    nodes: 1,
    workload: '4-tests',
    facets: [
      ['0-cluster', ['fixed-1']],
      ['1-ceph-install', ['install']],
      ['2-kms', ['barbican', 'kmip', 'vault_transit']],
      ['3-rgw', ['rgw']],
      distro,
    ],
    works: { '{s3tests}': { s3tests: true } },
  },
];

const rbd: SubSuite[] = [
  {
    name: 'rbd/librbd',
    weight: 60,
    nodes: 3,
    workload: 'workloads',
    facets: [
      ['cache', ['none', 'writearound', 'writeback']],
      ['clusters', ['{fixed-3 openstack}']],
      ['conf', ['{disable-pool-app}']],
      ['min-compat-client', ['default', 'octopus']],
      messengerFailures,
      objectstore,
      ['pool', ['ec-data-pool', 'none', 'small-cache-pool']],
      distro,
    ],
    works: {
      c_api_tests: { workunit: 'rbd/test_librbd.sh' },
      python_api_tests: { workunit: 'rbd/test_librbd_python.sh' },
      rbd_fio: { bench: true },
      fsx: {},
    },
  },
  {
    name: 'rbd/cli',
    weight: 40,
    nodes: 1,
    workload: 'workloads',
    facets: [
      ['', ['base/install']],
      ['clusters', ['{fixed-1 openstack}']],
      ['features', ['defaults', 'journaling']],
      ['msgr-failures', ['few']],
      objectstore,
      ['pool', ['ec-data-pool', 'none', 'replicated-data-pool']],
      distro,
    ],
    works: {
      rbd_cli_generic: { workunit: 'rbd/cli_generic.sh' },
      rbd_cli_groups: { workunit: 'rbd/rbd_groups.sh' },
      rbd_cli_import_export: { workunit: 'rbd/import_export.sh' },
      rbd_cli_migration: { workunit: 'rbd/cli_migration.sh' },
    },
  },
];

const cephadm: SubSuite[] = [
  {
    name: 'orch:cephadm/smoke-roleless',
    weight: 45,
    nodes: 2,
    workload: '2-services',
    facets: [distroAll, ['', ['1-start']], ['', ['3-final']]],
    works: {
      'client-keyring': {},
      iscsi: {},
      jaeger: {},
      'nfs-ingress': {},
      'nfs-keepalive-only': {},
      nvmeof: {},
      'rgw-ingress': {},
    },
  },
  {
    name: 'orch:cephadm/workunits',
    weight: 55,
    nodes: 1,
    workload: 'task',
    facets: [distroAll, ['agent', ['off', 'on']], election],
    works: {
      test_adoption: { workunit: 'cephadm/test_adoption.sh' },
      test_cephadm: { workunit: 'cephadm/test_cephadm.sh' },
      test_iscsi_container: { workunit: 'cephadm/test_iscsi_setup.sh' },
      test_monitoring_stack_basic: {},
      test_rgw_multisite: {},
    },
  },
];

const others: Record<string, SubSuite[]> = {
  smoke: [
    {
      name: 'smoke/basic',
      weight: 1,
      nodes: 3,
      workload: 'tasks/test',
      facets: [
        ['clusters', ['{fixed-3-cephfs openstack}']],
        ['objectstore', ['bluestore-bitmap']],
        distro,
        ['tasks', ['0-install']],
      ],
      works: {
        cfuse_workunit_suites_pjd: { workunit: 'suites/pjd.sh' },
        rados_api_tests: { workunit: 'rados/test.sh' },
        rados_bench: { bench: true },
        rados_ec_snaps: erasure,
        rbd_cli_import_export: { workunit: 'rbd/import_export.sh' },
        rgw_ec_s3tests: { s3tests: true },
      },
    },
  ],
  'upgrade:reef-x': [
    {
      name: 'upgrade:reef-x/stress-split',
      weight: 1,
      nodes: 4,
      thrashes: true,
      workload: '3-stress-tasks',
      facets: [
        distroAll,
        ['', ['0-roles']],
        ['', ['1-start']],
        ['2-first-half-tasks', ['radosbench', 'rbd-import-export', 'readwrite']],
        ['4-second-half-tasks', ['radosbench', 'rbd-import-export']],
        election,
      ],
      works: {
        '{radosbench rbd-cls rbd-import-export rbd_api readwrite snaps-few-objects}': {
          workunit: 'rbd/test_librbd.sh',
        },
      },
    },
  ],
};

/** The parts of every suite, by suite name. */
export const suites: Readonly<Record<string, readonly SubSuite[]>> = {
  rados,
  'crimson-rados': crimsonRados,
  fs,
  rgw,
  rbd,
  'orch:cephadm': cephadm,
  ...others,
};
