/** Protects against cross-site requests: a foreign page must not write in the name of the user who opened it. */

/** What a browser says about the origin of a request. Programs send neither `origin` nor `site`. */
export interface Sender {
  method: string;
  /** The `Origin` header. */
  origin: string | undefined;
  /** The `Sec-Fetch-Site` header, which browsers send only to HTTPS servers and to localhost. */
  site: string | undefined;
  /** The hosts that the request was sent to: `Host`, and `X-Forwarded-Host` from a trusted proxy. */
  hosts: string[];
}

/** The allowed origins and the names of this server. */
export interface OriginRules {
  /** Origins whose pages may write. */
  writeOrigins: string[];
  /** The origin of the public address, if one is set. */
  ownOrigin: string | null;
  /** Names of this server in lower case, in addition to IP addresses and `localhost`. */
  names: string[];
}

/** The methods of requests that read. */
const readMethods = ['GET', 'HEAD', 'OPTIONS'];

/**
 * Explains in a sentence why a request is refused; null if it is allowed. A foreign page may read what everyone may read, so only its writes are
 * refused. A page whose own host is the one that the request was sent to must use a known name of this server, even for reads. Otherwise an
 * attacker has pointed a name at this server (DNS rebinding), and the browser believes that the server is the attacker's.
 */
export function originProblem({ method, origin, site, hosts }: Sender, rules: OriginRules): string | null {
  const url = origin !== undefined && URL.canParse(origin) ? new URL(origin) : null;
  const isOwn = url !== null && (url.origin === rules.ownOrigin || hosts.some((host) => sameHost(url, host)));
  if (!readMethods.includes(method) && !rules.writeOrigins.includes(origin ?? '')) {
    const isForeign = (origin !== undefined && !isOwn) || !['same-origin', 'none', undefined].includes(site);
    if (isForeign) return `cross-origin writes are not allowed from ${(origin || 'another site').slice(0, 200)}`;
  }
  if (!isOwn || url.origin === rules.ownOrigin || isOwnName(url.hostname, rules.names)) return null;
  return `'${url.hostname.slice(0, 200)}' is not a known name of this server; PADDLES_ALLOWED_HOSTS can add it`;
}

/** Whether a header such as `Host` names the host and port of an origin. The default port of the scheme can be omitted. */
function sameHost({ protocol, host }: URL, header: string): boolean {
  const address = `${protocol}//${header}`;
  return URL.canParse(address) && new URL(address).host === host;
}

/** An attacker cannot make an IP address or `localhost` point to this server. */
function isOwnName(name: string, names: string[]): boolean {
  return /^(\[.*\]|\d+\.\d+\.\d+\.\d+|(.*\.)?localhost)$/.test(name) || names.includes(name);
}
