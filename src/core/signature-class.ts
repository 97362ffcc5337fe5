/** The kinds and classes of causes: what sort of failure it is, and what is at fault. */

/** The kinds of causes. */
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

/** One of `signatureKinds`. */
export type SignatureKind = (typeof signatureKinds)[number];

/**
 * `product`: the software under test or one of its tests; `infra`: certainly the lab; `support`: the lab, if other branches were hit at the same
 * time or a node is suspect; `unclear`: everything else.
 */
export const causeClasses = ['product', 'infra', 'support', 'unclear'] as const;
/** One of `causeClasses`. */
export type CauseClass = (typeof causeClasses)[number];

/** Servers from which labs build and install software or to which they report, recognized by a word in their names. */
const server =
  /(?:(?:https?|docker):\/\/|host=['"]?)[\w.@:-]{0,60}(?:shaman|chacra|pulp|quay|docker|registry|container|gitbuilder|paddles|download|build|git|pypi|pythonhosted|mirror|archive|ubuntu\.com|debian\.org|centos|fedora|epel|koji|repo|jenkins|packages|\bapt\b|yum|results)/i;

const certain: RegExp[] = [
  /^(?:Failed to|Could not|Unable to) (?:reconnect to |connect to (?:\w{1,32}@)?[a-z][\w-]{1,60}\d\b)|^Failed to (?:power|reboot) /i,
  // A machine. Daemons can also fail to come up, but their name is not directly followed by a number.
  /^(?:\w{1,32}@|host |node |machine )?[a-z][a-z-]{0,40}\d{1,12}(?:\.[\w.-]{1,100})? did not come (?:up|back)|\blogin prompt from\b/i,
  /^SSH |SSH session|SSH protocol banner|^Server connection dropped|^Authentication failed\.?$|^No existing session|^EOF during negotiation|Unable to connect to port 22\b|\bport 22: |^Host key for server|^Timeout opening channel|^Socket exception/,
  /read lock status|machines are available|machine locking|\block server\b|^Stale (?!file|NFS|caps|session)|\bReimage of |\breimag(?:e|ing)\b/i,
  /\b(?:fog|maas|ipmi|ipmitool|libvirt|libcloud|openstack|downburst|virtual machine)\b/i,
  /^(?:Unable to find the server at|Packages for (?:os_type|distro)|Scheduling \S{1,200} failed: Packages for)/,
  /\bgit (?:clone|fetch|ls-remote|pull)\b|fatal: unable to access|fatal: could not (?:read|fetch)|^Cloning into|^Failed to clone /,
  /(?<![\w/.-])(?:apt|apt-get|yum|dnf|zypper)(?![\w/.])|^Error: Package: |^E: [A-Z]/,
  // Actions that are retried until they succeed.
  /^tries: .{0,200}\b(?:ssh|ssh_keyscan|power (?:on|off|cycle)|wait_for_login|login prompt|console|reconnect|unlock|unlock_many|lock_many|update lock|inventory|sentinel|reboot)\b/,
];

const unanswered =
  /\b5\d\d (?:Server Error|Bad Gateway|Service|Gateway|Internal)|HTTP(?: Error)? 5\d\d|HTTPS?ConnectionPool|Max retries exceeded|establish a new connection|Connection (?:refused|reset|aborted|timed out)|Name or service not known|Temporary failure in name resolution|Network is unreachable|urlopen error|timed out/i;

/** Whether a text names a failure that is certainly the fault of the lab. */
export function infraIn(text: string): boolean {
  const beginning = text.slice(0, 2000);
  return certain.some((pattern) => pattern.test(beginning)) || (unanswered.test(beginning) && server.test(beginning));
}

const packages =
  /^(?:.{0,100}(?:&& |; |\|\| )(?:sudo (?:[A-Z_]{1,40}=\S{1,80} )?)?)?(?:apt|apt-get|yum|dnf|zypper|git (?:clone|fetch|ls-remote|pull)|ipmitool)(?= |$)/;
const fetches = /^(?:wget|curl)\b.* → status (?:4|5|6|7|8|22|28|35|52|56)$/;
const pulls = /\b(?:podman|docker|cephadm)\b.{0,60} pull\b|^pull\b/;
const imagePull = /initializing source docker:|manifest unknown|\bpulling image\b|Trying to pull /;
const maybe = /\[?Errno (?:28|104|113)\b|No space left on device|No route to host|Connection reset by peer/;

/** The class of a cause. It depends only on the kind and title, so a cause has the same class everywhere. */
export function classOf({ kind, title }: { kind: SignatureKind; title: string }): CauseClass {
  if (kind === 'crash' || kind === 'clusterlog' || kind === 'test') return 'product';
  if (kind === 'infra') return 'infra';
  if (kind === 'dead' || title === 'hit max job timeout') return 'support';
  if (kind === 'command' || kind === 'timeout') return commandClass(title);
  if (kind === 'ansible') return ansibleClass(title);
  return maybe.test(title) || imagePull.test(title) ? 'support' : 'unclear';
}

function commandClass(title: string): CauseClass {
  if (/^(?:timeout running )?(?:workunit test |ceph_test_|unittest_|[^'→]{0,60}\btests?\b against )/.test(title))
    return 'product';
  if (packages.test(title) || /\/dpkg\/lock/.test(title) || (fetches.test(title) && server.test(title))) return 'infra';
  return pulls.test(title) || maybe.test(title) || imagePull.test(title) ? 'support' : 'unclear';
}

function ansibleClass(title: string): CauseClass {
  if (
    /\b(?:apt|apt-get|yum|dnf|zypper|repo|repos|repository|repomd\.xml|Depsolve|rpm|dpkg|packages?|git)\b/i.test(title)
  )
    return 'infra';
  return infraIn(title) ? 'infra' : maybe.test(title) ? 'support' : 'unclear';
}
