/**
 * Replaces what varies between two failures of the same cause. The order matters: long shapes come first. Masking takes linear time: every
 * repetition is bounded or followed by something it cannot match, and none starts where another has already matched.
 */
const masks: [RegExp, string][] = [
  [/\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/gi, '<uuid>'],
  // A run, `user-2026-11-20_12:00:00-suite-…`; the part before the date is a user.
  [/(?<![\w.-])[\w.-]{1,40}?-\d{4}-\d\d-\d\d_\d\d:\d\d:\d\d-[\w.:-]+/g, '<run>'],
  [/\b\d{4}-\d\d-\d\d[T _]\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z\b|[+-]\d\d:?\d\d\b)?/g, '<time>'],
  [/\b\d{4}-\d\d-\d\d\b/g, '<time>'],
  [/\b\d{9,10}\.\d{1,9}(?::\d{1,9})?\b/g, '<time>'],
  [/(?<![\w:.])\d{1,2}:\d\d:\d\d(?:\.\d{1,9})?(?![\w:])/g, '<time>'],
  [/(https?:\/\/[^\s'"?\\]{1,120})\?[^\s'"\\]*/g, '$1?…'],
  [/\/\/[^\s/@'"]{1,80}@/g, '//'],
  [/\b(secret|password|passwd|token)(["']?[=:] ?["']?)[^\s'",;]{1,200}/gi, '$1$2<token>'],
  [/\bAQ[\w+/]{30,80}={0,2}/g, '<token>'],
  [/\beyJ[\w.-]{20,}/g, '<token>'],
  // An object: `soid 2:8007ad8d:::name:head`.
  [/\bsoid \S+/g, 'soid <object>'],
  [/(?<![\w:])-?\d{1,9}:[0-9a-f]{8}:[^\s'",()]*/g, '<object>'],
  [/(\/home\/)\w{1,40}\/src\/[^\s/'"]+/g, '$1<user>/src'],
  // The directory in which the product was built; the path below `src` is the same everywhere.
  [/(?<![\w.])(?:\/[\w.+~@-]{1,80}){1,12}\/src\/(?=[a-z]\w)/g, 'src/'],
  // In a path below a test directory, only the name of a file matters.
  [
    /\/home\/\w{1,40}\/cephtest[^\s'",;)\]]*?(\/[\w.-]{1,60}\.(?:sh|py|ya?ml|conf|cfg|log|xml|json|monmap|keyring))?(?=[\s'",:;)\]]|$)/g,
    '<path>$1',
  ],
  [/(?<![\w.])\/tmp\/[^\s'",:;)]*/g, '<path>'],
  [/\/var\/(?:log|lib|run)\/ceph\/<uuid>/g, '<path>'],
  [/(\/home\/)(?!<)\w{1,40}(?=[/\s'",]|$)/g, '$1<user>'],
  [/\bclone\.client\.\d+\//g, ''],
  [/\b(teuthology_|ceph-c_)[0-9a-f]{7,40}\b/g, '$1<sha1>'],
  // The tag of an image, `quay.io/ceph-ci/ceph:<tag>` or `@sha256:<digest>`, and the branch and build in a path of a build server.
  [
    /((?<![\w.-])(?:[\w-]{1,40}\.){1,6}[a-z]{2,10}(?::\d{1,5})?(?:\/[\w-][\w.-]{0,60}){1,4})(?:@sha256)?:[\w.-]+/g,
    '$1:<tag>',
  ],
  [/(\/r\/[\w-]{1,40}\/)[^\s/'"]{1,100}\/[0-9a-f]{40}(?=\/)/g, '$1<branch>/<sha1>'],
  [/\bwip-[\w.-]+/g, '<branch>'],
  [/\b(Branch |branch=)'[^']{1,100}'/g, '$1<branch>'],
  // The version of a package, `17.2.5-240-g1a2b3c4d-1focal`; the name of the package is kept.
  [/(?<=[\w+]=)(?:\d{1,3}:)?\d{1,8}\.[\w.:~+-]+/g, '<version>'],
  [/(?<![\w.])v?\d{1,3}(?:\.\d{1,6}){2}[\w.~+]{0,20}-\d[\w.~+-]*/g, '<version>'],
  [/-g[0-9a-f]{7,40}\b/g, '-g<sha1>'],
  [/(?<![\w:.])\[?(?:[0-9a-f]{1,4}:){7}[0-9a-f]{1,4}\]?(?::\d{1,5})?(?:\/\d+)?(?![\w:])/gi, '<ip>'],
  [
    /(?<![\w:.])\[?(?=[a-f:]{0,39}\d)[0-9a-f]{1,4}(?::[0-9a-f]{1,4}){0,6}::(?:[0-9a-f]{1,4}(?::[0-9a-f]{1,4}){0,6})?\]?(?![\w:])(?::\d{1,5})?(?:\/\d+)?/gi,
    '<ip>',
  ],
  [/(?<![\w.])\d{1,3}(?:\.\d{1,3}){3}(?:[:/]\d{1,10}){0,2}(?![\w.]*\w)/g, '<ip>'],
  [/\[?v[12]:<ip>(?:,v[12]:<ip>)?\]?/g, '<ip>'],
];

/** Names of machines in labs. Other words that end in a number are masked only where a host is expected. */
const machines =
  /(?<![\w.])(?:\w{1,32}@)?(?:(?:smithi|mira|plana|gibba|trial|vpm|target|burnupi|magna|folio|senta|ovh|ip|host|node|vm|irvingi|soko|saya|teuthology|reesi|adami|incerta|dubia|apama|pluto|rex|bruuni|ivan|o)-?\d{1,15}|(?:ip|target|vpm|ovh|ubuntu|host|node|vm)(?:-[\w]{1,20}){0,4}-\d{1,15})(?:-\d{1,5}){0,4}(?:\.[a-z][\w-]{0,40}){0,6}(?![\w-])/gi;
/** A domain name with a number, `a1.front.sepia.ceph.com`, but not the dotted words of a program. */
const domains = /(?<![\w./:@-])(?:\w{1,32}@)?[a-z][a-z0-9-]{0,40}(?:\.[a-z][a-z0-9-]{0,40}){1,6}(?![\w.-]|\()/gi;
const endings = new Set('com net org edu de io internal lab local localdomain lan corp'.split(' '));

/** A word that ends in a number, where a host is expected. */
const positions =
  /(?<=\b(?:on|to|from|of|host|node|machine|remote|at|lock|for|with) ['"]?)(?!(?:sha|md|utf|u?int|python|py|centos|rhel|ubuntu|debian|el|ext|crc|aes|rsa|tls|win|ipv|stage|test|[bs])\d)(?:\w{1,32}@)?[a-z][a-z-]{2,20}\d{2,15}(?:\.[a-z][\w-]{0,40}){0,6}(?=['"]?(?:[\s,.:;!)\]]|'s\b|$))/g;

/** Daemons keep their type. `mds.a.smithi005.lvnvyk` is a daemon; `tasks.mgr.dashboard` and `/mgr.py` are not. */
const daemons =
  /(?<![\w./])((?:ceph-)?(?:osd|mon|mds|mgr|client|rgw|nfs|iscsi|crash|rbd-mirror|cephfs-mirror|nvmeof|ceph-exporter|node-exporter|prometheus|grafana|alertmanager|loki|promtail|haproxy|keepalived|agent|ingress|jaeger-\w{1,12}))\.(?!(?:log|py|conf|cc|h|io|ya?ml|sh|asok|service|target|ini)\b)(?:<host>|[\w*-])(?:<host>|[\w.*-]){0,80}/g;

const numbers: [RegExp, string][] = [
  [/(?<=\/(?:ceph-)?)(osd|mon|mds|mgr|client)\.(?:[a-z]|\d{1,9})(?!\w)/g, '$1.<id>'],
  [/(?<=<uuid>[-@])(osd|mon|mds|mgr|rgw|client)-[\w.<>-]{1,80}/g, '$1-<id>'],
  [/ -i (?:\d{1,9}|[a-z])(?=\s|$)/g, ' -i <id>'],
  [/\/dev\/(?:sd[a-z]{1,2}|vd[a-z]|nvme\d{1,3}n\d{1,3}p?|loop|rbd|nbd|dm-)\d{0,3}(?!\w)/g, '/dev/<device>'],
  [/(?<![\w.])e\d{1,9}(?![\w.])/g, 'e<n>'],
  [
    /\b(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) )?(?:\d{1,2} )?(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) {1,2}(?:\d{1,2} )?(?=<time>)/g,
    '',
  ],
  [/\bkworker\/[\w:]{1,20}/g, 'kworker'],
  [/\bv\d{1,2}_\d{1,2}_\d{1,2}::/g, ''],
  [/\[\d+(?:, ?\d+)*\]/g, '<list>'],
  [/\bshard \d+\(\d+\)/g, 'shard <n>'],
  [/\b0x[0-9a-f]+\b/gi, '<hex>'],
  // A hexadecimal id counts as a number, because some ids happen to have no letters.
  [/(?<![0-9a-z])(?=[a-f]{0,40}\d)[0-9a-f]{7,128}(?![0-9a-z])/gi, '<n>'],
  [/(?<![\w.])\d+\.\d*[a-f][0-9a-f]*(?:s\d+)?(?![\w.]*\w)/g, '<n>'],
  [/(?<=\bpgs? )\d+\.[0-9a-f]+(?:s\d+)?/g, '<n>'],
  [
    /(?<![\w.])\d+\.[0-9a-f]+(?:s\d+)?(?= (?:shard|scrub|deep-scrub|repair|missing|soid|required|full-object)\b)/g,
    '<n>',
  ],
  [
    /\b((?:unique_|cephfs_|test-)?(?:pool|image|vol|obj|object|snap|bucket|file|dir|rank|mnt|session|subvol|subvolume|group|clone|tmp|ns|lv|vg|dev|disk|gw|rack)[_.-]?)\d+\b/g,
    '$1<n>',
  ],
  [/(?<=(?:client|mnt|osd|foo|bar|node|host)\.)\d+\b/gi, '<n>'],
  [/(?<=[a-z]\.)\d+(?=\.(?:log|conf|cfg|asok|pid|yaml)\b)/gi, '<n>'],
  [/#\d+/g, '#<n>'],
  // Keep numbers that are codes, such as error numbers and exit statuses, and keep units.
  [
    /(?<![\w.])(?<!\b(?:errno|status|code|rc|ret|retval|exit|signal|error|returned|HTTP|HTTP\/1\.1)[ :=(]{1,3}-?|\br ?= ?-?)-?\d+(?:\.\d+)*(?!\d)(?=(?:[smhkMGTB]|ms|us|ns|[KMGTk]i?B|min|sec|secs|hours?|th|x)?(?![\w.]*[a-z]))(?! {1,2}(?:Server Error|Client Error|Not Found|Forbidden|Unauthorized|Bad |Gateway |Internal |Service Un))/gi,
    '<n>',
  ],
];

/** Masks everything that does not identify a cause: hosts, times, addresses, ids, paths and numbers. */
export function maskNoise(text: string): string {
  const named = mask(text.slice(0, 2000), masks);
  const hosts = [machines, positions].reduce(
    (masked, pattern) => masked.replace(pattern, '<host>'),
    named.replace(domains, (name) => (isHost(name.split('.')) ? '<host>' : name)),
  );
  const typed = hosts.replace(/\b(daemon) [a-z](?=[\s,])/g, '$1 <id>').replace(daemons, '$1.<id>');
  return mask(typed, numbers).replace(/(?:\[|\{|\()[^[\]{}()]*, [^[\]{}()]*[\]})]/g, sortedList);
}

function isHost(parts: string[]): boolean {
  return /\d/.test(parts[0] as string) && endings.has((parts.at(-1) as string).toLowerCase());
}

function mask(text: string, list: readonly [RegExp, string][]): string {
  return list.reduce((masked, [pattern, other]) => masked.replace(pattern, other), text);
}

/** The order of a list or set of words is irrelevant, so it is sorted. The order of a signature such as `(self, x)` is kept. */
function sortedList(list: string): string {
  if (list.startsWith('(')) return list;
  const items = new Set(list.slice(1, -1).split(/, ?/));
  return `${list[0]}${[...items].sort().join(', ')}${list.at(-1)}`;
}
