/** Which requests of web pages are served: a page of somebody else must not write with the help of whoever opens it. */

/** What a browser says about where a request comes from; programs send neither `origin` nor `site`. */
export interface Sender {
  method: string;
  /** The header `Origin`. */
  origin: string | undefined;
  /** The header `Sec-Fetch-Site`, which browsers send to HTTPS and to this machine alone. */
  site: string | undefined;
  /** What the request was sent to: `Host`, and `X-Forwarded-Host` of a trusted proxy. */
  hosts: string[];
}

/** What a server knows of origins and of its own names. */
export interface OriginRules {
  /** Origins whose pages may write. */
  writeOrigins: string[];
  /** The origin of the public address, when there is one. */
  ownOrigin: string | null;
  /** Names of this server in lower case, beside IP addresses and `localhost`. */
  names: string[];
}

/** The methods of requests that read. */
const readMethods = ['GET', 'HEAD', 'OPTIONS'];

/**
 * Why a request is refused, in a sentence, or null. A foreign page may read what anybody may, so only writes are refused to
 * it. A page whose own host this server was reached by must name it correctly even to read: otherwise somebody had a name of
 * his point here (DNS rebinding), and the browser takes this server for his.
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

/** Whether a header like `Host` names the host and port of an origin; the port that belongs to its scheme can be left out. */
function sameHost({ protocol, host }: URL, header: string): boolean {
  const address = `${protocol}//${header}`;
  return URL.canParse(address) && new URL(address).host === host;
}

/** Nobody else can make an address or `localhost` lead here. */
function isOwnName(name: string, names: string[]): boolean {
  return /^(\[.*\]|\d+\.\d+\.\d+\.\d+|(.*\.)?localhost)$/.test(name) || names.includes(name);
}
