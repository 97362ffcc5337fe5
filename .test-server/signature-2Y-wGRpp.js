import { r as expiryTitle } from "./expiry-Bid1olVd.js";
// src/core/case-names.ts
/**
* Names of test cases. A name says which case it is, so nothing of it is left out: neither numbers, nor paths, nor parameters. Runners write it in
* other ways on their output than in the document of their results; here it is always that of the document, `test_x (tasks.y.TestZ)`.
*/
/** The name of a case as documents have it, whichever way it is written. */
function caseTitle(name) {
	const twice = /^([^\s(),]{1,500}) \(([\w.:-]{1,500})\.([\w-]{1,500})\)$/.exec(name);
	if (twice && twice[1] === twice[3]) return `${twice[1]} (${twice[2]})`;
	const parameters = name.endsWith("]") ? name.indexOf("[") : -1;
	const head = parameters < 0 ? name : name.slice(0, parameters);
	const at = Math.max(head.lastIndexOf("."), head.lastIndexOf(":"));
	if (at <= 0) return name;
	const [place, own] = [head.slice(0, at), head.slice(at + 1)];
	const isInFile = /\.py:[\w:]*$/.test(place);
	const isInModule = /^[\w.:-]+$/.test(place) && own.toLowerCase().startsWith("test");
	if (!/^\w+$/.test(own) || !(isInFile || isInModule)) return name;
	const module = place.replace(/\.py(?=:)/, "").replaceAll(/[/:]+/g, ".");
	return `${own}${name.slice(head.length)} (${module.replace(/\.$/, "")})`;
}
/** The failed cases that a text is about which begins as a runner of tests prints them; none for other texts. */
function casesIn(text) {
	for (const shape of shapes) {
		const names = shape(text);
		if (names.length > 0) return [...new Set(names.map(caseTitle))].sort();
	}
	return [];
}
/** The failed cases that a reason names, wherever it does. */
function casesNamed(reason) {
	const unit = /(?:FAILURE|ERROR): Test `([^`]{1,200})` of `([^`]{1,200})`/.exec(reason);
	return unit ? [caseTitle(`${unit[1]} (${unit[2]})`)] : casesIn(reason);
}
var shapes = [
	python,
	gtest,
	pytest,
	nose,
	go,
	tap
];
/** `Test failure: test_x (tasks.y.Z), …`, `FAIL: test_x (tasks.y.Z)`, `test_x (tasks.y.Z) ... ERROR`. */
function python(text) {
	const [line = ""] = text.split("\n", 1);
	const said = /^(Test failure|FAIL|ERROR): (?=[^\s(]{1,500} ?\()/.exec(line);
	if (!said && !/^[^\s()]{1,500} \([\w.:-]{1,500}\) \.\.\. (?:ERROR|FAIL)/.test(line)) return [];
	const names = [...line.slice(said?.[0].length ?? 0).matchAll(/(?<![^\s(),])([^\s(),]{1,500}) ?\(([\w.:-]{1,500})\)/g)].map(([, name, place]) => `${name} (${place})`);
	return said?.[1] === "Test failure" ? names : names.slice(0, 1);
}
/** `[  FAILED  ] Suite.Case (3 ms)`. */
function gtest(text) {
	const found = /^\[ {1,4}FAILED {1,4}\] ([\w/]{1,500})\.([\w/]{1,500})/.exec(text);
	return found ? [`${found[2]} (${found[1]})`] : [];
}
/** `FAILED tests/test_x.py::TestZ::test_y[parameters] - message`. */
function pytest(text) {
	const found = /^(?:FAIL|FAILED|ERROR):?\s{1,4}([\w./-]{1,500}\.py(?:::\w{1,200}){1,9})(\[.*)?/.exec(text);
	if (!found) return [];
	const [, name = "", rest = ""] = found;
	const message = rest.indexOf("] - ");
	return [`${name}${rest.slice(0, (message < 0 ? rest.lastIndexOf("]") : message) + 1)}`];
}
/** `FAIL: tests.test_x.test_y`, `tests.test_x.test_y ... ERROR`. */
function nose(text) {
	const found = /^(?:FAIL|FAILED|ERROR):? ([\w./:-]{1,500}[.:]test\S{1,500})/.exec(text) ?? /^([\w.:-]{1,500}) \.\.\. (?:ERROR|FAIL)/.exec(text);
	return found ? [found[1]] : [];
}
/** `--- FAIL: TestX/part (0.00s)`. */
function go(text) {
	const found = /^--- FAIL: (\w\S{0,400})/.exec(text);
	return found ? [found[1]] : [];
}
/** `not ok 3 - what it does`. */
function tap(text) {
	const found = /^not ok \d{1,6}(?: -)? ([^#\n]{1,400})/.exec(text);
	return found ? [found[1]?.trim()].filter((name) => name !== "") : [];
}
// src/core/signature-class.ts
/**
* `product`: the software under test or a test of it; `infra`: the lab, for certain; `support`: the lab, if other branches were hit
* at the same time or a node is suspect; `unclear`: everything else.
*/
var causeClasses = [
	"product",
	"infra",
	"support",
	"unclear"
];
/** Servers that labs build, install and report with, by a word of their names. */
var server = /(?:(?:https?|docker):\/\/|host=['"]?)[\w.@:-]{0,60}(?:shaman|chacra|pulp|quay|docker|registry|container|gitbuilder|paddles|download|build|git|pypi|pythonhosted|mirror|archive|ubuntu\.com|debian\.org|centos|fedora|epel|koji|repo|jenkins|packages|\bapt\b|yum|results)/i;
var certain = [
	/^(?:Failed to|Could not|Unable to) (?:reconnect to |connect to (?:\w{1,32}@)?[a-z][\w-]{1,60}\d\b)|^Failed to (?:power|reboot) /i,
	/^(?:\w{1,32}@|host |node |machine )?[a-z][a-z-]{0,40}\d{1,12}(?:\.[\w.-]{1,100})? did not come (?:up|back)|\blogin prompt from\b/i,
	/^SSH |SSH session|SSH protocol banner|^Server connection dropped|^Authentication failed\.?$|^No existing session|^EOF during negotiation|Unable to connect to port 22\b|\bport 22: |^Host key for server|^Timeout opening channel|^Socket exception/,
	/read lock status|machines are available|machine locking|\block server\b|^Stale (?!file|NFS|caps|session)|\bReimage of |\breimag(?:e|ing)\b/i,
	/\b(?:fog|maas|ipmi|ipmitool|libvirt|libcloud|openstack|downburst|virtual machine)\b/i,
	/^(?:Unable to find the server at|Packages for (?:os_type|distro)|Scheduling \S{1,200} failed: Packages for)/,
	/\bgit (?:clone|fetch|ls-remote|pull)\b|fatal: unable to access|fatal: could not (?:read|fetch)|^Cloning into|^Failed to clone /,
	/(?<![\w/.-])(?:apt|apt-get|yum|dnf|zypper)(?![\w/.])|^Error: Package: |^E: [A-Z]/,
	/^tries: .{0,200}\b(?:ssh|ssh_keyscan|power (?:on|off|cycle)|wait_for_login|login prompt|console|reconnect|unlock|unlock_many|lock_many|update lock|inventory|sentinel|reboot)\b/
];
var unanswered = /\b5\d\d (?:Server Error|Bad Gateway|Service|Gateway|Internal)|HTTP(?: Error)? 5\d\d|HTTPS?ConnectionPool|Max retries exceeded|establish a new connection|Connection (?:refused|reset|aborted|timed out)|Name or service not known|Temporary failure in name resolution|Network is unreachable|urlopen error|timed out/i;
/** Whether a text names something of the lab that failed for certain. */
function infraIn(text) {
	const beginning = text.slice(0, 2e3);
	return certain.some((pattern) => pattern.test(beginning)) || unanswered.test(beginning) && server.test(beginning);
}
var packages = /^(?:.{0,100}(?:&& |; |\|\| )(?:sudo (?:[A-Z_]{1,40}=\S{1,80} )?)?)?(?:apt|apt-get|yum|dnf|zypper|git (?:clone|fetch|ls-remote|pull)|ipmitool)(?= |$)/;
var fetches = /^(?:wget|curl)\b.* → status (?:4|5|6|7|8|22|28|35|52|56)$/;
var pulls = /\b(?:podman|docker|cephadm)\b.{0,60} pull\b|^pull\b/;
var imagePull = /initializing source docker:|manifest unknown|\bpulling image\b|Trying to pull /;
var maybe = /\[?Errno (?:28|104|113)\b|No space left on device|No route to host|Connection reset by peer/;
/** The class of a cause, by its kind and title alone: it is the same wherever the cause is met. */
function classOf({ kind, title }) {
	if (kind === "crash" || kind === "clusterlog" || kind === "test") return "product";
	if (kind === "infra") return "infra";
	if (kind === "dead" || title === "hit max job timeout") return "support";
	if (kind === "command" || kind === "timeout") return commandClass(title);
	if (kind === "ansible") return ansibleClass(title);
	return maybe.test(title) || imagePull.test(title) ? "support" : "unclear";
}
function commandClass(title) {
	if (/^(?:timeout running )?(?:workunit test |ceph_test_|unittest_|[^'→]{0,60}\btests?\b against )/.test(title)) return "product";
	if (packages.test(title) || /\/dpkg\/lock/.test(title) || fetches.test(title) && server.test(title)) return "infra";
	return pulls.test(title) || maybe.test(title) || imagePull.test(title) ? "support" : "unclear";
}
function ansibleClass(title) {
	if (/\b(?:apt|apt-get|yum|dnf|zypper|repo|repos|repository|repomd\.xml|Depsolve|rpm|dpkg|packages?|git)\b/i.test(title)) return "infra";
	return infraIn(title) ? "infra" : maybe.test(title) ? "support" : "unclear";
}
// src/core/signature-cut.ts
/** Cuts a title at a word; a hash of the rest keeps two long ones apart. */
function cutTitle(title, longest) {
	const line = title.toWellFormed().replace(/[\x00-\x1f\x7f\s]+/g, " ").trim();
	if (line.length <= longest) return line;
	const space = line.lastIndexOf(" ", longest - 10);
	const at = space > longest / 2 ? space : longest - 10;
	return `${line.slice(0, at).trimEnd()} …${hashOf(line.slice(at)).slice(0, 6)}`.toWellFormed();
}
/** cyrb53, of which 8 hexadecimal digits: 10,000 causes collide once in a hundred databases. */
function hashOf(text) {
	let [a, b] = [3735928559, 1103547991];
	for (let index = 0; index < text.length; index++) {
		const code = text.charCodeAt(index);
		a = Math.imul(a ^ code, 2654435761);
		b = Math.imul(b ^ code, 1597334677);
	}
	a = Math.imul(a ^ a >>> 16, 2246822507) ^ Math.imul(b ^ b >>> 13, 3266489909);
	return (a >>> 0).toString(16).padStart(8, "0");
}
// src/core/signature-mask.ts
/**
* What differs between two failures of the same cause; the order matters, long shapes first. Every repetition is bounded or
* followed by what it cannot match itself, and none starts where another has passed: a long text costs linear time.
*/
var masks = [
	[/\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/gi, "<uuid>"],
	[/(?<![\w.-])[\w.-]{1,40}?-\d{4}-\d\d-\d\d_\d\d:\d\d:\d\d-[\w.:-]+/g, "<run>"],
	[/\b\d{4}-\d\d-\d\d[T _]\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z\b|[+-]\d\d:?\d\d\b)?/g, "<time>"],
	[/\b\d{4}-\d\d-\d\d\b/g, "<time>"],
	[/\b\d{9,10}\.\d{1,9}(?::\d{1,9})?\b/g, "<time>"],
	[/(?<![\w:.])\d{1,2}:\d\d:\d\d(?:\.\d{1,9})?(?![\w:])/g, "<time>"],
	[/(https?:\/\/[^\s'"?\\]{1,120})\?[^\s'"\\]*/g, "$1?…"],
	[/\/\/[^\s/@'"]{1,80}@/g, "//"],
	[/\b(secret|password|passwd|token)(["']?[=:] ?["']?)[^\s'",;]{1,200}/gi, "$1$2<token>"],
	[/\bAQ[\w+/]{30,80}={0,2}/g, "<token>"],
	[/\beyJ[\w.-]{20,}/g, "<token>"],
	[/\bsoid \S+/g, "soid <object>"],
	[/(?<![\w:])-?\d{1,9}:[0-9a-f]{8}:[^\s'",()]*/g, "<object>"],
	[/(\/home\/)\w{1,40}\/src\/[^\s/'"]+/g, "$1<user>/src"],
	[/(?<![\w.])(?:\/[\w.+~@-]{1,80}){1,12}\/src\/(?=[a-z]\w)/g, "src/"],
	[/\/home\/\w{1,40}\/cephtest[^\s'",;)\]]*?(\/[\w.-]{1,60}\.(?:sh|py|ya?ml|conf|cfg|log|xml|json|monmap|keyring))?(?=[\s'",:;)\]]|$)/g, "<path>$1"],
	[/(?<![\w.])\/tmp\/[^\s'",:;)]*/g, "<path>"],
	[/\/var\/(?:log|lib|run)\/ceph\/<uuid>/g, "<path>"],
	[/(\/home\/)(?!<)\w{1,40}(?=[/\s'",]|$)/g, "$1<user>"],
	[/\bclone\.client\.\d+\//g, ""],
	[/\b(teuthology_|ceph-c_)[0-9a-f]{7,40}\b/g, "$1<sha1>"],
	[/((?<![\w.-])(?:[\w-]{1,40}\.){1,6}[a-z]{2,10}(?::\d{1,5})?(?:\/[\w-][\w.-]{0,60}){1,4})(?:@sha256)?:[\w.-]+/g, "$1:<tag>"],
	[/(\/r\/[\w-]{1,40}\/)[^\s/'"]{1,100}\/[0-9a-f]{40}(?=\/)/g, "$1<branch>/<sha1>"],
	[/\bwip-[\w.-]+/g, "<branch>"],
	[/\b(Branch |branch=)'[^']{1,100}'/g, "$1<branch>"],
	[/(?<=[\w+]=)(?:\d{1,3}:)?\d{1,8}\.[\w.:~+-]+/g, "<version>"],
	[/(?<![\w.])v?\d{1,3}(?:\.\d{1,6}){2}[\w.~+]{0,20}-\d[\w.~+-]*/g, "<version>"],
	[/-g[0-9a-f]{7,40}\b/g, "-g<sha1>"],
	[/(?<![\w:.])\[?(?:[0-9a-f]{1,4}:){7}[0-9a-f]{1,4}\]?(?::\d{1,5})?(?:\/\d+)?(?![\w:])/gi, "<ip>"],
	[/(?<![\w:.])\[?(?=[a-f:]{0,39}\d)[0-9a-f]{1,4}(?::[0-9a-f]{1,4}){0,6}::(?:[0-9a-f]{1,4}(?::[0-9a-f]{1,4}){0,6})?\]?(?![\w:])(?::\d{1,5})?(?:\/\d+)?/gi, "<ip>"],
	[/(?<![\w.])\d{1,3}(?:\.\d{1,3}){3}(?:[:/]\d{1,10}){0,2}(?![\w.]*\w)/g, "<ip>"],
	[/\[?v[12]:<ip>(?:,v[12]:<ip>)?\]?/g, "<ip>"]
];
/** Names of a lab's machines. Other words with a number at the end are masked only where a host must stand. */
var machines = /(?<![\w.])(?:\w{1,32}@)?(?:(?:smithi|mira|plana|gibba|trial|vpm|target|burnupi|magna|folio|senta|ovh|ip|host|node|vm|irvingi|soko|saya|teuthology|reesi|adami|incerta|dubia|apama|pluto|rex|bruuni|ivan|o)-?\d{1,15}|(?:ip|target|vpm|ovh|ubuntu|host|node|vm)(?:-[\w]{1,20}){0,4}-\d{1,15})(?:-\d{1,5}){0,4}(?:\.[a-z][\w-]{0,40}){0,6}(?![\w-])/gi;
/** A name with a number in a domain, `a1.front.sepia.ceph.com`; never dotted words of a program. */
var domains = /(?<![\w./:@-])(?:\w{1,32}@)?[a-z][a-z0-9-]{0,40}(?:\.[a-z][a-z0-9-]{0,40}){1,6}(?![\w.-]|\()/gi;
var endings = new Set("com net org edu de io internal lab local localdomain lan corp".split(" "));
/** A word with a number at its end where a host must stand. */
var positions = /(?<=\b(?:on|to|from|of|host|node|machine|remote|at|lock|for|with) ['"]?)(?!(?:sha|md|utf|u?int|python|py|centos|rhel|ubuntu|debian|el|ext|crc|aes|rsa|tls|win|ipv|stage|test|[bs])\d)(?:\w{1,32}@)?[a-z][a-z-]{2,20}\d{2,15}(?:\.[a-z][\w-]{0,40}){0,6}(?=['"]?(?:[\s,.:;!)\]]|'s\b|$))/g;
/** Daemons keep their type. `mds.a.smithi005.lvnvyk` is one, `tasks.mgr.dashboard` and `/mgr.py` are not. */
var daemons = /(?<![\w./])((?:ceph-)?(?:osd|mon|mds|mgr|client|rgw|nfs|iscsi|crash|rbd-mirror|cephfs-mirror|nvmeof|ceph-exporter|node-exporter|prometheus|grafana|alertmanager|loki|promtail|haproxy|keepalived|agent|ingress|jaeger-\w{1,12}))\.(?!(?:log|py|conf|cc|h|io|ya?ml|sh|asok|service|target|ini)\b)(?:<host>|[\w*-])(?:<host>|[\w.*-]){0,80}/g;
var numbers = [
	[/(?<=\/(?:ceph-)?)(osd|mon|mds|mgr|client)\.(?:[a-z]|\d{1,9})(?!\w)/g, "$1.<id>"],
	[/(?<=<uuid>[-@])(osd|mon|mds|mgr|rgw|client)-[\w.<>-]{1,80}/g, "$1-<id>"],
	[/ -i (?:\d{1,9}|[a-z])(?=\s|$)/g, " -i <id>"],
	[/\/dev\/(?:sd[a-z]{1,2}|vd[a-z]|nvme\d{1,3}n\d{1,3}p?|loop|rbd|nbd|dm-)\d{0,3}(?!\w)/g, "/dev/<device>"],
	[/(?<![\w.])e\d{1,9}(?![\w.])/g, "e<n>"],
	[/\b(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) )?(?:\d{1,2} )?(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) {1,2}(?:\d{1,2} )?(?=<time>)/g, ""],
	[/\bkworker\/[\w:]{1,20}/g, "kworker"],
	[/\bv\d{1,2}_\d{1,2}_\d{1,2}::/g, ""],
	[/\[\d+(?:, ?\d+)*\]/g, "<list>"],
	[/\bshard \d+\(\d+\)/g, "shard <n>"],
	[/\b0x[0-9a-f]+\b/gi, "<hex>"],
	[/(?<![0-9a-z])(?=[a-f]{0,40}\d)[0-9a-f]{7,128}(?![0-9a-z])/gi, "<n>"],
	[/(?<![\w.])\d+\.\d*[a-f][0-9a-f]*(?:s\d+)?(?![\w.]*\w)/g, "<n>"],
	[/(?<=\bpgs? )\d+\.[0-9a-f]+(?:s\d+)?/g, "<n>"],
	[/(?<![\w.])\d+\.[0-9a-f]+(?:s\d+)?(?= (?:shard|scrub|deep-scrub|repair|missing|soid|required|full-object)\b)/g, "<n>"],
	[/\b((?:unique_|cephfs_|test-)?(?:pool|image|vol|obj|object|snap|bucket|file|dir|rank|mnt|session|subvol|subvolume|group|clone|tmp|ns|lv|vg|dev|disk|gw|rack)[_.-]?)\d+\b/g, "$1<n>"],
	[/(?<=(?:client|mnt|osd|foo|bar|node|host)\.)\d+\b/gi, "<n>"],
	[/(?<=[a-z]\.)\d+(?=\.(?:log|conf|cfg|asok|pid|yaml)\b)/gi, "<n>"],
	[/#\d+/g, "#<n>"],
	[/(?<![\w.])(?<!\b(?:errno|status|code|rc|ret|retval|exit|signal|error|returned|HTTP|HTTP\/1\.1)[ :=(]{1,3}-?|\br ?= ?-?)-?\d+(?:\.\d+)*(?!\d)(?=(?:[smhkMGTB]|ms|us|ns|[KMGTk]i?B|min|sec|secs|hours?|th|x)?(?![\w.]*[a-z]))(?! {1,2}(?:Server Error|Client Error|Not Found|Forbidden|Unauthorized|Bad |Gateway |Internal |Service Un))/gi, "<n>"]
];
/** A text with everything masked that does not name a cause: hosts, times, addresses, ids, paths, numbers. */
function maskNoise(text) {
	const named = mask(text.slice(0, 2e3), masks);
	return mask([machines, positions].reduce((masked, pattern) => masked.replace(pattern, "<host>"), named.replace(domains, (name) => isHost(name.split(".")) ? "<host>" : name)).replace(/\b(daemon) [a-z](?=[\s,])/g, "$1 <id>").replace(daemons, "$1.<id>"), numbers).replace(/(?:\[|\{|\()[^[\]{}()]*, [^[\]{}()]*[\]})]/g, sortedList);
}
function isHost(parts) {
	return /\d/.test(parts[0]) && endings.has(parts.at(-1).toLowerCase());
}
function mask(text, list) {
	return list.reduce((masked, [pattern, other]) => masked.replace(pattern, other), text);
}
/** A list or set of words says the same in any order; `(self, x)` of a signature has one. */
function sortedList(list) {
	if (list.startsWith("(")) return list;
	const items = new Set(list.slice(1, -1).split(/, ?/));
	return `${list[0]}${[...items].sort().join(", ")}${list.at(-1)}`;
}
// src/core/signature-command.ts
/** The title of a command that failed: what was run, without all that every command of a lab is wrapped into. */
/** Commands are nested about six deep; more turns would only help hostile ones. */
var deepest = 24;
var longestCommand = 110;
/** What stands between a command's quotes: the representation of a Python text or of a list of them. */
function commandTitle(quoted) {
	return cutTitle(maskNoise(nameProgram(unwrap(plainCommand(quoted)))), longestCommand);
}
/** What follows the name of a work unit: it may run the same script with other arguments. */
function scriptArguments(quoted) {
	const script = scriptOf(unwrap(plainCommand(quoted)));
	return script === null ? "" : cutTitle(maskNoise(script.rest), longestCommand);
}
function plainCommand(quoted) {
	const text = quoted.trim();
	if (text.startsWith("[")) return unquote(text.replace(/^\[/, "").replace(/\]$/, "").replace(/(['"]), (['"])/g, " ")).trim();
	return unquote(text);
}
/** Without the quotes around it and the backslashes before those inside. */
function unquote(text) {
	const quote = text[0];
	if (quote !== "'" && quote !== "\"") return text;
	return text.slice(1, text.length > 1 && text.endsWith(quote) ? -1 : void 0).replace(/\\(.)/gs, (_, character) => "nrt".includes(character) ? " " : `${character === "'" || character === "\"" || character === "\\" ? "" : "\\"}${character}`).replace(/\s+/g, " ").trim();
}
/** Words before a command that say how it is run, each with what belongs to it. */
var wrapper = /^(?:sudo(?: -[uU] \S+| -\w+| --)*|adjust-ulimits|ceph-coverage \S+|timeout(?: -[\w=-]+| \d\w*)*|daemon-helper \S+|nsenter(?: -\S+)*|env|exec|stdin-killer(?: --\w+=\S+)*|time|nice(?: -n ?-?\d+)?|ionice(?: -\w+ ?\d?)*|taskset -c \S+|stdbuf(?: -\S+)*|nohup|valgrind(?: --?\S+)*|--|export [A-Za-z_]\w*=\S*;?|[A-Za-z_]\w*=(?:"[^"]*"|'[^']*'|\S*)|\S{0,200}\/coverage)(?:\s+|$)/;
/** Steps that only prepare the next one. */
var preparation = /^(?:mkdir|cd|source|\.|set|export|pushd|ulimit|umask|rm -rf) /;
function unwrap(command) {
	let inner = command.trim();
	for (let turn = 0; turn < deepest; turn++) {
		const next = unwrapOnce(inner).trim();
		if (next === inner || next === "") return inner;
		inner = next;
	}
	return inner;
}
function unwrapOnce(command) {
	if (command.startsWith("(")) return command.replace(/^\(/, "").replace(/\)$/, "");
	if (command.startsWith("'") || command.startsWith("\"")) return unquote(command);
	if (wrapper.test(command)) return command.replace(wrapper, "");
	const step = command.indexOf(" && ");
	if (step > 0 && preparation.test(command)) return command.slice(step + 4);
	const shell = /^(?:\S{0,40}\/)?(?:ba|da|z)?sh(?: -[a-z]{1,8}){0,4} -[a-z]{0,4}c /.exec(command) ?? /^(?:\S{0,40}\/)?(?:ba|da|z)?sh -[a-z]{0,4}c /.exec(command);
	if (shell) return unquote(command.slice(shell[0].length));
	return inContainer(command);
}
/** `cephadm … shell … -- CMD` and `podman run … IMAGE CMD`: what runs inside of the container. */
function inContainer(command) {
	const [program = ""] = command.split(" ", 1);
	const name = program.slice(program.lastIndexOf("/") + 1);
	if (name === "cephadm" || name === "cephadm.py") {
		const inside = command.indexOf(" -- ");
		if (inside > 0 && / (?:shell|enter|run) /.test(command.slice(0, inside))) return command.slice(inside + 4);
		return command.replace(program, "cephadm").replace(/ --(?:image|fsid|timeout|verbose|docker|retry)[ =]\S+| -v\b| --verbose\b/g, "");
	}
	const words = command.split(" ");
	if (name === "kubectl" && words[1] === "exec") {
		const inside = command.indexOf(" -- ");
		return inside > 0 ? command.slice(inside + 4) : command;
	}
	if (name !== "podman" && name !== "docker") return command;
	if (words[1] === "exec") {
		const container = words.findIndex((word, at) => at > 1 && /^ceph-|^[0-9a-f]{12,64}$/.test(word));
		if (container > 0 && container < words.length - 1) return words.slice(container + 1).join(" ");
	}
	if (words[1] !== "run" && words[1] !== "exec") return command;
	const image = words.findIndex((word, at) => at > 1 && /^[\w.-]{1,80}(?::\d{1,5})?\/[\w./-]{1,200}[:@]/.test(word));
	const entry = words.indexOf("--entrypoint");
	if (image < 0 || image === words.length - 1 && entry < 0) return command;
	return [...entry > 0 && entry < image ? [words[entry + 1] ?? ""] : [], ...words.slice(image + 1)].join(" ");
}
/** A program by its name alone, a script of the test suites as the work unit that it is. */
function nameProgram(command) {
	const script = scriptOf(command);
	if (script !== null) return `workunit test ${script.name}${script.rest && " "}${script.rest}`;
	const [program = ""] = command.split(" ", 1);
	const name = program.slice(program.lastIndexOf("/") + 1);
	const rest = command.slice(program.length).replace(/ --(?:cluster ceph|log-early)(?= |$)/g, "");
	return /^(?:apt-get|apt|yum|dnf|zypper)$/.test(name) ? name + rest.replace(/ -o \S+| --?\w[\w-]*(?:=\S+)?/g, "") : name + rest;
}
function scriptOf(command) {
	const [program = ""] = command.split(" ", 1);
	for (const folder of ["/qa/workunits/", "/qa/standalone/"]) {
		const at = program.indexOf(folder);
		if (at >= 0) return {
			name: program.slice(at + folder.length),
			rest: command.slice(program.length).trim()
		};
	}
	return null;
}
// src/core/signature-log.ts
/** Causes that lines of logs name: of the cluster, of the kernel, of SELinux, and of what a program says when it dies. */
/** Health codes whose text says what the code does not. */
var reasons = {
	MGR_MODULE_ERROR: (message) => maskNoise(message.replace(/^Health check \w+: /, "")),
	MGR_MODULE_DEPENDENCY: (message) => maskNoise(message.replace(/^Health check \w+: /, "")),
	PG_DAMAGED: (message) => statesIn(message, /\b(?:inconsistent|snaptrim_error|recovery_unfound|backfill_unfound|failed_repair|repair)\b/g),
	OSDMAP_FLAGS: (message) => statesIn(message, /\b(?:no[a-z-]{2,16}|pause(?:rd|wr)?|full)\b/g),
	SLOW_OPS: (message) => statesIn(message, /\b(?:osd|mon|mds|mgr)(?=\.)/g),
	CEPHADM_APPLY_SPEC_FAIL: (message) => statesIn(message, /(?<=: )[a-z-]{2,30}(?=\.)/g)
};
function statesIn(message, states) {
	return [...new Set(message.match(states))].sort().join(", ");
}
/** `"<time> <daemon> … : cluster [WRN] <message>" in cluster log`, or a part of it. */
function clusterLog(text) {
	const ending = / in cluster log['"]?$/.test(text);
	const entry = /^.{0,300}?\b(cluster|cephadm|audit) \[(\w{2,8})\]\s{0,9}/s.exec(text);
	const line = text.replace(/["']? in cluster log["']?$/, "").replace(/^["']/, "").replace(/["']$/, "");
	if (!entry) return ending ? ["clusterlog", `cluster log: ${maskNoise(line)}`] : null;
	const message = text.slice(entry[0].length).replace(/["']? in cluster log["']?$/, "").replace(/["']$/, "").trim();
	return ["clusterlog", `${entry[1] === "cluster" ? "" : `${entry[1]} in `}cluster log [${entry[2]}] ${clusterMessage(message, entry[0])}`];
}
function clusterMessage(message, sender) {
	const detail = /^\[(?:WRN|ERR)\] ([A-Z][A-Z0-9_]{3,60}): /.exec(message);
	if (detail) return clusterMessage(`${message.slice(detail[0].length)} (${detail[1]})`, sender);
	const code = /\(([A-Z][A-Z0-9_]{3,60})\)$/.exec(message)?.[1];
	if (code !== void 0) {
		const more = reasons[code]?.(message.slice(0, message.length - code.length - 2).trim());
		return more ? `${code}: ${more}` : code;
	}
	const slow = /\bslow requests?\b(?: in (\w+))?/.exec(message.slice(0, 60));
	const daemon = /\b(osd|mds|mon|mgr)\.\w/.exec(sender)?.[1];
	if (slow) return [
		"slow request",
		slow[1] && `in ${slow[1]}`,
		daemon && `of an ${daemon}`
	].filter(Boolean).join(" ");
	const health = /^(?:Health detail: |overall )?(HEALTH_\w+) /.exec(message);
	if (health) {
		const parts = message.slice(health[0].length).split("; ").map(maskNoise);
		return `${health[1]} ${[...new Set(parts)].sort().join("; ")}`;
	}
	return maskNoise(message.replace(/ for \d{1,9}s, current state .*$/s, "").replace(/\b(?:deep-)?(scrub) ?: stat mismatch.*$/s, "$1 : stat mismatch").replace(/\b[a-z_]{2,30}(?:\+[a-z_]{2,30}){1,12}\b/g, (states) => states.split("+").sort().join("+")));
}
/** `'<time> <host> kernel: [<seconds>] <message>' in syslog`. */
function kernelLog(text) {
	const ending = / in syslog['"]?$/.test(text);
	const at = text.slice(0, 300).indexOf("kernel: ");
	if (!ending && at < 0 && !/^BUG: |^INFO: task /.test(text)) return null;
	const message = (at < 0 ? text : text.slice(at + 8)).replace(/['"]? in syslog['"]?$/, "").replace(/^\[[ \d.]{1,24}\] ?/, "").replace(/^watchdog: /, "");
	const lockdep = /possible \w{1,20} locking dependency|possible recursive locking|inconsistent lock state|lockdep|bad unlock balance/.exec(message);
	if (lockdep) return ["crash", `lockdep: ${lockdep[0]}`];
	return ["other", `kernel: ${maskNoise(message)}`];
}
/** Which programs were denied something. */
function selinux(text) {
	if (!/\bavc:\s{1,9}denied|^SELinux denials/.test(text)) return null;
	const programs = [...new Set([...text.matchAll(/comm="([^"]{1,60})"/g)].map(([, name]) => name))].sort();
	return ["selinux", `SELinux denial${programs.length > 0 ? ` comm=${programs.slice(0, 5).join(",")}` : ""}`];
}
/** Asserts, signals, sanitizers, valgrind, coredumps. */
function crash(text) {
	const assert = /(?<![\w.-])([\w.-]{1,80}): ?\d{1,7}: (?:\w{1,20} )?(?:FAILED|failed) (?:ceph_)?(assert|abort)(\w{0,20})/.exec(text);
	if (assert) return ["crash", `${(assert[1] ?? "").replace(/\.(?:cc|cpp|h|hpp|c)$/, "")}: FAILED ceph_${assert[2]}${assert[3]}${inParentheses(text.slice(assert.index + assert[0].length))}`];
	const signal = /Caught signal \(([^)]{1,60})\)/.exec(text);
	if (signal) return ["crash", `Caught signal (${signal[1]})`];
	if (/FAILED (?:ceph_)?assert|coredumps? on|Segmentation fault|Caught signal|core dumped|Sanitizer: |runtime error: |\bvalgrind\b/i.test(text)) return ["crash", maskNoise(text.replace(/\s+/g, " "))];
	return /locking dependency detected|inconsistent lock state/.test(text) ? ["crash", maskNoise(text)] : null;
}
/** What the parentheses at the beginning of a text hold, with them; the line when they do not end. */
function inParentheses(text) {
	let open = 0;
	for (let at = 0; at < text.length && at < 300; at++) if (text[at] === "(") open++;
	else if (text[at] === ")" && --open <= 0) return text.slice(0, at + 1);
	else if (text[at] === "\n") return text.slice(0, at);
	return text.slice(0, 300);
}
// src/core/signature-text.ts
/** Texts as clients wrap them: what is around a reason, and what stands in the representation of Python values. */
var logPrefix = /^(?:\d{4}-\d\d-\d\d[T ][\d:.]{8,16}(?:Z|[+-][\d:]{4,6})? )?(?:DEBUG|INFO|WARNING|WARN|ERROR|CRITICAL):[\w.-]{1,120}:\s?/;
/** What a traceback puts before a message whose shape says the same. */
var exceptionPrefix = /^(?:teuthology\.exceptions\.)?(?:CommandFailedError|CommandCrashedError|ConnectionLostError|AnsibleFailedError|MaxWhileTries|SELinuxError|VersionNotFoundError|UnitTestError): (?=\S)/;
/** A time, with or without a level and one of the loggers of a test framework; the first word of a message may look like a logger. */
var timePrefix = /^\[?\d{4}-\d\d-\d\d[T ][\d:.,]{8,19}(?:Z|[+-][\d:]{4,6})?\]? (?:\[?(?:DEBUG|INFO|WARNING|WARN|ERROR|CRITICAL)\]?(?::? |:)(?:\[?(?:teuthology|tasks|paramiko|ansible|root)[\w.-]{0,100}\]?: ?)?)?(?=\S)/;
/** A reason without colours, the representation of bytes, quotes around all of it and what a logger puts before it. */
function withoutWrappers(reason) {
	let text = reason.replace(/\x1b\[[\d;]{0,20}[A-Za-z]/g, "").trim();
	for (let turn = 0; turn < 4; turn++) {
		const inner = withoutOne(text);
		if (inner === text) break;
		text = inner;
	}
	return text;
}
function withoutOne(text) {
	if (/^[bu]['"]/.test(text) && text.length > 2 && text.endsWith(text[1])) return unquote(text.slice(1));
	if (isQuoted(text)) return unquote(text);
	if (logPrefix.test(text)) return text.replace(logPrefix, "");
	return text.replace(timePrefix, "").replace(exceptionPrefix, "");
}
/** Whether one pair of quotes holds all of a text of several words: a key in quotes is what a `KeyError` says. */
function isQuoted(text) {
	const [quote = ""] = text;
	if (quote !== "'" && quote !== "\"" || text.length < 3 || !text.endsWith(quote) || !text.includes(" ")) return false;
	for (let at = text.indexOf(quote, 1); at < text.length - 1; at = text.indexOf(quote, at + 1)) if (text[at - 1] !== "\\") return false;
	return true;
}
/** The texts that a printed dictionary has under a key, at most 20. */
function valuesOf(text, key) {
	const values = [];
	for (const quoted of [`'${key}': `, `"${key}": `]) for (let at = text.indexOf(quoted); at >= 0 && values.length < 20; at = text.indexOf(quoted, at + 1)) {
		const start = at + quoted.length;
		const end = endOfText(text, start);
		if (end > start) values.push(unquote(text.slice(start, end)));
		else if (text[start] === "[") values.push(text.slice(start + 1, closed(text, start)).replace(/['"],? ?/g, " "));
	}
	return values;
}
function closed(text, start) {
	const end = text.indexOf("]", start);
	return end < 0 ? text.length : end;
}
/** Where a text in quotes that begins here ends; the beginning when there is none. */
function endOfText(text, start) {
	const quote = text[start];
	if (quote !== "'" && quote !== "\"") return start;
	for (let at = start + 1; at < text.length; at++) if (text[at] === "\\") at++;
	else if (text[at] === quote) return at + 1;
	return text.length;
}
// src/core/signature-python.ts
/** What a traceback says at its end, and what ansible says of the hosts that failed. */
var raised = /(?<![\w.])((?:[A-Za-z_]\w{0,60}\.){0,6})([A-Z]\w{0,60}(?:Error|Exception|Exit|Interrupt|Failure|Timeout|Warning|NotFound|Tries|Failed|Anomaly))(?:: |(?=["']?\s*$))/g;
var frame = /File \\?"([^"\\]{1,300})\\?", line \d{1,7}, in ([\w<>]{1,100})/g;
/** Messages that every program has: the place tells them apart. */
var common = /^(?:$|'?NoneType|list index|string index|tuple index|dictionary changed|too many values|not enough values|need more than|division by zero|'[^']{1,60}'$|-?\d{1,9}$)|object (?:has no attribute|is not|does not support)|is not iterable/;
/** The exception at the end of a traceback, in one line or several. */
function traceback(text) {
	const start = text.lastIndexOf("Traceback (most recent call last)");
	if (start < 0) return null;
	const trace = text.slice(start).replaceAll("\\n", "\n");
	const last = [...trace.matchAll(raised)].at(-1);
	if (last === void 0) return null;
	const [rest = ""] = trace.slice(last.index + last[0].length).split("\n", 1);
	const message = rest.trim().replace(/^([^'"]*)['"]$/, "$1");
	const place = common.test(message) ? placeOf(trace) : "";
	return ["other", `${last[2]}: ${maskNoise(message.replaceAll("\\", ""))}${place}`];
}
/** The deepest frame outside of the test framework and the libraries. */
function placeOf(trace) {
	const frames = [...trace.matchAll(frame)];
	const own = frames.filter(([, file = ""]) => !/\/(?:lib(?:64)?\/python|site-packages|dist-packages|teuthology\/)/.test(file));
	const found = (own.length > 0 ? own : frames).at(-1);
	return found ? ` in ${found[1].split("/").at(-1)}:${found[2]}` : "";
}
var emptyMessages = /^(?:All items completed|One or more items failed|)$/;
/** `{'<host>': {'msg': …}}`: task, module and message of what failed, and the command that ended badly. */
function ansible(text) {
	if (!/^\[?\{u?['"][\w.@-]{1,253}['"]: ?\{/.test(text)) {
		if (!text.startsWith("[")) return null;
		const clone = /\bgit clone (?:-\S{1,80} )*(https?:\/\/[^\s'"]{1,300})/.exec(text);
		return clone ? ["infra", `git clone ${clone[1]}`] : null;
	}
	const [module] = valuesOf(text, "module_name");
	const [task] = valuesOf(text, "task");
	const what = `ansible${task ? ` '${maskNoise(task)}'` : ""}${module ? ` ${module}` : ""}: `;
	const messages = valuesOf(text, "msg").filter((message) => !emptyMessages.test(message));
	if (/['"]unreachable['"]: ?[Tt]rue/.test(text)) return ["infra", `ansible unreachable: ${maskNoise((messages[0] ?? "").replace(/Warning: Permanently added .{1,200}? known hosts\.?\s?/g, ""))}`];
	if (messages.length > 0) {
		const shown = [...new Set(messages.map((message) => ansibleMessage(message, text)))].sort();
		const [url] = valuesOf(text, "url");
		return ["ansible", `${what}${shown.slice(0, 3).join(" | ")}${url ? ` (${maskNoise(url)})` : ""}`];
	}
	if (/['"]censored['"]/.test(text)) return ["ansible", `${what}output hidden (no_log)`];
	return ["ansible", what + maskNoise(text.replaceAll(/u?['"][\w@-]{1,80}(?:\.[\w-]{1,80}){0,8}['"]: ?/g, ""))];
}
function ansibleMessage(message, text) {
	if (/^non-zero return code/.test(message)) {
		const words = (valuesOf(text, "cmd")[0] ?? "").trim().split(/\s+/).slice(0, 2).join(" ");
		const code = /['"]rc['"]: (-?\d{1,9})/.exec(text)?.[1];
		return `${maskNoise(`${message}: ${words}`)}${code === void 0 ? "" : ` → status ${code}`}`;
	}
	if (/^MODULE FAILURE/i.test(message)) {
		const output = [...valuesOf(text, "module_stderr"), ...valuesOf(text, "module_stdout")].find((value) => value !== "");
		return `module failure: ${traceback(output ?? "")?.[1] ?? maskNoise(output ?? "")}`;
	}
	return maskNoise(message.replace(/^(Failed to update apt cache): .*$/s, "$1"));
}
// src/core/signature-rules.ts
/** What names the cause in a failure reason: typed extraction first, the first rule that knows the shape decides. */
/** In the order in which they are asked. */
var rules = [
	(text) => {
		const title = expiryTitle(text);
		return title === null ? null : ["infra", title];
	},
	(text) => /^hit max job timeout/i.test(text) ? ["timeout", "hit max job timeout"] : null,
	command,
	clusterLog,
	(text) => /^SSH connection (?:to \S{1,300} )?was lost/.test(text) ? ["infra", "SSH connection was lost"] : null,
	(text) => /^Error reimaging machines/i.test(text) ? ["infra", maskNoise(text)] : null,
	selinux,
	failedTest,
	kernelLog,
	tries,
	ansible,
	(text) => {
		const timeout = /^(?:Timeout )?\d{1,9}[smh]? running (?=\S)/i.exec(text);
		return timeout ? ["timeout", `timeout running ${commandTitle(text.slice(timeout[0].length))}`] : null;
	},
	(text) => /^Failed to fetch package version/.test(text) ? ["infra", packageTitle(text)] : null,
	image,
	crash,
	traceback,
	(text) => infraIn(text) ? ["infra", maskNoise(text)] : null
];
function command(text) {
	const crashed = /^Command crashed: /.exec(text);
	if (crashed) return ["crash", `crashed: ${commandTitle(text.slice(crashed[0].length))}`];
	const failed = /^(Command|Unit test) failed(?: \(([^)]{1,300})\))?(?: on (\S{1,300}))? with status (-?\d{1,9})(?:: ?)?/.exec(text);
	if (!failed) return subprocess(text);
	const [all, what, label, host, status] = failed;
	const rest = withoutHost(text.slice(all.length), host);
	const name = label === void 0 ? "" : maskNoise(label);
	const result = unitTest(rest);
	if (result !== null || what === "Unit test") {
		const found = result ?? maskNoise(unquote(rest));
		return [found.startsWith("valgrind") ? "crash" : "test", `${name || "unit test"}: ${found} → status ${status}`];
	}
	const kind = status === "124" ? "timeout" : "command";
	if (label === void 0) return [kind, `${commandTitle(rest)} → status ${status}`];
	const more = name.startsWith("workunit test ") ? scriptArguments(rest) : "";
	return [kind, `${name}${more && " "}${more} → status ${status}`];
}
/** `Command '[…]' timed out after 60 seconds` and `… returned non-zero exit status 1`: commands of the test framework itself. */
function subprocess(text) {
	const ended = /^Command (['"]?)(?=\S)/.exec(text);
	if (!ended) return null;
	const timedOut = text.lastIndexOf(`${ended[1]} timed out after `);
	const status = /returned non-zero exit status (-?\d{1,9})/.exec(text);
	const end = timedOut > 0 ? timedOut : status ? status.index - 1 - ended[1].length : 0;
	if (end <= ended[0].length) return null;
	const name = commandTitle(text.slice(ended[0].length, end));
	if (timedOut > 0) return ["timeout", `${name} → timed out`];
	return ["command", `${name} → status ${status?.[1]}`];
}
/** A host that a text names at its beginning is masked everywhere in it. */
function withoutHost(text, host) {
	const name = host?.slice(host.indexOf("@") + 1).split(".", 1)[0] ?? "";
	return /^[a-z][\w-]{2,60}\d$/i.test(name) ? text.replaceAll(name, "<host>") : text;
}
/** `(total 3 failed) FAILURE: Test `x` of `y`. Reason: …` or a finding of valgrind, in place of the command. */
function unitTest(text) {
	const test = /(FAILURE|ERROR): Test `([^`]{1,200})` of `([^`]{1,200})`\. Reason: /.exec(text);
	if (test) return `${test[2]} (${test[3]}) ${maskNoise(text.slice(test.index + test[0].length))}`;
	const valgrind = /(?:\(total \d{1,9} failed\) )?(valgrind error: .*)/s.exec(text);
	return valgrind && (valgrind.index === 0 || text.startsWith("'")) ? maskNoise(valgrind[1] ?? "") : null;
}
function failedTest(text) {
	const names = casesIn(text);
	if (names.length > 0) return ["test", names.join(", ")];
	return /^\[ {1,4}FAILED {1,4}\] /.test(text) ? ["test", maskNoise(text)] : null;
}
function tries(text) {
	const found = /reached maximum tries \((\d{1,9})\) after waiting for (\d{1,9}) seconds/.exec(text);
	if (!found) return null;
	const action = maskNoise(text.slice(0, found.index).replace(/^["']/, "").replace(/["'] $/, "").trim());
	if (action === "") return ["timeout", `reached maximum tries (${found[1]}) after waiting for ${found[2]} seconds`];
	return [infraIn(`tries: ${action}`) ? "infra" : "timeout", `'${action}' reached maximum tries`];
}
/** Which distribution, release and flavor were not there. */
function packageTitle(text) {
	const address = decode(text);
	const known = [
		/Multiple results|no (?:build|package)s? found|\b404\b/i.exec(text)?.[0],
		value(address, "project"),
		value(address, "distros?") ?? /\/([a-z]{3,12}[-/]\d[\w.]{0,12})(?=[-/]x86|[-/]aarch|\/flavors)/.exec(address)?.[1],
		value(address, "distro_version"),
		value(address, "flavors?") ?? /\/flavors\/([\w-]{1,60})/.exec(address)?.[1],
		value(address, "ref")
	].filter((part) => part !== void 0);
	if (known.length === 0) return maskNoise(text);
	return ["Failed to fetch package version", ...known.map((part) => part.replace(/\bwip-[\w.-]+/, "<branch>"))].join(": ");
}
function value(address, key) {
	return new RegExp(`[?&,=]${key}=([^&,\\s]{1,80})`).exec(address)?.[1];
}
function decode(text) {
	return text.replace(/%2f/gi, "/").replace(/%3a/gi, ":").replace(/%2c/gi, ",");
}
function image(text) {
	const missing = /^Fog has no (\S{1,100}) image/.exec(text) ?? /^Could not find an image for (\S{1,60} \S{1,60})/.exec(text);
	if (!missing) return null;
	return ["infra", `no image for ${missing[1].replace(/^[a-z]{1,30}_(?=[a-z]{2,20}_)/, "").replaceAll("_", " ")}`];
}
/** Reasons can be megabytes of output, but what names the cause is at the beginning. */
var longestExamined = 8192;
var longestTitle = 160;
/** The cause that a failure reason names. Never throws. */
function signatureOf(reason) {
	const text = withoutWrappers(reason.slice(0, longestExamined).toWellFormed());
	for (const rule of rules) {
		const found = rule(text);
		if (found !== null) return signature(...found);
	}
	return signature("other", maskNoise(text).replace(/ on <host>$/, ""));
}
/** The cause of a job that failed or died and gave no reason. */
function deadSignature(status) {
	return signature("dead", `${status === "dead" ? "dead" : "failed"}, no reason recorded`);
}
/** The cause of a job in this status, which may have given a reason; null for one that has not failed. */
function failureCause(status, reason) {
	if (status !== "fail" && status !== "dead") return null;
	return reason ? signatureOf(reason) : deadSignature(status);
}
/** A cause that something else than a reason names: `title` without what varies. */
function causeOf(kind, title) {
	return signature(kind, title);
}
/** A stored cause, which has no class of its own. */
function classified(cause) {
	return {
		...cause,
		class: classOf(cause)
	};
}
function signature(kind, title) {
	const short = cutTitle(title, longestTitle);
	return classified({
		id: hashOf(`3|${kind}|${short}`),
		kind,
		title: short || "(empty reason)"
	});
}
export { longestExamined as a, maskNoise as c, caseTitle as d, casesNamed as f, failureCause as i, cutTitle as l, classified as n, signatureOf as o, deadSignature as r, withoutWrappers as s, causeOf as t, causeClasses as u };
