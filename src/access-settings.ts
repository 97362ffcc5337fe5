/** The settings of who may do what. */
import { type Requirement, requirements } from './core/access.ts';
import { headerName, hostNames, oneOf, origins, type Setting, scopeList } from './setting-values.ts';

/** Their values, validated. */
export interface AccessConfig {
  /** Origins with commas between, whose pages may write. */
  write_origins: string;
  /** Names with commas between, which browsers may know this server by, beside those of core/origin.ts. */
  allowed_hosts: string;
  /** For which scopes a token is needed. */
  require_token: Requirement;
  /** Path of a file of tokens; empty: only those in the database count. */
  tokens_file: string;
  /** The header in which trusted proxies name who signed in; empty: none. */
  auth_header: string;
  /** What people may do whom a proxy has signed in: scopes with commas between. */
  auth_scopes: string;
}

/** The settings, in the order in which `--help` prints them. */
export const accessSettings: { [Key in keyof AccessConfig]: Setting<AccessConfig[Key]> } = {
  write_origins: {
    flag: 'write-origins',
    variables: ['PADDLES_WRITE_ORIGINS'],
    fallback: '',
    hint: 'LIST',
    help: 'origins of other web pages that may write, like https://lab.example.com',
    parse: origins,
  },
  allowed_hosts: {
    flag: 'allowed-hosts',
    variables: ['PADDLES_ALLOWED_HOSTS'],
    fallback: '',
    hint: 'LIST',
    help: 'names by which browsers may reach this server, beside those of --address and of this machine',
    parse: hostNames,
  },
  require_token: {
    flag: 'require-token',
    variables: ['PADDLES_REQUIRE_TOKEN'],
    fallback: 'off',
    hint: 'WHAT',
    help: 'what needs a token: off (nothing), destructive (the scope admin), writes or all',
    parse: oneOf(...requirements),
  },
  tokens_file: {
    flag: 'tokens-file',
    variables: ['PADDLES_TOKENS_FILE'],
    fallback: '',
    hint: 'FILE',
    help: 'more tokens, one a line: NAME SCOPE,SCOPE SHA256; read again when it changes',
    parse: (value) => ({ value }),
  },
  auth_header: {
    flag: 'auth-header',
    variables: ['PADDLES_AUTH_HEADER'],
    fallback: '',
    hint: 'NAME',
    help: 'header in which --trusted-proxies, which must be set too, name who signed in, like X-Forwarded-User',
    parse: headerName,
  },
  auth_scopes: {
    flag: 'auth-scopes',
    variables: ['PADDLES_AUTH_SCOPES'],
    fallback: 'read,lock,triage',
    hint: 'LIST',
    help: 'scopes of people whom a proxy has signed in',
    parse: scopeList,
  },
};
